"""Erasure that reaches old pages, logs and backups: the wrapping key that wrapped an erased client's key is destroyed.

Deleting the row of a key shreds nothing: its bytes stay in files and archives for years. So the wrapping key is
condemned in the transaction that deletes the row; the sweep wraps the survivors anew and then destroys what is
condemned. All it needs to know is in the table and the file, so it can be broken off anywhere and run again.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from services.records.wrapping import WrappingKeys
from shared.store.batch import LOCK
from shared.store.unit import Tx


class KeysDamaged(Exception):  # noqa: N818 - it says what is the matter
    """Keys of these clients do not open. A sweep would destroy what they can be opened with once they are restored."""

    def __init__(self, client_ids: Sequence[UUID]) -> None:
        named = ", ".join(map(str, client_ids))
        super().__init__(f"Restore the rows of client_key of these clients, or erase them: {named}.")
        self.client_ids = client_ids


def forget_key(tx: Tx, client_id: UUID) -> None:
    """Delete a client's key and condemn what wrapped it, with the unit."""
    tx.execute(
        """
        insert into public.condemned_key (wrapping_key_id)
        select wrapping_key_id from public.client_key where client_id = $1 on conflict do nothing
        """,
        client_id,
    )
    tx.execute("delete from public.client_key where client_id = $1", client_id)


async def sweep(connection: asyncpg.Connection, wrapping: WrappingKeys) -> int:
    """Destroy every condemned wrapping key; gives how many. Writers wait meanwhile (20,000 clients: about 0.5 s)."""
    destroyed = 0
    while condemned := await rewrap(connection, wrapping):
        destroyed += await destroy(connection, wrapping, condemned)
    return destroyed


async def rewrap(connection: asyncpg.Connection, wrapping: WrappingKeys) -> set[str]:
    """Wrap under a key that is not condemned what still depends on one that is; gives those condemned."""
    async with _locked(connection):
        rows = await connection.fetch("select wrapping_key_id from public.condemned_key")
        condemned = {row["wrapping_key_id"] for row in rows}
        if condemned:
            wrapping.load()
            if wrapping.newest in condemned:
                wrapping.add()
            await _rewrap_survivors(connection, wrapping, _held(wrapping, condemned))
        return condemned


def _held(wrapping: WrappingKeys, condemned: set[str]) -> list[str]:
    """Those of the condemned that are still in the file; what the others wrapped is lost already."""
    return [wrapping_key_id for wrapping_key_id in condemned if wrapping_key_id in wrapping]


async def _rewrap_survivors(connection: asyncpg.Connection, wrapping: WrappingKeys, held: list[str]) -> None:
    survivors = await connection.fetch(
        "select client_id, wrapped, wrapping_key_id from public.client_key where wrapping_key_id = any($1)", held
    )
    wrapped = _wrapped_anew(wrapping, survivors)
    await connection.execute(
        """
        update public.client_key set wrapped = anew.wrapped, wrapping_key_id = $3
          from unnest($1::uuid[], $2::bytea[]) as anew (client_id, wrapped)
         where client_key.client_id = anew.client_id
        """,
        list(wrapped),
        list(wrapped.values()),
        wrapping.newest,
    )


def _wrapped_anew(wrapping: WrappingKeys, survivors: Sequence[asyncpg.Record]) -> dict[UUID, bytes]:
    """Each client's key under the newest wrapping key. Raises `KeysDamaged`."""
    found, damaged = dict[UUID, bytes](), list[UUID]()
    for row in survivors:
        try:
            found[row["client_id"]] = wrapping.wrap(wrapping.unwrap(row["wrapping_key_id"], row["wrapped"]))
        except (InvalidUnwrap, ValueError):
            damaged.append(row["client_id"])
    if damaged:
        raise KeysDamaged(damaged)
    return found


async def destroy(connection: asyncpg.Connection, wrapping: WrappingKeys, condemned: set[str]) -> int:
    """Take condemned keys that nothing depends on out of the file, then out of the table."""
    async with _locked(connection):
        wrapping.load()
        used = "select exists (select from public.client_key where wrapping_key_id = any($1))"
        if await connection.fetchval(used, _held(wrapping, condemned)):
            return 0
        wrapping.destroy(condemned)
        await connection.execute("delete from public.condemned_key where wrapping_key_id = any($1)", condemned)
        return len(condemned)


@asynccontextmanager
async def _locked(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """A transaction in which no unit of any writer runs."""
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
        yield
