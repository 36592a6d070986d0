"""When a therapist works: weekly hours, other hours on single days, absences. All times are the practice's."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from services.scheduling.domain.slots import Span, Times
from shared.decider import Unknown
from shared.messages import Command, Event, Instant
from shared.vocabulary import Reason


class HoursSet(Event, frozen=True, kw_only=True):
    """The weekly hours from now on, wall-clock times of the practice's zone."""

    therapist_id: UUID
    hours: list[Span]


class DaySet(Event, frozen=True, kw_only=True):
    """On this day the therapist works these times in place of the weekly ones; no times is a day off."""

    therapist_id: UUID
    day: date
    times: list[Times]


class DayCleared(Event, frozen=True, kw_only=True):
    """The weekly hours count again on this day."""

    therapist_id: UUID
    day: date


class TimeOffTaken(Event, frozen=True, kw_only=True):
    """The therapist is away for `[starts_at, ends_at)`."""

    therapist_id: UUID
    time_off_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class TimeOffWithdrawn(Event, frozen=True, kw_only=True):
    """The therapist is not away then after all."""

    therapist_id: UUID
    time_off_id: UUID


WORKTIME_EVENTS = (HoursSet, DaySet, DayCleared, TimeOffTaken, TimeOffWithdrawn)


class Worktime(Struct, frozen=True, kw_only=True):
    """A therapist's hours, which absences there are, and which were taken back."""

    hours: list[Span] = []
    days: dict[date, list[Times]] = {}
    away: frozenset[UUID] = frozenset()
    withdrawn: frozenset[UUID] = frozenset()


class SetHours(Command, frozen=True, kw_only=True):
    """Replace the weekly hours."""

    therapist_id: UUID
    hours: list[Span]


class SetDay(Command, frozen=True, kw_only=True):
    """Give a day other hours, or none."""

    therapist_id: UUID
    day: date
    times: list[Times]


class ClearDay(Command, frozen=True, kw_only=True):
    """Go back to the weekly hours on a day."""

    therapist_id: UUID
    day: date


class TakeTimeOff(Command, frozen=True, kw_only=True):
    """Put an absence into the calendar."""

    therapist_id: UUID
    time_off_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class WithdrawTimeOff(Command, frozen=True, kw_only=True):
    """Take an absence out of the calendar."""

    therapist_id: UUID
    time_off_id: UUID


def on_day_set(state: Worktime, event: DaySet) -> Worktime:
    """The day has its own hours."""
    return replace(state, days={**state.days, event.day: event.times})


def on_day_cleared(state: Worktime, event: DayCleared) -> Worktime:
    """The day is like any other."""
    return replace(state, days={day: times for day, times in state.days.items() if day != event.day})


def on_time_off_withdrawn(state: Worktime, event: TimeOffWithdrawn) -> Worktime:
    """An absence fewer."""
    gone = {event.time_off_id}
    return replace(state, away=state.away - gone, withdrawn=state.withdrawn | gone)


EVOLVE: dict[type[Event], Callable[[Worktime, Any], Worktime]] = {
    HoursSet: lambda state, event: replace(state, hours=event.hours),
    DaySet: on_day_set,
    DayCleared: on_day_cleared,
    TimeOffTaken: lambda state, event: replace(state, away=state.away | {event.time_off_id}),
    TimeOffWithdrawn: on_time_off_withdrawn,
}


def set_hours(command: SetHours, state: Worktime) -> list[Event]:
    """Other weekly hours."""
    same = command.hours == state.hours
    return [] if same else [HoursSet(therapist_id=command.therapist_id, hours=command.hours)]


def set_day(command: SetDay, state: Worktime) -> list[Event]:
    """Other hours on a day."""
    return [] if state.days.get(command.day) == command.times else [DaySet(**asdict(command))]


def clear_day(command: ClearDay, state: Worktime) -> list[Event]:
    """No other hours on a day."""
    return [DayCleared(therapist_id=command.therapist_id, day=command.day)] if command.day in state.days else []


def take_time_off(command: TakeTimeOff, state: Worktime) -> list[Event]:
    """An absence is put down once."""
    return [] if command.time_off_id in state.away else [TimeOffTaken(**asdict(command))]


def withdraw_time_off(command: WithdrawTimeOff, state: Worktime) -> list[Event]:
    """An absence that there is ends to be, once. Raises `Unknown`."""
    if command.time_off_id in state.withdrawn:
        return []
    if command.time_off_id not in state.away:
        raise Unknown("There is no such absence.")
    return [TimeOffWithdrawn(**asdict(command))]


WORKTIME: dict[type[Command], Callable[[Any, Worktime], list[Event]]] = {
    SetHours: set_hours,
    SetDay: set_day,
    ClearDay: clear_day,
    TakeTimeOff: take_time_off,
    WithdrawTimeOff: withdraw_time_off,
}
