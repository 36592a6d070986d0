"""How soon the next session may follow: the cadence's rules and the pace of a plan, in days after the last one."""

from datetime import date
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.domain.cadence import Cadence, crowded, refusal, stand
from services.protocol.domain.definition import Phase

NEAREST_WEEKLY = 4
"""A weekly visit lies at least so many days after the one before (policy): then a Tuesday can follow a Monday off."""
FAR = 10_000
"""A day so long ago, as a number, that no rule looks back on it."""


class Leg(Struct, frozen=True, kw_only=True):
    """A session to be planned: how many lie before it in the protocol, its phase, the days of a break before it.

    `fresh` is the first of its phase, `pace` how many sessions a week the plan goes for.
    """

    place: int
    phase: Phase
    pace: int
    fresh: bool
    rest: int = 0

    @property
    def weekly(self) -> bool:
        """Whether it belongs to the maintenance, which goes by weeks, not by windows of seven days."""
        return self.phase.kind == "maintenance"


def legs(cadence: Cadence, number: int, days_a_week: int | None) -> list[Leg]:
    """The next sessions, as many as asked for; fewer where the protocol ends."""
    found: list[Leg] = []
    for place in range(cadence.place, cadence.place + number):
        standing = stand(course_at(cadence, place, (FAR,) if place else ()) if found else cadence)
        if cadence.closed or standing.phase is None:
            return found
        rest = standing.pause.weeks * 7 if standing.pause else 0
        pace = pace_of(standing.phase, days_a_week)
        found.append(Leg(place=place, phase=standing.phase, pace=pace, fresh=standing.done == 0, rest=rest))
    return found


def pace_of(phase: Phase, days_a_week: int | None) -> int:
    """Sessions a week to plan for: what the client wishes, within what the protocol says; weekly in maintenance."""
    if phase.kind == "maintenance":
        return max(phase.per_week, 1)
    return min(max(days_a_week or phase.per_week, phase.per_week, 1), phase.max_in_7_days)


class Waits:
    """After how many days a session may follow others. Asked of the cadence once for each way the last days lie.

    The rules count days, so that only their distances matter; pauses and overrides, which are about single dates,
    are left to whoever asks. A later day never makes the next one possible earlier.
    """

    def __init__(self, cadence: Cadence) -> None:
        self._cadence = cadence
        self._known: dict[tuple[str, int, tuple[int, ...]], int] = {}

    def first(self, leg: Leg, recent: tuple[int, ...]) -> int:
        """The first day (a number, as `date.toordinal`) for the leg's session after these, which are in order."""
        last = recent[-1]
        key = leg.phase.name, leg.rest, tuple([last - day for day in recent])
        if key not in self._known:
            self._known[key] = self._wait(leg, tuple(FAR - back for back in key[2]))
        return last + self._known[key]

    def _wait(self, leg: Leg, recent: tuple[int, ...]) -> int:
        course = course_at(self._cadence, leg.place, recent)
        standing = stand(course)
        since = course.recent(standing)
        for wait in count(leg.rest or 1):
            day = date.fromordinal(FAR + wait)
            if refusal(course, day, standing) is None and in_pace(leg, since, day):
                return wait
        raise AssertionError


def in_pace(leg: Leg, since: tuple[date, ...], day: date) -> bool:
    """Whether the day keeps the pace of the plan, which the rules of the cadence may leave far behind."""
    if leg.weekly:
        return leg.pace > 1 or not since or (day - since[-1]).days >= NEAREST_WEEKLY
    return not crowded(since, day, leg.pace)


def course_at(cadence: Cadence, place: int, recent: tuple[int, ...], *, exceptions: bool = False) -> Cadence:
    """The course come so far, its last sessions on these days; without the pauses and overrides unless asked for."""
    days = tuple(date.fromordinal(day) for day in recent)
    course = Cadence(definition=cadence.definition, days=days, starts_on=date.min, before=place - len(days))
    return (
        replace(course, pauses=cadence.pauses, permitted=cadence.permitted, event_on=cadence.event_on)
        if exceptions
        else course
    )
