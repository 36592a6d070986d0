"""A decider: the pure heart of an aggregate, and the one way it may say no."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from msgspec import Struct

C = TypeVar("C")
E = TypeVar("E")
S = TypeVar("S")


class Refusal(Struct, frozen=True, kw_only=True):
    """Why one item cannot be. `rule` is a stable slug, `detail` a sentence for the person who asked.

    `earliest` is the first day or instant at which it could be; `alternatives` are slots offered instead.
    """

    rule: str
    detail: str
    index: int | None = None
    earliest: date | datetime | None = None
    alternatives: list[dict[str, object]] | None = None


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The rules say no. Nothing was changed. Answered as 409."""

    def __init__(self, first: Refusal, *others: Refusal) -> None:
        super().__init__(first.detail)
        self.items = (first, *others)

    @property
    def rule(self) -> str:
        """The rule of the first refusal."""
        return self.items[0].rule


def refuse(rule: str, detail: str, *, earliest: date | datetime | None = None) -> Refused:
    """A single refusal, ready to raise."""
    return Refused(Refusal(rule=rule, detail=detail, earliest=earliest))


class Unknown(Exception):  # noqa: N818 - as above
    """What the command is about does not exist. Answered as 404."""


@dataclass(frozen=True)
class Decider(Generic[C, E, S]):
    """`decide(command, state)` gives events, `[]` (asked twice) or raises `Refused`; `evolve` folds an event in.

    `events` lists every class the aggregate's streams may hold; `many` folds a whole stream faster than one by one.
    After one of the events `anew` nothing counts that came before it, readable or not.
    """

    decide: Callable[[C, S], list[E]]
    evolve: Callable[[S, E], S]
    initial: S
    events: tuple[type[E], ...]
    many: Callable[[S, Iterable[E]], S] | None = None
    anew: tuple[type, ...] = ()

    def fold(self, state: S, events: Iterable[E]) -> S:
        """The state after these events."""
        if self.many:
            return self.many(state, events)
        for event in events:
            state = self.evolve(state, event)
        return state
