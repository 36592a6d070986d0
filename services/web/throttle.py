"""How often somebody may fail to sign in: a sliding window a login name, and one an address."""

from collections import OrderedDict, deque

WINDOW = 15 * 60.0
KEPT = 10_000


class Throttle:
    """Counts failures under a key in memory. `limit` failures within `WINDOW` seconds close the door."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until the next try is let through; 0 when it is now."""
        failures = self._failures.get(key, deque())
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        return failures[0] + WINDOW - now if len(failures) >= self._limit else 0.0

    def failed(self, key: str, now: float) -> None:
        """Count a failure. The keys longest unused are forgotten, so that memory stays bounded."""
        self._failures.setdefault(key, deque(maxlen=self._limit)).append(now)
        self._failures.move_to_end(key)
        while len(self._failures) > KEPT:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """Start anew after a success."""
        self._failures.pop(key, None)
