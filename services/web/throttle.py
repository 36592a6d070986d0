"""How often somebody may fail to sign in: guessing stays slow, and nobody can lock anybody else out.

A browser in which a person signed in before has a budget of its own (OWASP's device cookies). A stranger has one for
a name at an address. An address or a name with many failures is not closed, because others stand behind it too:
strangers there take turns.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass

WINDOW = 15 * 60.0
KEPT = 10_000
FAILURES_OF_A_DEVICE = 10
FAILURES_OF_A_NAME_AT_AN_ADDRESS = 10
FAILURES_AT_AN_ADDRESS = 40
FAILURES_OF_A_NAME = 100
PAUSE = 1.0
"""Seconds between the turns of strangers at an address, or with a name, that has failed often."""
LONGEST_QUEUE = 10.0
"""Seconds; whoever would wait longer is sent away."""


class TooMany(Exception):  # noqa: N818 - an answer (429), not a bug
    """The device, or the name at the address, has failed too often, or too many wait; `wait` is in seconds."""

    def __init__(self, wait: float, reason: str) -> None:
        super().__init__()
        self.wait = wait
        self.reason = reason


class Throttle:
    """Counts failures under a key in memory. `limit` failures within `WINDOW` seconds fill it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until the key is no longer full; 0 when it is not."""
        failures = self._failures.get(key, deque())
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        return failures[0] + WINDOW - now if len(failures) >= self._limit else 0.0

    def failed(self, key: str, now: float) -> bool:
        """Count a failure, and say whether it filled the key. Keys longest unused are forgotten: memory is bounded."""
        full = self.wait(key, now) > 0
        self._failures.setdefault(key, deque(maxlen=self._limit)).append(now)
        self._failures.move_to_end(key)
        while len(self._failures) > KEPT:
            self._failures.popitem(last=False)
        return not full and self.wait(key, now) > 0

    def take_back(self, key: str, at: float) -> None:
        """Undo a failure that was none."""
        if at in (failures := self._failures.get(key, deque())):
            failures.remove(at)

    def forget(self, key: str) -> None:
        """Start anew after a success."""
        self._failures.pop(key, None)


class Turns:
    """Turns under a key, `PAUSE` seconds apart."""

    def __init__(self) -> None:
        self._next: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Seconds until one's turn. Raises `TooMany` when the queue is too long."""
        wait = max(self._next.get(key, now) - now, 0.0)
        if wait > LONGEST_QUEUE:
            raise TooMany(wait, "queue")
        self._next[key] = now + wait + PAUSE
        self._next.move_to_end(key)
        while len(self._next) > KEPT:
            self._next.popitem(last=False)
        return wait


@dataclass(frozen=True)
class Try:
    """A try to sign in: with which name, from where, from which known device, and when (seconds of real time)."""

    name: str
    address: str
    device: str | None
    at: float

    @property
    def pair(self) -> str:
        """The name at the address."""
        return f"{self.address} {self.name}"


class Patience:
    """Who may try, and when. A try counts as failed from its beginning, so that many at once are no way around."""

    def __init__(self) -> None:
        self._devices = Throttle(FAILURES_OF_A_DEVICE)
        self._pairs = Throttle(FAILURES_OF_A_NAME_AT_AN_ADDRESS)
        self._addresses = Throttle(FAILURES_AT_AN_ADDRESS)
        self._names = Throttle(FAILURES_OF_A_NAME)
        self._turns = Turns()

    def begin(self, one: Try) -> float:
        """Let a try in and give the seconds it must wait for its turn. Raises `TooMany`."""
        budget, key, reason = self._budget(one)
        if wait := budget.wait(key, one.at):
            raise TooMany(wait, reason)
        delay = 0.0 if one.device else self._turn(one)
        budget.failed(key, one.at)
        return delay

    def failed(self, one: Try) -> list[str]:
        """Count a stranger's failure at the address and with the name; names what became too much by it."""
        if one.device:
            return []
        counted = {"address": self._addresses.failed(one.address, one.at), "name": self._names.failed(one.name, one.at)}
        return [what for what, filled in counted.items() if filled]

    def succeeded(self, one: Try) -> None:
        """Start anew with this budget."""
        budget, key, _ = self._budget(one)
        budget.forget(key)

    def gave_up(self, one: Try) -> None:
        """Nothing was tried after all."""
        budget, key, _ = self._budget(one)
        budget.take_back(key, one.at)

    def _budget(self, one: Try) -> tuple[Throttle, str, str]:
        return (self._devices, one.device, "device") if one.device else (self._pairs, one.pair, "name_at_address")

    def _turn(self, one: Try) -> float:
        keys = [
            key
            for counted, key in ((self._addresses, one.address), (self._names, one.name))
            if counted.wait(key, one.at)
        ]
        return max((self._turns.take(key, one.at) for key in keys), default=0.0)
