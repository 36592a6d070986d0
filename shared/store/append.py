"""Appending: decided events to rows of the log, under the lock, if the log still ends where it was thought to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from shared.messages import Recorded
from shared.store.codec import Codec
from shared.store.unit import HeardUpto, Pending
from shared.store.work import TooLarge

LARGEST = 384 * 1024
"""Bytes of an event's JSON. The longest note fits in; the bus takes 1 MiB with headers, so whatever is stored can be
published."""

END = "select position, event_id from public.event order by position desc limit 1"
APPEND = "select public.append_events($1, $2, $3, $4)"
"""Gives the log's last position. Raises `asyncpg.SerializationError` when the log ends elsewhere than after `head` by
now, or when another replica has heard what is `heard` here."""


class End(NamedTuple):
    """Where the log ends. The event tells one history from another: after a restore a position may come again."""

    position: int = 0
    event_id: UUID | None = None


async def end_of_log(connection: asyncpg.Connection) -> End:
    """Where it ends by now."""
    row = await connection.fetchrow(END)
    return End(*row) if row else End()


def arguments(
    codec: Codec, head: int, events: Sequence[Pending], now: datetime, heard: Sequence[HeardUpto]
) -> tuple[object, ...]:
    """What `APPEND` takes, to append after position `head`.

    The codec was made ready for the events' clients just before: nothing is awaited between that and the encoding.
    """
    return head, [_row(codec, pending) for pending in events], now, heard


def _row(codec: Codec, pending: Pending) -> tuple[Any, ...]:
    """One `new_event` of schema.sql."""
    stream, version, client_id, cause = pending.stream, pending.version, pending.client_id, pending.cause
    data = codec.encode(pending.event, stream=stream, version=version, client_id=client_id)
    return (
        stream, version, pending.event_id, type(pending.event).__name__, data, client_id,
        cause.actor, cause.correlation_id, cause.causation_id,
    )  # fmt: skip


_encoder = msgspec.json.Encoder()
_room = bytearray()


def check_sizes(events: Sequence[Pending]) -> None:
    """Raise `TooLarge` if one of these is larger than an event may be."""
    for pending in events:
        _encoder.encode_into(pending.event, _room)
        if len(_room) > LARGEST:
            raise TooLarge("This is too large to be stored. Send less, or in several parts.")


def as_recorded(pending: Pending, position: int, now: datetime) -> Recorded:
    """The event with the envelope it was stored in."""
    return Recorded(
        position=position,
        stream=pending.stream,
        version=pending.version,
        event_id=pending.event_id,
        event=pending.event,
        client_id=pending.client_id,
        cause=pending.cause,
        recorded_at=now,
    )
