"""What a fault is, and what is said of it afterwards."""

import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.faults.stage import Stage


class Done(NamedTuple):
    """What was done, and to whom."""

    what: str
    to: str = ""

    def __str__(self) -> str:
        """Both."""
        return f"{self.what} ({self.to})" if self.to else self.what


Fault = Callable[[Stage, random.Random], Awaitable[Done]]
"""Does its harm, takes back what does not heal by itself, says what it was; raises if something is wrong meanwhile."""


def a_while(chance: random.Random) -> float:
    """Seconds: longer than any waiting for a lock, a statement or an answer should be."""
    return chance.uniform(15, 40)
