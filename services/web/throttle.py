"""How often somebody may fail to sign in: sliding windows a name at an address, an address, and a name anywhere."""

from collections import OrderedDict, deque

WINDOW = 15 * 60.0
KEPT = 10_000
FAILURES_OF_A_NAME_AT_AN_ADDRESS = 10
FAILURES_AT_AN_ADDRESS = 40
FAILURES_OF_A_NAME = 100
"""High, so that a stranger elsewhere cannot easily lock a colleague out."""


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


class Patience:
    """The three windows together. Times are seconds of real time; `address` is where the request came from."""

    def __init__(self) -> None:
        self._pairs = Throttle(FAILURES_OF_A_NAME_AT_AN_ADDRESS)
        self._addresses = Throttle(FAILURES_AT_AN_ADDRESS)
        self._names = Throttle(FAILURES_OF_A_NAME)

    def wait(self, name: str, address: str, now: float) -> float:
        """Seconds until this name may be tried from this address again; 0 when it is now."""
        return max(
            self._pairs.wait(f"{address} {name}", now), self._addresses.wait(address, now), self._names.wait(name, now)
        )

    def failed(self, name: str, address: str, now: float) -> None:
        """Count a failure in all three."""
        self._pairs.failed(f"{address} {name}", now)
        self._addresses.failed(address, now)
        self._names.failed(name, now)

    def forget(self, name: str, address: str) -> None:
        """Start anew for this name here after a success."""
        self._pairs.forget(f"{address} {name}")
