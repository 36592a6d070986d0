"""Make a service's read models again from its own events; readers see the old rows, and writers write, until the end.

The projections name their tables without a schema. Here they meet temporary tables of the same names, which have no
index but the unique ones; in the end the rows take the place of the old ones.
"""

import asyncio

import asyncpg
import uuid_utils.compat as uuid

from shared.messages import Cause, ReadModelsRebuilt, Recorded
from shared.service import Service
from shared.store.append import APPEND, arguments, end_of_log
from shared.store.batch import LOCK
from shared.store.connect import Patience
from shared.store.effects import execute
from shared.store.reader import COLUMNS
from shared.store.unit import Pending, Statement

WINDOW = 5_000
SETTINGS = """
set local search_path = pg_temp, read, public;
set local enable_seqscan = off  -- the planner knows nothing of tables that fill in this very transaction
"""


async def rebuild(service: Service) -> int:
    """Replay the log through the projections and put the rows in place of the old ones; gives the number of events."""
    apart = service.store.apart
    async with apart(Patience()) as log, apart(Patience()) as connection, connection.transaction():
        await connection.execute(SETTINGS)
        found = await connection.fetch("select tablename from pg_tables where schemaname = 'read'")
        tables = [row["tablename"] for row in found]
        for table in tables:
            await _shadow(connection, table)
        replayed, after = await _replay(service, log, connection, 0)
        await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
        last, _ = await _replay(service, log, connection, after)  # what was written meanwhile; now nothing more is
        for table in tables:
            await connection.execute(f'delete from read."{table}"')
            await connection.execute(f'insert into read."{table}" select * from pg_temp."{table}"')
        await _tell(service, connection)
        return replayed + last


async def _tell(service: Service, connection: asyncpg.Connection) -> None:
    """A statement that waits for the lock would look for the old rows: now it finds that the log ends elsewhere."""
    cause = Cause(actor="operator", correlation_id=uuid.uuid7())
    told = Pending(f"log-{uuid.uuid7()}", 1, ReadModelsRebuilt(), uuid.uuid7(), cause)
    head, now = (await end_of_log(connection)).position, service.clock.now()
    await connection.execute(APPEND, *arguments(service.store.engine.reader.codec, head, [told], now, ()))


async def _shadow(connection: asyncpg.Connection, table: str) -> None:
    """A temporary table of the same name and columns, with the unique indexes only."""
    await connection.execute(f'create temporary table "{table}" (like read."{table}" including all) on commit drop')
    indexes = await connection.fetch(
        "select indexrelid::regclass::text as name from pg_index where indrelid = $1::regclass and not indisunique",
        f'pg_temp."{table}"',
    )
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")


async def _replay(
    service: Service, log: asyncpg.Connection, connection: asyncpg.Connection, after: int
) -> tuple[int, int]:
    """Project the events after a position; gives how many there were, and the position of the last."""
    replayed, events = 0, await _window(service, log, after)
    while events:
        replayed, after = replayed + len(events), events[-1].position
        # While one window is projected, the next is read.
        events, _ = await asyncio.gather(_window(service, log, after), _project(service, connection, events))
    return replayed, after


async def _window(service: Service, log: asyncpg.Connection, after: int) -> list[Recorded]:
    query = f"select {COLUMNS} from public.event where position > $1 order by position limit {WINDOW}"
    return await service.store.engine.reader.decode(log, await log.fetch(query, after))


async def _project(service: Service, connection: asyncpg.Connection, events: list[Recorded]) -> None:
    lanes: dict[str, list[Statement]] = {}
    for recorded in events:
        lanes.setdefault(recorded.stream, []).extend(service.store.engine.effects.projected(recorded))
    await execute(connection, lanes.values())
