"""What is handed to the writer, and what comes back."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from asyncpg.exceptions import _base
from msgspec import Struct

from shared.clock import Clock
from shared.decider import Decider
from shared.messages import Cause, Recorded, category
from shared.store.effects import Effects
from shared.store.reader import Reader
from shared.store.unit import Folded, Run

UNFIT = _base.DataError
"""What the client library says of a value that no column takes: before anything is sent. Its own name is hidden by that
of a class of the server's answers."""

LOST = (
    OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,  # the server died in the middle of its greeting
)  # fmt: skip
"""The connection is lost, or nobody knows what state it is in."""

DISABLED = re.compile("08|53|57|58|25006|25P0|55P03|40P01|3D000|28")
"""SQLSTATEs of a server that cannot do its work just now: full, read-only, shutting down, busy with somebody else."""

MISFIT = re.compile("42P01|42703|42501|42883|42704|42P10|3F000")
"""SQLSTATEs of tables, columns, functions and rights that are not there: the schema is not the one of this code."""


SCHEMA_WRONG = "schema_wrong"
UNSAFE = "database_does_not_sync"


def is_lost(error: BaseException) -> bool:
    """Whether it is open what the server has done with the statement."""
    return isinstance(error, LOST) and not isinstance(error, UNFIT)


def is_away(error: BaseException) -> bool:
    """Whether the database cannot do its work: nothing is wrong with the unit, and its time will come."""
    odd = isinstance(error, (Untrusted, asyncpg.InvalidCachedStatementError))  # a new connection knows the new tables
    return odd or is_lost(error) or bool(DISABLED.match(sqlstate(error)))


def is_misfit(error: BaseException) -> bool:
    """Whether the database lacks what this code takes for granted: nothing is wrong with the unit either."""
    return bool(MISFIT.match(sqlstate(error)))


def sqlstate(error: BaseException) -> str:
    """The database's code, if it is an answer of the database."""
    return str(getattr(error, "sqlstate", None) or "") if isinstance(error, asyncpg.PostgresError) else ""


def code_of_trouble(error: BaseException) -> str:
    """What to tell who looks after the service."""
    if isinstance(error, Untrusted):
        return error.code
    if is_misfit(error):
        return SCHEMA_WRONG
    return {"25006": "database_read_only", "53100": "database_full"}.get(sqlstate(error), "database_away")


def unavailable(error: BaseException) -> "Unavailable":
    """What to tell the caller."""
    if isinstance(error, Untrusted):
        return Untrusted(error.code, str(error))
    what = "the database's tables are not those of this version" if is_misfit(error) else "the database is away"
    return Unavailable(f"{what} ({type(error).__name__})")


class Unavailable(Exception):  # noqa: N818 - an answer (503), not a bug
    """Something this service depends on does not answer. Nothing was stored."""


class NoAnswer(Unavailable):
    """A neighbour that is there answers this question with what cannot be read: waiting for it alone will not help."""


class Doubtful(Unavailable):
    """The connection was lost in the commit, and it cannot be found out in time whether it was stored."""


class Untrusted(Unavailable):
    """The database answers, but must not be written to; `code` says why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class KeyReused(Exception):  # noqa: N818 - an answer (422), not a bug
    """The Idempotency-Key was used before for another request."""


class TooLarge(Exception):  # noqa: N818 - an answer (413), not a bug
    """What should be stored is larger than anybody could be told of."""


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
        if isinstance(error, UNFIT):
            error = asyncpg.DataError(type(error).__name__)  # as if the server had said it; a value stands in the text
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
