"""The raw limits of the database: the same rows with asyncpg and nothing around it, and rows made by the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat as uuid

from bench.aggregate import TEXT, Struck, stream
from bench.measure import Sample, drive
from shared.store.codec import prepare_connection

INSERT = """
insert into public.event (position, stream, version, event_id, type, data, client_id, actor, correlation_id,
                          causation_id, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
FILL = """
insert into public.event (position, stream, version, event_id, type, data, client_id, actor, correlation_id,
                          recorded_at)
select $1 + n, 'tally-' || client_id, version, uuidv7(), 'Struck',
       jsonb_build_object('client_id', client_id, 'number', version, 'text', $4::text), client_id,
       'bench', uuidv7(), now()
  from generate_series(1, $2) as n,
       lateral (select md5(((n - 1) / $3 + $1)::text)::uuid as client_id, (n - 1) % $3 + 1 as version) as of
"""


@asynccontextmanager
async def connections(address: str, number: int) -> AsyncIterator[list[asyncpg.Connection]]:
    """So many connections that speak JSON as ours do."""
    opened = [await asyncpg.connect(address) for _ in range(number)]
    try:
        for connection in opened:
            await prepare_connection(connection)
        yield opened
    finally:
        for connection in opened:
            await connection.close()


async def fill(address: str, events: int, *, each: int) -> None:
    """Put events into the log, so many to a stream, after those that are there; `address` is the superuser's."""
    connection = await asyncpg.connect(address)
    try:
        head = await connection.fetchval("select coalesce(max(position), 0) from public.event")
        await connection.execute(FILL, head, events, each, TEXT, timeout=3600)
        await connection.execute("vacuum analyze public.event", timeout=3600)
        await connection.execute("checkpoint", timeout=600)
    finally:
        await connection.close()


async def inserts(address: str, callers: int) -> Sample:
    """Single-row inserts of the same row, a connection and a stream for each caller."""
    async with connections(address, callers) as opened:
        positions = await next_positions(opened[0])
        clients, versions = [uuid.uuid7() for _ in opened], [count(1) for _ in opened]

        async def insert(caller: int) -> None:
            await opened[caller].execute(INSERT, *row(next(positions), clients[caller], next(versions[caller])))

        return await drive(callers, insert)


async def next_positions(connection: asyncpg.Connection) -> "count[int]":
    """The positions after those in the log."""
    return count(1 + await connection.fetchval("select coalesce(max(position), 0) from public.event"))


def row(position: int, client_id: UUID, version: int) -> tuple[object, ...]:
    """The values of one event's row."""
    data = msgspec.json.encode(Struck(client_id=client_id, number=version, text=TEXT))
    ids, now = (uuid.uuid7(), uuid.uuid7()), datetime.now(UTC)
    return (position, stream(client_id), version, ids[0], "Struck", data, client_id, "bench", ids[1], None, now)
