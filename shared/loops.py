"""Loops that go on for as long as their service does: begun anew whatever they fail with, and seen to stand still."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from shared import metrics
from shared.tasks import stop

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between a failure and the next try; doubled each time."""
STEADY = 30.0
"""Seconds after which a loop that fails again is tried again as soon as at the first failure."""
PATIENCE = 15.0
"""Seconds without a turn after which a loop does not get on."""
HOPELESS = 60.0
"""Seconds without a turn or a failure after which only a new process will help."""


class Pulse:
    """When a loop last made a turn, and when it last failed and tried again. Seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._turned = self._tried = time.monotonic()

    def turned(self) -> None:
        """One turn more is done, also when there was nothing to do."""
        self._turned = self._tried = time.monotonic()

    def failed(self) -> None:
        """It failed, and begins anew."""
        self._tried = time.monotonic()

    @property
    def without_turn(self) -> float:
        """Seconds since the last turn."""
        return time.monotonic() - self._turned

    @property
    def still(self) -> float:
        """Seconds without a sign of life."""
        return time.monotonic() - self._tried


class Loop(Protocol):
    """Work that never ends; what it does not catch itself is logged, and it begins anew."""

    pulse: Pulse

    async def run(self) -> None:
        """Work until cancelled or told to stop."""


class Failing:
    """Failures of one loop that come soon after each other: a few turns between them are no getting on."""

    def __init__(self) -> None:
        self._first = self._last = time.monotonic()

    def again(self) -> None:
        """One more; after a quiet time it is the first of others."""
        if self.is_over:
            self._first = time.monotonic()
        self._last = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the loop runs for longer than it would be paused."""
        return time.monotonic() - self._last > 2 * LONGEST_PAUSE

    @property
    def is_lasting(self) -> bool:
        """Whether it goes on for `PATIENCE` seconds already."""
        return not self.is_over and time.monotonic() - self._first > PATIENCE


class Loops:
    """The loops of one process, by name."""

    def __init__(self) -> None:
        self._running: dict[str, Loop] = {}
        self._failing: dict[str, Failing] = {}

    @asynccontextmanager
    async def running(self, name: str, loop: Loop) -> AsyncIterator["asyncio.Task[None]"]:
        """The loop at work for as long as the block lasts."""
        task = asyncio.create_task(self._keep(name, loop))
        self._running[name] = loop
        loop.pulse.turned()
        try:
            yield task
        finally:
            await stop(task)
            self._running.pop(name, None)
            self._failing.pop(name, None)

    def not_getting_on(self) -> list[str]:
        """Names of those that have made no turn for `PATIENCE` seconds, or fail again and again for as long."""
        lasting = {name for name, failing in self._failing.items() if failing.is_lasting}
        return sorted(
            name for name, loop in self._running.items() if loop.pulse.without_turn > PATIENCE or name in lasting
        )

    def standing_still(self) -> list[str]:
        """Names of those that neither turn nor fail for `HOPELESS` seconds: nothing will move them any more."""
        return sorted(name for name, loop in self._running.items() if loop.pulse.still > HOPELESS)

    async def _keep(self, name: str, loop: Loop) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            try:
                await loop.run()
            except Exception:
                log.exception("loop_failed", kind=name)
                metrics.loops_failed.labels(name).inc()
            else:
                self._running.pop(name, None)  # it has done all there was to do
                return
            loop.pulse.failed()
            self._failing.setdefault(name, Failing()).again()
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)
