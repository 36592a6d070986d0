"""One transaction of the writer: load, decide, append, derive, commit."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shared.messages import Recorded
from shared.store import claims
from shared.store.append import APPEND, End, arguments, as_recorded, check_sizes, end_of_log
from shared.store.effects import execute
from shared.store.reader import Damaged
from shared.store.unit import Changes, Folded, Statement, Tx, fold
from shared.store.work import Engine, InDoubt, KeyReused, Outcome, Stale, Work, is_away, is_lost

LOCK = 7253
"""The advisory lock of a store's writers; every service has a database, so one number serves all."""


class Batch:
    """Units that share a transaction. One that refuses or fails drops out; a database error breaks them all.

    `kept` are states as of this end of the log; `outrun` tells afterwards that another replica had written since.
    """

    def __init__(
        self,
        engine: Engine,
        connection: asyncpg.Connection,
        works: list[Work],
        kept: Mapping[str, Folded],
        end: End,
    ) -> None:
        self._engine = engine
        self._connection = connection
        self._works = works
        self._kept = kept
        self._base: dict[str, Folded] = {}
        self._repeats: dict[str, tuple[bytes, Any]] = {}
        self._unflushed: list[Changes] = []
        self._recorded: dict[UUID, Recorded] = {}
        self._outcomes: list[tuple[Work, Any, Changes]] = []
        self.folded: dict[str, Folded] = {}
        self._end = end
        self._head = end.position
        self.outrun = False

    async def commit(self) -> None:
        """Run the units and commit what they want stored."""
        # The lock comes first and in a statement of its own: what is read after it stays true until the commit.
        async with self._transaction(f"begin; select pg_advisory_xact_lock({LOCK})"):
            await self._meet_head()
            await self._load()
            for work in self._works:
                await self._run(work)
            await self._flush()

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[None]:
        """Begin a transaction, and commit it or roll it back; where the database is away the connection is dropped."""
        try:
            await self._connection.execute(begin)
            yield
        except Exception as error:
            if not is_away(error):
                await self._connection.execute("rollback")
            raise
        await self._finally("commit")

    async def _finally(self, sql: str, *args: object) -> None:
        """The statement that stores it all. Lost in it, nobody knows; refused in it, nothing was stored."""
        try:
            await self._connection.execute(sql, *args)
        except Exception as error:
            if is_lost(error):
                raise InDoubt from error
            raise

    async def was_committed(self, connection: asyncpg.Connection) -> bool | None:
        """Whether the batch's events are in the log after all; of one without events nobody can tell."""
        if not self._recorded:
            return None
        first = next(iter(self._recorded))
        return bool(await connection.fetchval("select 1 from public.event where event_id = $1", first))

    @property
    def end(self) -> End:
        """Where the log ends after the batch."""
        return End(self._head, next(reversed(self._recorded))) if self._recorded else self._end

    @property
    def stored(self) -> list[Recorded]:
        """The events the batch stored, in the order of the log."""
        return list(self._recorded.values())

    def answer(self, head: int) -> None:
        """After the commit, give each caller its own outcome."""
        for work, value, changes in self._outcomes:
            events = [self._recorded[pending.event_id] for pending in changes.events]
            work.answer(Outcome(value, events, events[-1].position if events else head))

    async def _meet_head(self) -> None:
        """States are as good as the head they were kept at: if it has moved, they are read anew."""
        end = await end_of_log(self._connection)
        if end != self._end:
            self._end, self._head, self.outrun, self._kept = end, end.position, True, {}

    async def _load(self) -> None:
        await self._load_streams()
        if keys := [work.request.key for work in self._works if work.request]:
            rows = await self._connection.fetch("select key, hash, ids from public.request where key = any($1)", keys)
            self._repeats = {row["key"]: (row["hash"], msgspec.json.decode(row["ids"])) for row in rows}

    async def _load_streams(self) -> None:
        """Fold the streams that are not kept, all of them in one round trip."""
        streams = {stream for work in self._works for stream in work.streams if stream not in self._kept}
        if not streams:
            return
        events: dict[str, list[Recorded]] = defaultdict(list)
        for recorded in await self._engine.reader.newer(self._connection, dict.fromkeys(streams, 0)):
            events[recorded.stream].append(recorded)
        for stream in streams:
            with suppress(Damaged):  # it stops the units that need it, and no other
                self._base[stream] = fold(self._engine.decider(stream), self._engine.unborn(stream), events[stream])

    async def _run(self, work: Work) -> None:
        reader, deciders = self._engine.reader, self._engine.deciders
        tx = Tx(self._connection, reader, deciders, work.cause, base=self._base, kept=self._kept)
        try:
            value = await self._value(work, tx)
        except (asyncpg.PostgresError, Stale):
            raise  # the transaction is broken: it is rolled back and its units run singly, or decided anew
        except Exception as error:
            if is_away(error):
                raise
            self._failed(work, error)  # refused or failed: this unit alone
        else:
            self._accept(work, value, tx.changes)

    def _failed(self, work: Work, error: Exception) -> None:
        work.fail(error)

    async def _value(self, work: Work, tx: Tx) -> Any:
        if work.request and (repeat := self._repeats.get(work.request.key)):
            if repeat[0] != work.request.hash:
                raise KeyReused("This Idempotency-Key was used for another request. Use a new key.")
            return repeat[1]
        if work.reads:
            await self._flush()
        value = await work.run(tx)
        check_sizes(tx.changes.events)
        await self._check_claims(tx.changes)
        if work.request:
            self._remember(work, tx, value)
        return value

    def _remember(self, work: Work, tx: Tx, value: Any) -> None:
        assert work.request is not None  # noqa: S101 - asked for by the caller
        ids = msgspec.json.encode(value)
        self._repeats[work.request.key] = (work.request.hash, msgspec.json.decode(ids))
        tx.execute(
            "insert into public.request (key, hash, ids) values ($1, $2, $3)", work.request.key, work.request.hash, ids
        )

    async def _check_claims(self, changes: Changes) -> None:
        wanted, released = self._engine.effects.claimed(changes.events)
        if wanted:
            await self._flush()
            await claims.check(self._connection, wanted, released)

    def _accept(self, work: Work, value: Any, changes: Changes) -> None:
        self._base.update(changes.folded)
        self.folded |= changes.folded
        self._unflushed.append(changes)
        self._outcomes.append((work, value, changes))

    async def _flush(self) -> None:
        """Store what was decided so far, with everything that follows from it."""
        waiting, self._unflushed = self._unflushed, []
        if any(changes.events or changes.heard for changes in waiting):
            await self._connection.execute(APPEND, *await self._entries(waiting))
        await execute(self._connection, self._lanes(waiting))

    def _lanes(self, waiting: list[Changes]) -> Iterable[list[Statement]]:
        lanes: dict[str, list[Statement]] = defaultdict(list)
        for n, changes in enumerate(waiting):
            events = [self._recorded[pending.event_id] for pending in changes.events]
            for recorded in events:
                lanes[recorded.stream] += self._engine.effects.releases(recorded)
            for recorded in events:
                lanes[recorded.stream] += self._engine.effects.of(recorded)
            lanes[f"own {n}"] += changes.statements
        return lanes.values()

    async def _entries(self, waiting: list[Changes]) -> tuple[object, ...]:
        """What `APPEND` takes; the events are recorded at the positions they get, unless it fails."""
        events = [pending for changes in waiting for pending in changes.events]
        heard = [one for changes in waiting for one in changes.heard]
        codec, head, now = self._engine.reader.codec, self._head, self._engine.clock.now()
        sealed = {pending.client_id for pending in events if pending.client_id and codec.seals(type(pending.event))}
        await codec.prepare(self._connection, sealed)
        for position, pending in enumerate(events, head + 1):
            self._recorded[pending.event_id] = as_recorded(pending, position, now)
        self._head += len(events)
        return arguments(codec, head, events, now, heard)
