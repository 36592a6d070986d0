"""Work that failed for a reason of its own is set aside: it neither holds up the rest nor fails all day long."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from msgspec import Struct

from shared import metrics
from shared.clock import Clock

log = structlog.get_logger()

PAUSES = (10.0, 60.0, 300.0, 900.0)
"""Seconds after the first, second, … time it failed; the last one repeats."""
Key = tuple[str, UUID]
"""What kind of work, and for whom."""


class Waiting(Struct, frozen=True):
    """How often it failed, and when it is tried again: by the machine's time, or by a simulated clock."""

    failures: int
    at: float
    on: datetime


class SetAside:
    """What waits for another try. News of whom it is for brings it back at once: it may be mended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[Key, Waiting] = {}

    def holds(self, key: Key) -> bool:
        """Whether this is to be left alone for now."""
        one = self._waiting.get(key)
        return one is not None and time.monotonic() < one.at and self._clock.now() < one.on

    def fails(self, key: Key, error: Exception) -> None:
        """Set it aside; the log says for whom (an id), and why."""
        known = self._waiting.get(key)
        failures = known.failures + 1 if known else 1
        pause = PAUSES[min(failures, len(PAUSES)) - 1]
        told = {"kind": key[0], "key": str(key[1]), "failures": failures, "error": type(error).__name__}
        log.error("set_aside", exc_info=error if failures == 1 else None, **told)
        again = self._clock.now() + timedelta(seconds=pause)
        self._waiting[key] = Waiting(failures, time.monotonic() + pause, again)
        self._count()

    def heals(self, key: Key) -> None:
        """It went well."""
        if self._waiting.pop(key, None):
            self._count()

    def news_of(self, ids: Iterable[UUID | None]) -> None:
        """Something about these was stored: what waits is tried again now."""
        about = set(ids)
        for key, one in self._waiting.items():
            if key[1] in about:
                self._waiting[key] = Waiting(one.failures, 0.0, one.on)

    def _count(self) -> None:
        by_kind = Counter(kind for kind, _ in self._waiting)
        metrics.work_set_aside.clear()
        for kind, number in by_kind.items():
            metrics.work_set_aside.labels(kind).set(number)
