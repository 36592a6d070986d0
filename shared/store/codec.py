"""Events to JSON and back. A service that seals personal data brings a codec of its own."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec

from shared.messages import Event

Upcast = Callable[[Any], Event]
"""Turns an event of an old class (`…V1`) into the present one; it stands beside the old class."""


class Codec(Protocol):
    """How events are written and read. `prepare` may fetch keys in the same transaction; the rest is pure."""

    def seals(self, cls: type[Event]) -> bool:
        """Whether events of this class are written under a client's key."""

    async def prepare(self, connection: asyncpg.Connection, client_ids: set[UUID]) -> None:
        """Make ready to encode and decode sealed events of these clients."""

    def encode(self, event: Event, *, stream: str, version: int, client_id: UUID | None) -> bytes:
        """The JSON to store."""

    def decode(self, data: bytes, cls: type[Event], stream: str, version: int, client_id: UUID | None) -> Event:
        """The event stored; `Redacted` when its key is gone."""


class PlainCodec:
    """Events as they are."""

    def seals(self, _: type[Event]) -> bool:
        """None."""
        return False

    async def prepare(self, connection: asyncpg.Connection, client_ids: set[UUID]) -> None:
        """Nothing to fetch."""

    def encode(self, event: Event, **_: Any) -> bytes:
        """The event's JSON."""
        return msgspec.json.encode(event)

    def decode(self, data: bytes, cls: type[Event], *_: Any) -> Event:
        """The event, read strictly: what was stored must still fit its class."""
        return decoder(cls).decode(data)


@cache
def decoder(cls: type[Event]) -> msgspec.json.Decoder[Event]:
    """A decoder for each class: making one takes longer than decoding an event."""
    return msgspec.json.Decoder(cls)


class EventTypes:
    """Class by type name, with upcasters for classes that have a successor."""

    def __init__(self, classes: Iterable[type[Event]], upcasters: dict[type[Event], Upcast] | None = None) -> None:
        self.by_name = {cls.__name__: cls for cls in classes}
        self.upcasters = upcasters or {}

    def current(self, event: Event) -> Event:
        """The event as its newest class."""
        while upcast := self.upcasters.get(type(event)):
            event = upcast(event)
        return event


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """JSON columns are bytes on our side: msgspec reads and writes them."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda data: b"\x01" + data,  # the version byte of jsonb's wire form
        decoder=itemgetter(slice(1, None)),
    )
