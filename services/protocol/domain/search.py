"""Moving through the free days: from where a course stands to where it would stand after one session more."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.domain.cadence import Cadence, refusal, stand
from services.protocol.domain.paces import Leg, Waits, course_at, in_pace

State = tuple[tuple[int, ...], int, int]
"""What the future depends on: the days of the last sessions, as far as a rule looks back on them; the first day of the
phase's week that is running; how many sessions that week has. Days are numbers, as `date.toordinal` gives them."""


class Field(Struct, frozen=True, kw_only=True):
    """Where the search moves: the course and the free days, in order. `origin` is a day the plan's weeks begin on.

    `look_back` is how many days before a session another one still matters for those that follow.
    """

    cadence: Cadence
    free: list[int]
    waits: Waits
    origin: int
    look_back: int
    permitted: frozenset[int] = frozenset()

    @property
    def start(self) -> State:
        """The course as it stands."""
        days = tuple(day.toordinal() for day in self.cadence.days[-7:])
        week = running(self.cadence)
        held = sum(day >= week for day in days) if week else 0
        return days, week or self.cadence.starts_on.toordinal(), held

    def week(self, day: int) -> int:
        """Which week of the plan the day lies in."""
        return (day - self.origin) // 7

    def end_of_week(self, day: int) -> int:
        """The last day of the plan's week."""
        return self.origin + 7 * self.week(day) + 6

    def first_days(self, leg: Leg, until: int | None = None) -> Iterator[int]:
        """Free days on which the next session may be, in order; the course itself is asked, day by day."""
        standing, days = stand(self.cadence), self.cadence.days
        since = self.cadence.recent(standing)
        for day in self._between(days[-1].toordinal() if days else 0, until):
            on = date.fromordinal(day)
            if refusal(self.cadence, on, standing) is None and in_pace(leg, since, on) and self.room(leg, since, day):
                yield day

    def room(self, leg: Leg, since: tuple[date, ...], day: int) -> bool:
        """Whether a weekly visit still has its place in the plan's week."""
        held = sum(self.week(other.toordinal()) == self.week(day) for other in since) if leg.weekly else 0
        return held < leg.pace

    def days(self, leg: Leg, state: State, until: int | None = None) -> Iterator[int]:
        """Free days on which the session after this state may be, in order."""
        recent = state[0]
        low = self.waits.first(leg, recent)
        if leg.weekly and not leg.fresh and self._full(leg, recent):
            low = max(low, self.end_of_week(recent[-1]) + 1)
        for day in self._between(recent[-1] if self.permitted else low - 1, until):
            if (day >= low and not self.shut(day)) or (day in self.permitted and self._excepted(leg, recent, day)):
                yield day

    def after(self, leg: Leg, state: State, day: int) -> tuple[State, int]:
        """The state after a session on this day, and the slips of the weeks passed since (domain.md §3.1)."""
        recent, week, held = state
        near = () if leg.rest else tuple([one for one in recent if day - one < self.look_back])
        if leg.fresh:
            late = max(day - recent[-1] - leg.rest, 0) // 7 if leg.rest and recent else 0
            return ((*near, day), day, 1), late * (leg.phase.per_week > 0)
        if not (passed := (day - week) // 7):
            return ((*near, day), week, held + 1), 0
        short = sum(self._slipped(leg, week + 7 * n, 0 if n else held) for n in range(passed))
        return ((*near, day), week + 7 * passed, 1), short

    def shut(self, day: int) -> bool:
        """Whether the day lies in a pause, or is not that of the event."""
        event_on = self.cadence.event_on
        return self.paused(day) or (event_on is not None and event_on.toordinal() != day)

    def paused(self, day: int) -> bool:
        """Whether the day lies in a pause."""
        return bool(self.cadence.pauses) and any(one.covers(date.fromordinal(day)) for one in self.cadence.pauses)

    def _between(self, after: int, until: int | None) -> list[int]:
        end = len(self.free) if until is None else bisect_right(self.free, until)
        return self.free[bisect_right(self.free, after) : end]

    def _full(self, leg: Leg, recent: tuple[int, ...]) -> bool:
        return sum(self.week(one) == self.week(recent[-1]) for one in recent) >= leg.pace

    def _excepted(self, leg: Leg, recent: tuple[int, ...], day: int) -> bool:
        course = course_at(self.cadence, leg.place, recent, exceptions=True)
        standing, on = stand(course), date.fromordinal(day)
        return refusal(course, on, standing) is None and in_pace(leg, course.recent(standing), on)

    def _slipped(self, leg: Leg, week: int, held: int) -> bool:
        return held < leg.phase.per_week and not any(self.paused(week + n) for n in range(7))


def running(cadence: Cadence) -> int | None:
    """The first day of the phase's week in which the last session lies; none before the phase's first session."""
    done = min(stand(cadence).done, len(cadence.days))
    if not done:
        return None
    first, last = cadence.days[-done].toordinal(), cadence.days[-1].toordinal()
    return first + (last - first) // 7 * 7


def field(cadence: Cadence, free: Sequence[date], leg: Leg) -> Field:
    """The field of a course. Its weeks are those its phase is judged by, or begin with the first day that will do."""
    exact = cadence.permitted or any(
        one.kind == "maintenance" and one.per_week > 1 for one in cadence.definition.phases
    )
    found = Field(
        cadence=cadence,
        free=sorted({day.toordinal() for day in free}),
        waits=Waits(cadence),
        origin=running(cadence) or 0,
        look_back=7 if exact else max(7 - cadence.definition.policy.min_gap_days, 1),
        permitted=frozenset(day.toordinal() for _, day in cadence.permitted),
    )
    return found if found.origin else replace(found, origin=next(found.first_days(leg), 0))
