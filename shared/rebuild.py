"""Make a service's read models again from its own events; readers see the old rows until it ends."""

import asyncpg

from shared.service import Service
from shared.store.batch import LOCK
from shared.store.effects import execute
from shared.store.reader import COLUMNS
from shared.store.unit import Statement

WINDOW = 5_000


async def rebuild(service: Service) -> int:
    """Empty the read models and replay the log through the projections; gives the number of events."""
    connection = await service.store.connect()
    try:
        async with connection.transaction():
            await connection.execute("set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0")
            # The planner knows nothing of rows written in this very transaction and would read whole tables for each.
            await connection.execute("set local enable_seqscan = off")
            await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
            tables = await connection.fetch("select tablename from pg_tables where schemaname = 'read'")
            for table in tables:
                await connection.execute(f'delete from read."{table["tablename"]}"')
            return await _replay(service, connection)
    finally:
        await connection.close()


async def _replay(service: Service, connection: asyncpg.Connection) -> int:
    replayed = after = 0
    query = f"select {COLUMNS} from public.event where position > $1 order by position limit {WINDOW}"
    while rows := await connection.fetch(query, after):
        events = await service.store.engine.reader.decode(connection, rows)
        lanes: dict[str, list[Statement]] = {}
        for recorded in events:
            lanes.setdefault(recorded.stream, []).extend(service.store.engine.effects.projected(recorded))
        await execute(connection, lanes.values())
        replayed, after = replayed + len(rows), rows[-1]["position"]
    return replayed
