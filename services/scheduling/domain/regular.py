"""Decisions about regular visits that are kept booked: agreed, looked at, stepped over, ended."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.scheduling.domain.rolling import (
    EVOLVE,
    Ended,
    Rhythm,
    Rolling,
    RollingAgreed,
    RollingDue,
    RollingEnded,
    SteppedWeekDecided,
    WeeksKept,
    WeekSteppedOver,
    evolve,
)
from shared.decider import Decider, Unknown, refuse
from shared.messages import Command, Event


class AgreeRolling(Command, frozen=True, kw_only=True):
    """Keep visits in this rhythm booked."""

    client_id: UUID
    course_id: UUID
    rhythm: Rhythm


class LookAhead(Command, frozen=True, kw_only=True):
    """Time has gone by, or the course goes on: look at the weeks ahead; see `RollingDue`."""

    anew_from: date | None = None


class KeepWeeks(Command, frozen=True, kw_only=True):
    """What a look at the weeks ahead gave; the visits themselves are booked in the same unit."""

    days: tuple[date, ...]
    stepped: tuple[WeekSteppedOver, ...]
    again_at: datetime


class DecideStep(Command, frozen=True, kw_only=True):
    """What the desk says of a day stepped over."""

    day: date
    booked: bool


class EndRolling(Command, frozen=True, kw_only=True):
    """Book no more visits ahead."""

    reason: Ended


def agree(command: AgreeRolling, state: Rolling) -> list[Event]:
    """The rhythm, unless it is agreed already."""
    if state.agreed and state.agreed.rhythm == command.rhythm:
        return []
    return [RollingAgreed(client_id=command.client_id, course_id=command.course_id, rhythm=command.rhythm)]


def look(command: LookAhead, state: Rolling) -> list[Event]:
    """A look is due, if anything is agreed."""
    if state.agreed is None or (state.due and command.anew_from is None):
        return []
    return [RollingDue(**names(state.agreed), anew_from=command.anew_from)]


def keep(command: KeepWeeks, state: Rolling) -> list[Event]:
    """What was stepped over, and the look itself. Refused when it was done by another, or ended."""
    if state.agreed is None or not state.due:
        raise refuse("not_due", "These weeks were looked at already.")
    kept = WeeksKept(**names(state.agreed), days=list(command.days), again_at=command.again_at)
    return [*command.stepped, kept]


def decide_step(command: DecideStep, state: Rolling) -> list[Event]:
    """The day is settled. Raises `Unknown` when nobody was asked about it."""
    if state.agreed is None or command.day not in state.open:
        raise Unknown("Nothing is open about this day.")
    return [SteppedWeekDecided(**names(state.agreed), day=command.day, booked=command.booked)]


def end(command: EndRolling, state: Rolling) -> list[Event]:
    """Nothing is agreed any more."""
    return [RollingEnded(**names(state.agreed), reason=command.reason)] if state.agreed else []


def names(agreed: RollingAgreed) -> dict[str, UUID]:
    """What every event of the course says."""
    return {"client_id": agreed.client_id, "course_id": agreed.course_id}


ACT: dict[type[Command], Callable[[Any, Rolling], list[Event]]] = {
    AgreeRolling: agree,
    LookAhead: look,
    KeepWeeks: keep,
    DecideStep: decide_step,
    EndRolling: end,
}
decider: Decider[Command, Event, Rolling] = Decider(
    decide=lambda command, state: ACT[type(command)](command, state),
    evolve=evolve,
    initial=Rolling(),
    events=tuple(EVOLVE),
)
