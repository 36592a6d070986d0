"""The store of a service: its writer, its reads, its timers' table, and the connections behind them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shared.messages import Cause, Command, Recorded, Redacted
from shared.store.codec import prepare_connection
from shared.store.reader import COLUMNS
from shared.store.unit import Folded, Run, fold, readable
from shared.store.work import LOST, Engine, Outcome, Request, Unavailable, Work
from shared.store.writer import Writer
from shared.tasks import stop

SETTINGS = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s", "search_path": "read, public"}


class Store:
    """Everything a service does with its database."""

    def __init__(self, dsn: str, engine: Engine) -> None:
        self._dsn = dsn
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self.engine = engine
        self.writer = Writer(self.connect, engine)

    async def connect(self) -> asyncpg.Connection:
        """A connection of one's own, for the writer and for locks held long."""
        connection = await asyncpg.connect(self._dsn, timeout=5, server_settings=SETTINGS)
        await prepare_connection(connection)
        return connection

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Store"]:
        """Serve units until closed; what is queued is written first. The database may come later than we do."""
        writing = asyncio.create_task(self.writer.run())
        try:
            yield self
        finally:
            while not self.writer.idle:
                await asyncio.sleep(0.005)
            await stop(writing)
            await self.writer.close()
            if self._pool is not None:
                await self._pool.close()

    async def write(
        self,
        run: Run,
        cause: Cause,
        *,
        streams: tuple[str, ...] = (),
        reads: bool = False,
        request: Request | None = None,
    ) -> Outcome:
        """Run a unit of work; see `Work`."""
        return await self.writer.do(Work(run, cause, streams=streams, reads=reads, request=request))

    async def put(self, commands: Mapping[str, Command], cause: Cause) -> Outcome:
        """Put each command to its stream, all or none; what a service does by itself."""
        return await self.write(lambda tx: tx.decide_each(commands), cause, streams=tuple(commands))

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows of the service's own tables. Raises `Unavailable`."""
        async with self._connected() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """The first row, if any."""
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    async def read(self, stream: str) -> list[Recorded]:
        """All events of a stream, in order. Raises `Damaged`."""
        async with self._connected() as connection:
            return list(readable(await self.engine.reader.newer(connection, {stream: 0})))

    async def read_log(self, after: int, *, limit: int, types: list[str] | None = None) -> list[Recorded]:
        """Events of all streams (of some types) after a position, in order; damaged ones are `Unreadable`."""
        query = f"""
            select {COLUMNS} from public.event
             where position > $1 and ($3::text[] is null or type = any($3)) order by position limit $2
            """
        async with self._connected() as connection:
            return await self.engine.reader.decode(connection, await connection.fetch(query, after, limit, types))

    async def state(self, stream: str) -> Any:
        """The stream's state as of now."""
        return (await self.folded(stream)).state

    async def folded(self, stream: str) -> Folded:
        """The stream's state as of now, with its version; only what is newer than the state kept is read."""
        async with self._connected() as connection:
            end, known = self.writer.end, self.writer.states.get(stream) or self.engine.unborn(stream)
            events = await self.engine.reader.newer(connection, {stream: known.version})
        found = fold(self.engine.decider(stream), known, events)
        if end == self.writer.end and may_be_kept(events, end.position):
            self.writer.keep({stream: found})
        return found

    async def trouble(self) -> list[str]:
        """Codes of what keeps the service from writing; empty when nothing does."""
        try:
            await self.fetch("select 1")
        except Unavailable:
            return ["database_away"]
        return []

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with (await self._connections()).acquire() as connection:
                yield connection
        except (*LOST, TimeoutError) as error:
            raise Unavailable(f"the database is away ({type(error).__name__})") from error

    async def _connections(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=1,
                    max_size=6,
                    timeout=5,
                    server_settings=SETTINGS,
                    init=self._prepare,
                    reset=_keep_as_is,
                )
        return self._pool

    async def _prepare(self, connection: asyncpg.Connection) -> None:
        """A new connection may lead to a database restored from a backup, with another history than what was kept."""
        await prepare_connection(connection)
        head, event_id = self.writer.end
        if await connection.fetchval("select event_id from public.event where position = $1", head) != event_id:
            self.writer.states.clear()


def may_be_kept(events: Sequence[Recorded], head: int) -> bool:
    """Whether a state with these, the newest of its stream, is as of the log's end and stays so until the next event.

    What could not be opened for want of a key may be opened later.
    """
    redacted = any(isinstance(recorded.event, Redacted) for recorded in events)
    return bool(events) and events[-1].position <= head and not redacted


async def _keep_as_is(_: asyncpg.Connection) -> None:
    """No session state is ever set, so a connection needs no cleaning (and no round trip) between uses."""
