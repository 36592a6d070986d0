"""The store's codec: personal events are encrypted under a key per client, everything else is plain JSON."""

import os
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
from msgspec import Struct

from services.records.wrapping import WrappingKeys
from shared.messages import Event, Redacted

NONCE = 12


class Envelope(Struct):
    """What stands in the log instead of a sealed event: nonce and ciphertext, as base64."""

    sealed: bytes


class KeyDamaged(Exception):  # noqa: N818 - it says what is the matter
    """The row of the client's key is there and does not open: it can be restored, unlike that of an erased client."""


class Sealing:
    """AES-256-GCM; stream, version and type are bound to the ciphertext, so that a row moved elsewhere fails.

    Keys are in memory from `prepare` to the next `prepare` only: there is no cache to grow, or to outlive an erasure.
    The store encodes and decodes right after it prepared, without waiting for anything in between.
    """

    def __init__(self, wrapping: WrappingKeys) -> None:
        self.wrapping = wrapping
        self._keys: dict[UUID, AESGCM | None] = {}
        self._damaged: set[UUID] = set()
        self._unborn: dict[UUID, AESGCM] = {}

    def new_key(self, client_id: UUID) -> tuple[bytes, str]:
        """Make a client's key; gives the row of it: wrapped, and the id of what wrapped it.

        Call it inside the unit that stores the row: the wrapping key is read under the store's lock, which a sweep
        takes too, so it cannot be one about to be destroyed.
        """
        key = AESGCM.generate_key(256)
        self.wrapping.load()
        self._unborn[client_id] = AESGCM(key)
        return self.wrapping.wrap(key), self.wrapping.newest

    def seals(self, cls: type[Event]) -> bool:
        """Whether the class says so."""
        return getattr(cls, "sealed", False)

    async def prepare(self, connection: asyncpg.Connection, client_ids: set[UUID]) -> None:
        """Unwrap the keys of these clients; the erased have none, or one that an old backup brought back in vain."""
        rows = await _wrapped(connection, client_ids)
        if any(row["wrapping_key_id"] not in self.wrapping for row in rows):
            self.wrapping.load()
            rows = await _wrapped(connection, client_ids)
        held = [row for row in rows if row["wrapping_key_id"] in self.wrapping]
        found = {row["client_id"]: key for row in held if (key := self._unwrapped(row))}
        self._damaged = {row["client_id"] for row in held} - set(found)
        # A client registered in this very transaction has no row yet: the key is the one just made.
        self._keys = {who: found.get(who) or self._unborn.pop(who, None) for who in client_ids}

    def _unwrapped(self, row: asyncpg.Record) -> AESGCM | None:
        """The client's key; none when its row is damaged."""
        try:
            return AESGCM(self.wrapping.unwrap(row["wrapping_key_id"], row["wrapped"]))
        except (InvalidUnwrap, ValueError):
            return None

    def _key(self, client_id: UUID) -> AESGCM | None:
        """None for who was erased. Raises `KeyDamaged`."""
        if client_id in self._damaged:
            raise KeyDamaged
        return self._keys[client_id]

    def encode(self, event: Event, *, stream: str, version: int, client_id: UUID | None) -> bytes:
        """The JSON to store."""
        plain = msgspec.json.encode(event)
        if client_id is None or not self.seals(type(event)):
            return plain
        if (key := self._key(client_id)) is None:
            raise LookupError(f"client {client_id} has no key, so nothing can be sealed")
        nonce = os.urandom(NONCE)
        bound = _bound(stream, version, type(event))
        return msgspec.json.encode(Envelope(nonce + key.encrypt(nonce, plain, bound)))

    def decode(self, data: bytes, cls: type[Event], stream: str, version: int, client_id: UUID | None) -> Event:
        """The event stored; `Redacted` once the client's key is gone. Raises `InvalidTag` on a forged or moved row."""
        if client_id is None or not self.seals(cls):
            return msgspec.json.decode(data, type=cls)
        if (key := self._key(client_id)) is None:
            return Redacted(type=cls.__name__)
        sealed = msgspec.json.decode(data, type=Envelope).sealed
        plain = key.decrypt(sealed[:NONCE], sealed[NONCE:], _bound(stream, version, cls))
        return msgspec.json.decode(plain, type=cls)


def _bound(stream: str, version: int, cls: type[Event]) -> bytes:
    return f"{stream} {version} {cls.__name__}".encode()


async def _wrapped(connection: asyncpg.Connection, client_ids: set[UUID]) -> Sequence[asyncpg.Record]:
    if not client_ids:
        return []
    rows: list[asyncpg.Record] = await connection.fetch(
        "select client_id, wrapped, wrapping_key_id from public.client_key where client_id = any($1)", client_ids
    )
    return rows
