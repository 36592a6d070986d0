"""A closure: the whole practice is shut for a time (a holiday, a repair)."""

from uuid import UUID

from msgspec.structs import asdict

from shared.decider import Decider
from shared.messages import Command, Event, Instant
from shared.vocabulary import Reason


def stream(closure_id: UUID) -> str:
    """The stream of one closure."""
    return f"closure-{closure_id}"


class PracticeClosed(Event, frozen=True, kw_only=True):
    """Nobody works for `[starts_at, ends_at)`."""

    closure_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class ClosePractice(Command, frozen=True, kw_only=True):
    """Put a closure into the calendar."""

    closure_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


def evolve(_closed: bool, _event: PracticeClosed) -> bool:
    """A closure is there or it is not."""
    return True


def decide(command: ClosePractice, closed: bool) -> list[PracticeClosed]:
    """A closure is put down once."""
    return [] if closed else [PracticeClosed(**asdict(command))]


decider: Decider[ClosePractice, PracticeClosed, bool] = Decider(
    decide=decide, evolve=evolve, initial=False, events=(PracticeClosed,)
)
