"""The single writer: units of work in batches, one transaction and one fsync for all of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import asyncpg

from shared import metrics
from shared.messages import Recorded
from shared.store.append import End, end_of_log
from shared.store.batch import Batch
from shared.store.swift import SwiftBatch, may_be_swift
from shared.store.unit import Folded
from shared.store.work import LOST, Doubtful, Engine, InDoubt, Outcome, Unavailable, Work

BATCH = 256
KEPT_STATES = 20_000
PATIENCE = 10.0
"""Seconds to wait for the database when a commit is in doubt."""


class Writer:
    """Takes units, runs what is waiting as one batch under the store's lock, answers each after the commit."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], engine: Engine) -> None:
        self._connect = connect
        self._engine = engine
        self._queue: asyncio.Queue[Work] = asyncio.Queue()
        self._busy = False
        self._connection: asyncpg.Connection | None = None
        self.states: OrderedDict[str, Folded] = OrderedDict()
        self.end = End()
        self.on_commit: list[Callable[[Sequence[Recorded]], None]] = []

    async def do(self, work: Work) -> Outcome:
        """Run the unit and wait until it is stored. Raises what the unit raised, or `Unavailable`."""
        self._queue.put_nowait(work)
        return await work.done

    async def run(self) -> None:
        """Serve the queue until cancelled."""
        with suppress(*LOST, asyncpg.PostgresError):
            await self._open()  # what is read can be kept only if it is known where the log ends
        while True:
            batch = [await self._queue.get()]
            with suppress(asyncio.QueueEmpty):
                while len(batch) < BATCH:
                    batch.append(self._queue.get_nowait())
            self._busy = True
            await self._serve(batch)
            self._busy = False

    @property
    def head(self) -> int:
        """The position of the last event, as far as this process knows."""
        return self.end.position

    @property
    def idle(self) -> bool:
        """Whether nothing is waiting to be written."""
        return self._queue.empty() and not self._busy

    def keep(self, folded: Mapping[str, Folded]) -> None:
        """Remember states as of the end of the log."""
        for stream, state in folded.items():
            self.states[stream] = state
            self.states.move_to_end(stream)
        while len(self.states) > KEPT_STATES:
            self.states.popitem(last=False)

    async def close(self) -> None:
        """Close the writer's own connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _serve(self, works: list[Work]) -> None:
        metrics.batch_units.observe(len(works))
        with metrics.batch_seconds.time():
            if not (may_be_swift(works) and await self._swiftly(works)):
                await self._under_the_lock(works)

    async def _swiftly(self, works: list[Work]) -> bool:
        """Try the units on what is kept in memory; false when they must be decided under the lock."""
        batch = None
        try:
            connection = await self._open()
            batch = SwiftBatch(self._engine, connection, works, self.states, self.end)
            await batch.commit()
        except LOST as error:
            self._away(works, error)
        except InDoubt as error:
            await self._find_out(batch, works, error)
        except Exception:  # noqa: BLE001 - whatever it is: under the lock it fails its own unit alone
            return False
        else:
            self._committed(batch)
        return True

    async def _under_the_lock(self, works: list[Work]) -> None:
        batch = None
        try:
            connection = await self._open()
            batch = Batch(self._engine, connection, works, self.states, self.end)
            await batch.commit()
        except LOST as error:
            self._away(works, error)
        except InDoubt as error:
            await self._find_out(batch, works, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it fails its own unit alone
            await self._singly(works, error)
        else:
            self._committed(batch)

    def _away(self, works: list[Work], error: BaseException, kind: type[Unavailable] = Unavailable) -> None:
        if self._connection is not None:
            self._connection.terminate()  # whatever is left of it must not hold the lock
        self._connection = None
        for work in works:
            work.fail(kind(f"the database is away ({type(error).__name__})"))

    async def _find_out(self, batch: Batch | None, works: list[Work], error: InDoubt) -> None:
        """A commit in doubt: what is stored is acknowledged, what is not is refused; nobody guesses."""
        self._connection = None
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await self._open_at_last()
                stored = await batch.was_committed(connection) if batch is not None else False
        except (*LOST, TimeoutError):
            stored = None
        if stored and batch is not None:
            self._committed(batch)
        else:
            self._away(works, error, Unavailable if stored is False else Doubtful)

    async def _open_at_last(self) -> asyncpg.Connection:
        while True:
            try:
                return await self._open()
            except LOST:
                await asyncio.sleep(0.1)

    async def _singly(self, works: list[Work], error: Exception) -> None:
        if len(works) == 1:
            works[0].fail(error)
            return
        for work in works:
            if not work.done.done():
                await self._serve([work])

    def _committed(self, batch: Batch) -> None:
        if batch.outrun:
            self.states.clear()  # another replica wrote in between, to whichever streams
        self.end = batch.end
        metrics.events_appended.inc(len(batch.stored))
        self.keep(batch.folded)
        batch.answer(self.head)
        if stored := batch.stored:
            for tell in self.on_commit:
                tell(stored)

    async def _open(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
            end = await end_of_log(self._connection)
            if end != self.end:
                self.states.clear()  # another replica may have written, or the database was restored
            self.end = end
        return self._connection
