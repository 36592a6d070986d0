"""The loop that fires timers: due ones in order, each in the transaction that takes it off the table."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from uuid import UUID

import structlog
import uuid_utils.compat as uuid

from shared.clock import Clock
from shared.loops import Pulse
from shared.messages import Cause, Recorded
from shared.store.store import Store
from shared.store.timers import Due, SetTimer
from shared.store.unit import Tx
from shared.store.work import Unavailable
from shared.tasks import woken

log = structlog.get_logger()

AT_ONCE = 200
LOOK_AGAIN = 1.0
RETRY_FAILED = 60.0


class Alarm:
    """Fires what is due for as long as this service leads."""

    def __init__(self, name: str, store: Store, clock: Clock, due: Due) -> None:
        self._name = name
        self._store = store
        self._clock = clock
        self._due = due
        self._wake = asyncio.Event()
        self.pulse = Pulse()
        self.failing: dict[tuple[str, UUID], float] = {}
        store.writer.on_commit.append(self._notice)
        clock.watch(self._wake.set)

    def _notice(self, committed: Sequence[Recorded]) -> None:
        """Look again when a timer may have been set or stopped."""
        timers = self._store.engine.effects.timers
        if any(type(recorded.event) in timers for recorded in committed):
            self._wake.set()

    async def run(self) -> None:
        """Fire, then sleep until the next is due or something changed."""
        while True:
            self._wake.clear()
            with suppress(Unavailable):
                while await self._fire_due():
                    self.pulse.turned()
                self.pulse.turned()
            self.pulse.failed()
            await woken(self._wake, await self._pause())

    async def next_due(self) -> datetime | None:
        """When the next timer is due, those that fail left aside."""
        rows = await self._store.fetch(f"{SET} order by due_at limit 1", *self._set_aside())
        return rows[0]["due_at"] if rows else None

    async def _pause(self) -> float:
        if self._clock.simulated:
            return LOOK_AGAIN
        with suppress(Unavailable):
            if due := await self.next_due():
                return min(max((due - self._clock.now()).total_seconds(), 0.001), LOOK_AGAIN)
        return LOOK_AGAIN

    async def _fire_due(self) -> bool:
        due = f"{SET} and due_at <= $3 order by due_at, kind, key limit $4"
        rows = await self._store.fetch(due, *self._set_aside(), self._clock.now(), AT_ONCE)
        ready = [SetTimer(kind=row["kind"], key=UUID(int=row["key"].int), due_at=row["due_at"]) for row in rows]
        for _, together in groupby(ready, key=lambda timer: timer.due_at):
            await self._fire(list(together))
        return bool(ready)

    def _set_aside(self) -> tuple[list[str], list[UUID]]:
        """Kinds and keys of those that failed lately: however many they are, the others go on."""
        failed = [timer for timer, until in self.failing.items() if until > time.monotonic()]
        return [kind for kind, _ in failed], [key for _, key in failed]

    async def _fire(self, timers: Sequence[SetTimer]) -> None:
        """All that are due at one instant as one unit; one by one if the database does not like it."""
        try:
            await self._write(timers)
            self._healed(timers)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever failed, the other timers go on
            if len(timers) > 1:
                for timer in timers:
                    await self._fire([timer])
                return
            self._fails(timers[0], error)

    async def _write(self, timers: Sequence[SetTimer]) -> None:
        async def unit(tx: Tx) -> None:
            for timer in timers:
                if await tx.fetch(STILL_SET, timer.kind, timer.key, timer.due_at):
                    stream, command = self._due[timer.kind](timer, self._clock.now())
                    await tx.decide(stream, command)
                    tx.execute(DONE, timer.kind, timer.key, timer.due_at)

        await self._store.write(unit, Cause(actor=self._name, correlation_id=uuid.uuid7()), reads=True)

    def _healed(self, timers: Sequence[SetTimer]) -> None:
        for timer in timers:
            self.failing.pop((timer.kind, timer.key), None)

    def _fails(self, timer: SetTimer, error: Exception) -> None:
        log.error("timer_failed", kind=timer.kind, key=str(timer.key), error=type(error).__name__)
        self.failing[timer.kind, timer.key] = time.monotonic() + RETRY_FAILED


SET = """
select kind, key, due_at from public.timer
 where not exists (select from unnest($1::text[], $2::uuid[]) as failed (kind, key)
                    where failed.kind = timer.kind and failed.key = timer.key)
"""
STILL_SET = "select 1 from public.timer where kind = $1 and key = $2 and due_at = $3"
DONE = "delete from public.timer where kind = $1 and key = $2 and due_at = $3"
