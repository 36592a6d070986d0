"""The single writer: units of work in batches, one transaction and one fsync for all of them."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import asyncpg
import structlog

from shared import metrics
from shared.messages import Recorded
from shared.store.append import End
from shared.store.batch import Batch
from shared.store.connect import let_go
from shared.store.swift import SwiftBatch, may_be_swift
from shared.store.trust import Session, ended, look_over
from shared.store.unit import Folded
from shared.store.work import (
    Doubtful,
    Engine,
    InDoubt,
    Outcome,
    Unavailable,
    Work,
    code_of_trouble,
    is_away,
    is_misfit,
    sqlstate,
    unavailable,
)

log = structlog.get_logger()

BATCH = 256
KEPT_STATES = 20_000
PATIENCE = 5.0
"""Seconds to wait for the database when a commit is in doubt."""
LONG = 1.0
"""Seconds after which those who waited behind a batch in vain are not made to wait for another try."""
SELDOM = 10.0
"""Seconds in which a trouble is told once."""


class Writer:
    """Takes units, runs what is waiting as one batch under the store's lock, answers each after the commit.

    `trouble` is a code of what kept the last batch from being stored.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], engine: Engine) -> None:
        self._connect = connect
        self._engine = engine
        self._queue: asyncio.Queue[Work] = asyncio.Queue()
        self._busy = False
        self._closed = False
        self._connection: asyncpg.Connection | None = None
        self._session: Session | None = None
        self._told: dict[str, float] = {}
        self.trouble: str | None = None
        self.states: OrderedDict[str, Folded] = OrderedDict()
        self.end = End()
        self.on_commit: list[Callable[[Sequence[Recorded]], None]] = []

    async def do(self, work: Work) -> Outcome:
        """Run the unit and wait until it is stored. Raises what the unit raised, or `Unavailable`."""
        if self._closed:
            raise Unavailable("this process is stopping")
        self._queue.put_nowait(work)
        return await work.done

    async def run(self) -> None:
        """Serve the queue until cancelled: nothing else ends this, and every unit gets an answer."""
        with suppress(Exception):
            await self._open()  # what is read can be kept only if it is known where the log ends
        try:
            while True:
                works = [await self._queue.get()]
                works += self._waiting(BATCH - 1)
                self._busy = True
                await self._attend(works)
                self._busy = False
        finally:
            self._closed = True
            self._fail(self._waiting(), Unavailable("this process is stopping"))

    @property
    def head(self) -> int:
        """The position of the last event, as far as this process knows."""
        return self.end.position

    @property
    def idle(self) -> bool:
        """Whether nothing is waiting to be written."""
        return self._queue.empty() and not self._busy

    @property
    def connected(self) -> bool:
        """Whether there is a connection to write by."""
        return self._connection is not None and not self._connection.is_closed()

    def lately(self, code: str) -> bool:
        """Whether a unit met this trouble in the last seconds."""
        return time.monotonic() - self._told.get(code, -SELDOM) < SELDOM

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
            await let_go(self._connection)

    def _waiting(self, most: int | None = None) -> list[Work]:
        """Those in the queue by now, or so many of them."""
        there = self._queue.qsize() if most is None else min(most, self._queue.qsize())
        return [self._queue.get_nowait() for _ in range(there)]

    async def _attend(self, works: list[Work]) -> None:
        """Serve the batch, whatever goes wrong. Those who waited long behind one in vain are told the same."""
        started = time.monotonic()
        try:
            await self._serve(works)
        except Exception as error:  # noqa: BLE001 - a fault of ours: the next batch gets a new connection
            self._drop()
            self._aside(log.error, "batch_failed", exc_info=error)
        finally:
            self._fail(works, Doubtful("something went wrong on our side"))  # if it has no answer yet
        took = time.monotonic() - started
        if self.trouble and took > LONG:
            self._fail(self._waiting(), Unavailable("the database is away"))
        self._aside(metrics.batch_units.observe, len(works))
        self._aside(metrics.batch_seconds.observe, took)

    async def _serve(self, works: list[Work]) -> None:
        try:
            connection = await self._open()
        except Exception as error:  # noqa: BLE001 - whatever keeps us from it, nothing can be written
            self._away(works, error)
            return
        if not (may_be_swift(works) and await self._swiftly(connection, works)):
            await self._under_the_lock(works)

    async def _swiftly(self, connection: asyncpg.Connection, works: list[Work]) -> bool:
        """Try the units on what is kept in memory; false when they must be decided under the lock."""
        batch = SwiftBatch(self._engine, connection, works, self.states, self.end)
        try:
            await batch.commit()
        except InDoubt as error:
            await self._find_out(batch, works, error)
        except Exception as error:  # noqa: BLE001 - whatever it is: under the lock it fails its own unit alone
            if not is_away(error):
                return False
            self._away(works, error)
        else:
            self._committed(batch)
        return True

    async def _under_the_lock(self, works: list[Work]) -> None:
        batch = None
        try:
            batch = Batch(self._engine, await self._open(), works, self.states, self.end)
            await batch.commit()
        except InDoubt as error:
            await self._find_out(batch, works, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it fails its own unit alone
            if is_away(error):
                self._away(works, error)
            else:
                await self._singly(works, error)
        else:
            self._committed(batch)

    def _away(self, works: list[Work], error: BaseException) -> None:
        """Whatever is left of the connection must not hold the lock, nor be used again."""
        self._drop()
        self._troubled(error)
        self._fail(works, unavailable(error))

    def _drop(self) -> Session | None:
        """Give the connection up without waiting for anybody; gives which session of the server it was."""
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None
        return self._session

    def _troubled(self, error: BaseException) -> None:
        code = self.trouble = code_of_trouble(error)
        if not self.lately(code):
            self._aside(log.error, code, error=type(error).__name__, sqlstate=sqlstate(error) or None)
        self._told[code] = time.monotonic()

    def _fail(self, works: list[Work], error: Exception) -> None:
        for work in works:
            work.fail(error)

    async def _find_out(self, batch: Batch | None, works: list[Work], error: InDoubt) -> None:
        """A commit in doubt: what is stored is acknowledged, what is not is refused; nobody guesses."""
        session, stored = self._drop(), None
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._end_session(session)
                stored = await self._stored(batch)
        if stored and batch is not None:
            self._committed(batch)
        elif stored is None:
            self._drop()
            self._troubled(error.__cause__ or error)
            self._fail(works, Doubtful("the database is away"))
        else:
            self._away(works, error.__cause__ or error)

    async def _end_session(self, session: Session | None) -> None:
        """Wait until the server does nothing more for the connection that was lost: it might commit later."""
        while session is not None:
            try:
                if await ended(await self._open(), session):
                    return
            except Exception:  # noqa: BLE001 - tried again until the time is over
                self._drop()
            await asyncio.sleep(0.1)

    async def _stored(self, batch: Batch | None) -> bool | None:
        """Whether it is in the log; nothing if it leaves no event by which to tell."""
        try:
            return await batch.was_committed(await self._open()) if batch is not None else None
        except Exception:  # noqa: BLE001 - then it cannot be told
            return None

    async def _singly(self, works: list[Work], error: Exception) -> None:
        """One by one, for as long as the database is there."""
        if len(works) > 1:
            for n, work in enumerate(works):
                if not work.done.done():
                    await self._serve([work])
                if self._connection is None:
                    self._fail(works[n + 1 :], Unavailable("the database is away"))
                    break
        elif is_misfit(error):
            self._troubled(error)
            works[0].fail(unavailable(error))
        else:
            works[0].fail(error)

    def _committed(self, batch: Batch) -> None:
        """Tell who asked, then all others: what these make of it is theirs, and changes no answer."""
        if batch.outrun:
            self.states.clear()  # another replica wrote in between, to whichever streams
        self.end, self.trouble = batch.end, None
        self.keep(batch.folded)
        batch.answer(self.head)
        if stored := batch.stored:
            self._aside(metrics.events_appended.inc, len(stored))
            for tell in self.on_commit:
                self._aside(tell, stored)

    def _aside(self, tell: Callable[..., object], *args: object, **more: object) -> None:
        """What is beside the writing never stops it."""
        try:
            tell(*args, **more)
        except Exception:
            with suppress(Exception):
                log.exception("not_told")

    async def _open(self) -> asyncpg.Connection:
        """The writer's connection: in no transaction for sure, and to a database that keeps what it is told."""
        if self._connection is not None and (self._connection.is_closed() or self._connection.is_in_transaction()):
            self._drop()
        if self._connection is None:
            self._connection = await self._connect()
            await self._look_over(self._connection)
        return self._connection

    async def _look_over(self, connection: asyncpg.Connection) -> None:
        try:
            self._session, end = await look_over(connection)
        except BaseException:
            self._drop()
            raise
        if end != self.end:
            self.states.clear()  # another replica may have written, or the database was restored
        self.end = end
