"""What is handed to the writer, and what comes back."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from msgspec import Struct

from shared.clock import Clock
from shared.decider import Decider
from shared.messages import Cause, Recorded, category
from shared.store.effects import Effects
from shared.store.reader import Reader
from shared.store.unit import Folded, Run

LOST = (
    OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,  # the server died in the middle of its greeting
)  # fmt: skip
"""The database is away: nothing is wrong with the unit."""


class Unavailable(Exception):  # noqa: N818 - an answer (503), not a bug
    """Something this service depends on does not answer. Nothing was stored."""


class Doubtful(Unavailable):
    """The database went away in the commit and did not come back in time: nobody knows whether it was stored."""


class KeyReused(Exception):  # noqa: N818 - an answer (422), not a bug
    """The Idempotency-Key was used before for another request."""


class InDoubt(Exception):  # noqa: N818 - what was stored is read, never guessed
    """The connection was lost in the commit: it may have been stored or not."""


class Stale(Exception):  # noqa: N818 - a reason to decide again under the lock
    """Another replica has written, or what is asked can only be known under the lock."""


class Request(Struct, frozen=True, kw_only=True):
    """An `Idempotency-Key` and the hash of what was asked with it."""

    key: str
    hash: bytes


@dataclass(frozen=True)
class Outcome:
    """What a unit returned, its events, and the position of the last event written (by it, or before it)."""

    value: Any
    events: list[Recorded]
    position: int


@dataclass(eq=False)
class Work:
    """A unit waiting for its batch. `streams` are loaded beforehand, `reads` means it queries tables itself."""

    run: Run
    cause: Cause
    streams: Iterable[str] = ()
    reads: bool = False
    request: Request | None = None
    done: "asyncio.Future[Outcome]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def answer(self, outcome: Outcome) -> None:
        """Tell the caller, who may be gone."""
        if not self.done.done():
            self.done.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """Tell the caller why nothing was stored."""
        if not self.done.done():
            self.done.set_exception(error)


@dataclass(frozen=True)
class Engine:
    """What the writer works with: how events are read and written, who decides, what follows, what time it is."""

    reader: Reader
    deciders: dict[str, Decider[Any, Any, Any]]
    effects: Effects
    clock: Clock

    def decider(self, stream: str) -> Decider[Any, Any, Any]:
        """The decider of a stream, by its category."""
        return self.deciders[category(stream)]

    def unborn(self, stream: str) -> Folded:
        """The state of a stream without events."""
        return Folded(0, self.decider(stream).initial)
