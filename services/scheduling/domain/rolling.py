"""A course's regular visits that are kept booked ahead: the rhythm agreed on, and what became of each of its days.

A day of the rhythm has its visit, or was stepped over and waits for the desk, or has not been dealt with. A visit
that is moved or called off changes nothing here: its day was dealt with.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.domain.slots import A_DAY, WEEKDAYS, TimeOfDay, Weekday
from shared.messages import Event, Instant

A_WEEK = timedelta(weeks=1)
Ended = Literal["asked", "closed", "erased"]


def stream(course_id: UUID) -> str:
    """The stream of one course's regular visits."""
    return f"rolling-{course_id}"


class Rhythm(Struct, frozen=True, kw_only=True):
    """Once a week at this time of the practice's clock; so many `minutes`."""

    weekday: Weekday
    time: TimeOfDay
    therapist_id: UUID
    minutes: int
    equipment: list[str] = []


class Alternative(Struct, frozen=True, kw_only=True):
    """A time the desk may take instead."""

    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID


class RollingEvent(Event, frozen=True, kw_only=True):
    """Every event of regular visits names the course and its client."""

    client_id: UUID
    course_id: UUID


class RollingAgreed(RollingEvent, frozen=True, kw_only=True):
    """From now on these visits are kept booked."""

    rhythm: Rhythm


class RollingDue(RollingEvent, frozen=True, kw_only=True):
    """Another week has come near, or the course goes on: the weeks ahead are to be looked at.

    Those from `anew_from` on also where they were dealt with: what was called off for a pause is booked again.
    """

    anew_from: date | None = None


class WeekSteppedOver(RollingEvent, frozen=True, kw_only=True):
    """There cannot be the usual visit on this day of the rhythm, by this rule; the desk is asked what to do."""

    day: date
    starts_at: Instant
    rule: str
    detail: str
    alternatives: list[Alternative] = []


class WeeksKept(RollingEvent, frozen=True, kw_only=True):
    """The weeks ahead were looked at: these days of the rhythm have a visit. The next look is at `again_at`."""

    days: list[date]
    again_at: Instant


class SteppedWeekDecided(RollingEvent, frozen=True, kw_only=True):
    """The desk booked another time for a day stepped over, or left it without a visit."""

    day: date
    booked: bool


class RollingEnded(RollingEvent, frozen=True, kw_only=True):
    """No more visits are booked ahead; those booked stay."""

    reason: Ended


class Rolling(Struct, frozen=True, kw_only=True):
    """What is agreed (nothing: no visits are kept), whether a look is due, and the days dealt with.

    `open` are days stepped over about which nobody has decided.
    """

    agreed: RollingAgreed | None = None
    due: bool = False
    done: frozenset[date] = frozenset()
    open: dict[date, WeekSteppedOver] = {}

    def ahead(self, today: date, weeks: int) -> list[date]:
        """The days of the rhythm from today on, so many weeks ahead, that have not been dealt with."""
        if self.agreed is None:
            return []
        first = first_on(self.agreed.rhythm, today)
        days = [first + number * A_WEEK for number in range(weeks)]
        return [day for day in days if day not in self.done and day not in self.open]


def first_on(rhythm: Rhythm, day: date) -> date:
    """The first day of the rhythm on or after a day."""
    return day + ((WEEKDAYS.index(rhythm.weekday) - day.weekday()) % 7) * A_DAY


def next_look(rhythm: Rhythm, today: date, weeks: int) -> date:
    """The day on which the next day of the rhythm comes within so many weeks."""
    return first_on(rhythm, today + weeks * A_WEEK) - weeks * A_WEEK + A_DAY


def on_agreed(state: Rolling, event: RollingAgreed) -> Rolling:
    """A rhythm, or another: what was asked about the old one is over, what was dealt with stays so."""
    return replace(state, agreed=event, due=True, open={})


def on_due(state: Rolling, event: RollingDue) -> Rolling:
    """A look is due, if need be also at days that were dealt with."""
    kept = (day for day in state.done if event.anew_from is None or day < event.anew_from)
    return replace(state, due=True, done=frozenset(kept))


def on_stepped(state: Rolling, event: WeekSteppedOver) -> Rolling:
    """The desk is asked."""
    return replace(state, open={**state.open, event.day: event})


def on_kept(state: Rolling, event: WeeksKept) -> Rolling:
    """Nothing more is to be done until the next look."""
    return replace(state, due=False, done=state.done.union(event.days))


def on_decided(state: Rolling, event: SteppedWeekDecided) -> Rolling:
    """The desk was asked and has answered."""
    rest = {day: one for day, one in state.open.items() if day != event.day}
    return replace(state, open=rest, done=state.done | {event.day})


EVOLVE: dict[type[Event], Callable[[Rolling, Any], Rolling]] = {
    RollingAgreed: on_agreed,
    RollingDue: on_due,
    WeekSteppedOver: on_stepped,
    WeeksKept: on_kept,
    SteppedWeekDecided: on_decided,
    RollingEnded: lambda _state, _event: Rolling(),
}


def evolve(state: Rolling, event: Event) -> Rolling:
    """Fold one event into the state."""
    return EVOLVE[type(event)](state, event)
