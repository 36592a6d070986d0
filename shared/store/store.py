"""The store of a service: its writer, its reads, its timers' table, and the connections behind them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import uuid_utils.compat as uuid

from shared.messages import Cause, Command, Recorded, Redacted
from shared.store.codec import prepare_connection
from shared.store.connect import Bounds, connect, let_go, options
from shared.store.reader import COLUMNS
from shared.store.trust import proof
from shared.store.unit import Folded, Run, fold, readable
from shared.store.work import (
    SCHEMA_WRONG,
    UNSAFE,
    Engine,
    Outcome,
    Request,
    Unavailable,
    Work,
    is_away,
    is_lost,
    is_misfit,
    unavailable,
)
from shared.store.writer import Writer
from shared.tasks import stop

Fits = Callable[[asyncpg.Connection], Awaitable[None]]

PROVE_WITHIN = 3.0
PROVE_AGAIN = 1.0
"""Seconds: whoever asks for trouble gets an answer in the one, and one that is at most as old as the other."""


class Store:
    """Everything a service does with its database.

    `fits` looks at the first connection of the process and raises `Untrusted` if the tables are not those of this code.
    """

    def __init__(self, dsn: str, engine: Engine, fits: Fits | None = None) -> None:
        self._dsn = dsn
        self._fits = fits
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._proving: asyncio.Task[list[str]] | None = None
        self._proved = 0.0
        self.bounds = Bounds()
        self.engine = engine
        self.writer = Writer(self.connect, engine)

    async def connect(self) -> asyncpg.Connection:
        """A connection of one's own, for the writer and for locks held long."""
        connection = await connect(self._dsn, self.bounds)
        try:
            await self._look_at(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    @asynccontextmanager
    async def apart(self, bounds: Bounds | None = None) -> AsyncIterator[asyncpg.Connection]:
        """A connection for work of its own, beside the units; let go in any case."""
        connection = await connect(self._dsn, bounds or self.bounds)
        try:
            await self._look_at(connection)
            yield connection
        finally:
            await let_go(connection)

    async def _look_at(self, connection: asyncpg.Connection) -> None:
        if self._fits is not None:
            await self._fits(connection)
            self._fits = None

    async def meet(self) -> None:
        """See whether the tables are those of this code. Raises `Unavailable`, and `Untrusted` if they are not."""
        try:
            async with self.apart():
                pass
        except Exception as error:
            raise unavailable(error) from error

    @property
    def unsafe(self) -> str | None:
        """The code of a database that may forget what it acknowledges: nothing is written to it."""
        return UNSAFE if self.writer.trouble == UNSAFE else None

    async def trouble(self) -> list[str]:
        """Codes of what keeps units from being stored, proved by one that goes all the way; empty when nothing does."""
        if self._proving is None or (self._proving.done() and time.monotonic() - self._proved > PROVE_AGAIN):
            self._proving = asyncio.create_task(self._prove())
        proving = self._proving
        await asyncio.wait({proving}, timeout=PROVE_WITHIN)
        if not proving.done():
            return [self.writer.trouble or ("writer_stuck" if self.writer.connected else "database_away")]
        return proving.result()

    async def _prove(self) -> list[str]:
        try:
            await self.writer.do(proof(Cause(actor="health", correlation_id=uuid.uuid7())))
        except Unavailable:
            codes = [self.writer.trouble or "database_away"]
        except Exception:  # noqa: BLE001 - whatever it is, it would hit other units too
            codes = ["writer_stuck"]
        else:
            codes = [SCHEMA_WRONG] if self.writer.lately(SCHEMA_WRONG) else []
        self._proved = time.monotonic()
        return codes

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Store"]:
        """Serve units until closed; what is queued is written first. The database may come later than we do."""
        writing = asyncio.create_task(self.writer.run())
        try:
            yield self
        finally:
            while not (self.writer.idle or writing.done()):
                await asyncio.sleep(0.005)
            await stop(writing)
            await self.writer.close()
            await self._close()

    async def _close(self) -> None:
        if self._pool is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._pool.close(), self.bounds.connect)
            self._pool.terminate()

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

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = None
        try:
            async with (await self._connections()).acquire(timeout=self.bounds.connect) as connection:
                try:
                    yield connection
                except Exception as error:
                    if is_away(error):
                        connection.terminate()  # nor does its return wait for anything
                    raise
        except Exception as error:
            if is_away(error) or (is_misfit(error) and not isinstance(error, asyncpg.InsufficientPrivilegeError)):
                await self._forget(error)
                raise unavailable(error) from error
            raise

    async def _forget(self, error: Exception) -> None:
        """Where one connection went silent the others did too."""
        if is_lost(error) and self._pool is not None:
            await self._pool.expire_connections()

    async def _connections(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,  # making it waits for nobody
                    max_size=6,
                    init=self._prepare,
                    reset=_keep_as_is,
                    **options(self.bounds),
                )
        return self._pool

    async def _prepare(self, connection: asyncpg.Connection) -> None:
        """A new connection may lead to a database restored from a backup, with another history than what was kept."""
        await prepare_connection(connection)
        await self._look_at(connection)
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
