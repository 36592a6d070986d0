"""The cadence: where a course stands, and whether a day will do as the next session (domain.md §3.1)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.domain.definition import Definition, Phase
from shared.vocabulary import CadenceRule


class Pause(Struct, frozen=True, gc=False):
    """An agreed absence; `to` is its last day, open when absent."""

    first: date
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day and (self.to is None or day <= self.to)


class Break(Struct, frozen=True, kw_only=True, gc=False):
    """No massage after `started_on` (the last session's day) and before `first_day`."""

    number: int
    weeks: int
    started_on: date
    first_day: date

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.started_on < day < self.first_day


class Restart(Struct, frozen=True, gc=False):
    """A series that starts again `on` a day: after the day `since` the course goes on from `place`.

    `given` are the sessions before the series: what was done of it does not prepare for anything.
    """

    since: date
    place: int
    on: date
    given: int


class Standing(Struct, frozen=True, kw_only=True, gc=False):
    """The phase of the next session (absent when all is done), how much of it is done, and a break before it.

    `number` is that of the phase among the definition's `steps` (of the last when all is done), `group` how many
    sessions lie before the last break: no window of seven days reaches across it.
    """

    phase: Phase | None
    number: int
    done: int
    group: int
    pause: Break | None = None


class Cadence(Struct, frozen=True, kw_only=True, gc=False):
    """What a course's cadence is judged by. `days` are those of its sessions, in order.

    `before` counts sessions whose days are not known (given before Seriatim came), `permitted` are overrides
    `(rule, day)`. `used` are the days, in order, of visits that did not take place and use up a session by the
    practice's setting: the course's place moves with them, they are no sessions. `event_on` is the one day for a
    session before an event.
    """

    definition: Definition
    days: tuple[date, ...]
    starts_on: date
    before: int = 0
    restart: Restart | None = None
    pauses: tuple[Pause, ...] = ()
    permitted: frozenset[tuple[str, date]] = frozenset()
    closed: bool = False
    used: tuple[date, ...] = ()
    event_on: date | None = None

    @property
    def completed(self) -> int:
        """Sessions of the course so far."""
        return self.before + len(self.days)

    @property
    def place(self) -> int:
        """How far the course has come in the protocol, visits that used up a session included."""
        if self.restart is None:
            return self.completed + len(self.used)
        return self.restart.place + len(self._since) + self._used_from(self._began)

    @property
    def given(self) -> int:
        """The same by sessions that took place, less those a series started anew sets aside: only these prepare."""
        if self.restart is None:
            return self.completed
        return self.restart.given + len(self._since)

    @property
    def _since(self) -> tuple[date, ...]:
        """Days of the sessions since a series started anew."""
        return self.days[bisect_right(self.days, self.restart.since) :] if self.restart else self.days

    @property
    def _began(self) -> date:
        """The day on which a series started anew: with its first session at the latest."""
        return min([self.restart.on, *self._since[:1]]) if self.restart else date.min

    def _used_from(self, day: date) -> int:
        return len(self.used) - bisect_left(self.used, day)

    @property
    def used_last(self) -> int:
        """Sessions used up since the last one that took place."""
        return self._used_from(max(self.days[-1], self._began)) if self.used and self.days else 0

    @property
    def anew(self) -> int | None:
        """The place of a series that starts anew and has had no session yet."""
        return self.restart.place if self.restart and not self._since else None

    def with_session(self, day: date) -> "Cadence":
        """The same after a session on this day."""
        days = list(self.days)
        insort(days, day)
        return replace(self, days=tuple(days))

    def recent(self, standing: Standing) -> tuple[date, ...]:
        """Days of the sessions since the last break."""
        since = self.place - standing.group
        if self.used:
            moves = sorted([*((day, 1) for day in self.days), *((day, 2) for day in self.used)])
            since = sum(kind == 1 for _, kind in moves[max(len(moves) - since, 0) :])
        return self.days[max(len(self.days) - since, 0) :]


def stand(cadence: Cadence) -> Standing:
    """The first of the definition's steps that is not full."""
    place, steps = cadence.place, cadence.definition.steps
    number = bisect_right(cadence.definition.full_at, place)
    if number == len(steps):
        return Standing(phase=None, number=number - 1, done=0, group=steps[-1].group)
    phase, first, group, rest = steps[number]
    pause = _pause(rest, cadence, first) if rest and place - first <= cadence.used_last else None
    return Standing(phase=phase, number=number, done=place - first, group=group, pause=pause)


def _pause(phase: Phase, cadence: Cadence, first: int) -> Break | None:
    """The first day that can be booked again is the last session's day plus the weeks, so that they are counted.

    A series that starts again right after a break has its break behind it.
    """
    if not cadence.days or cadence.anew == first:
        return None
    last = cadence.days[-1]
    first_day = last + timedelta(weeks=phase.weeks)
    return Break(number=phase.number, weeks=phase.weeks, started_on=last, first_day=first_day)


def refusals(cadence: Cadence, day: date, standing: Standing) -> Iterator[CadenceRule]:
    """Every rule that speaks against this day as the next session, in the order they are told."""
    if cadence.closed or standing.phase is None:
        yield "closed"
        return
    if day < cadence.starts_on:
        yield "not_started"
    if any(pause.covers(day) for pause in cadence.pauses):
        yield "paused"
    if cadence.event_on and day != cadence.event_on:
        yield "event_day"
    if standing.pause and standing.pause.covers(day):
        yield "break"
    if near(cadence, day):
        yield "min_gap"
    if crowded(cadence.recent(standing), day, standing.phase.max_in_7_days):
        yield "too_many_in_7_days"


def near(cadence: Cadence, day: date) -> list[date]:
    """The sessions that leave less than the smallest gap."""
    return _within(cadence.days, day, timedelta(days=cadence.definition.policy.min_gap_days - 1))


def _within(days: Sequence[date], day: date, reach: timedelta) -> list[date]:
    """Those of the days, which are in order, that lie no farther off than this."""
    return list(days[bisect_left(days, day - reach) : bisect_right(days, day + reach)])


def crowded(days: Sequence[date], day: date, most: int) -> bool:
    """Whether any seven consecutive days with this one in them would hold more than `most` sessions."""
    return len(_close(days, day)) >= most and fullest(days, day) > most


def fullest(days: Sequence[date], day: date) -> int:
    """The most sessions that any seven consecutive days with this one in them would hold."""
    close = _close(days, day)
    insort(close, day)
    return max(bisect_left(close, first + timedelta(days=7)) - n for n, first in enumerate(close) if first <= day)


def _close(days: Sequence[date], day: date) -> list[date]:
    """Those of the days that some seven consecutive days hold together with this one."""
    return _within(days, day, timedelta(days=6))


def refusal(cadence: Cadence, day: date, standing: Standing) -> CadenceRule | None:
    """The first rule that refuses the day and has no override."""
    return next((rule for rule in refusals(cadence, day, standing) if (rule, day) not in cadence.permitted), None)
