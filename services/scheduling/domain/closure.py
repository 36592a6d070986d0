"""A closure: the whole practice is shut for a time (a holiday, a repair)."""

from typing import Literal
from uuid import UUID

from msgspec.structs import asdict

from shared.decider import Decider, Unknown
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


class ClosureWithdrawn(Event, frozen=True, kw_only=True):
    """The practice is open then after all."""

    closure_id: UUID


class ClosePractice(Command, frozen=True, kw_only=True):
    """Put a closure into the calendar."""

    closure_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class WithdrawClosure(Command, frozen=True, kw_only=True):
    """Take a closure out of the calendar."""

    closure_id: UUID


ClosureState = Literal["unknown", "closed", "withdrawn"]


def evolve(_state: ClosureState, event: PracticeClosed | ClosureWithdrawn) -> ClosureState:
    """A closure is there, or it was."""
    return "closed" if isinstance(event, PracticeClosed) else "withdrawn"


def decide(command: ClosePractice | WithdrawClosure, state: ClosureState) -> list[PracticeClosed | ClosureWithdrawn]:
    """A closure is put down once, and withdrawn once. Raises `Unknown`."""
    if isinstance(command, ClosePractice):
        return [PracticeClosed(**asdict(command))] if state == "unknown" else []
    if state == "unknown":
        raise Unknown("There is no such closure.")
    return [ClosureWithdrawn(closure_id=command.closure_id)] if state == "closed" else []


decider: Decider[ClosePractice | WithdrawClosure, PracticeClosed | ClosureWithdrawn, ClosureState] = Decider(
    decide=decide, evolve=evolve, initial="unknown", events=(PracticeClosed, ClosureWithdrawn)
)
