"""A course walked from its first session to today: which phase each session was of, and the long gaps (domain.md §3.1).

Everything here follows from the facts alone, so that news of the past leads to the same as if it had come in time.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.protocol.domain.cadence import Pause, Restart
from services.protocol.domain.definition import Definition, Phase
from services.protocol.domain.state import Course, Lapse

A_DAY = timedelta(days=1)
LOOK_BACK = timedelta(weeks=520)
"""Weeks are judged and told ten years back (policy): a course may be said to have begun in any year."""


@dataclass(slots=True)
class Stay:
    """The sessions of one phase in a row: their `days`, how many lie `before` Seriatim, and the day it `ended`.

    `used` counts visits that did not take place and used up a session of it.

    While nobody comes, weeks count from `waiting` on (after a break, or in a course taken over); absent: not at all.
    """

    phase: Phase
    before: int = 0
    waiting: date | None = None
    used: int = 0
    days: list[date] = field(default_factory=list)
    ended: date | None = None

    @property
    def done(self) -> int:
        """Sessions of the phase so far."""
        return self.before + self.used + len(self.days)


@dataclass(slots=True)
class Walk:
    """The stays so far, the last of them under way (none of a finished course), and the lapses, in order."""

    definition: Definition
    starts_on: date
    pauses: Sequence[Pause]
    known: Mapping[date, Lapse]
    stays: list[Stay] = field(default_factory=list)
    lapses: list[Lapse] = field(default_factory=list)
    repeated: list[tuple[Lapse, Stay]] = field(default_factory=list)
    last: date | None = None
    given: int = 0

    @property
    def stay(self) -> Stay | None:
        """The phase under way."""
        return self.stays[-1] if self.stays and self.stays[-1].ended is None else None

    def begin(self, before: int, last: date | None) -> None:
        """Where the course stood when it was opened here."""
        self.last, self.given = last, before
        left = before
        for n, phase in enumerate(self.definition.phases):
            if phase.kind == "break":
                continue
            if phase.sessions is None or left < phase.sessions:
                self._enter(n, left, last)
                return
            left -= phase.sessions

    def _enter(self, index: int, before: int, last: date | None, day: date = date.min) -> None:
        """The phase at this index; right after a break its weeks count from the first day that can be booked again."""
        phases = self.definition.phases
        resting = index > 0 and phases[index - 1].kind == "break" and not before and last is not None
        waiting = max(self.starts_on, last + A_DAY if last else self.starts_on) if before else None
        if resting and last:
            waiting = max(last + timedelta(weeks=phases[index - 1].weeks), self.starts_on, day)
        self.stays.append(Stay(phases[index], before, waiting))

    def sessions(self, days: Sequence[date]) -> None:
        """The next sessions; a gap before one of them may be a long one."""
        most, first, last = timedelta(days=self.definition.policy.lapse_days), 0, self.last
        for n, day in enumerate(days):
            if last and day - last > most:
                self._take(days[first:n])
                self.until(day)
                first = n
            last = day
        self._take(days[first:])

    def _take(self, days: Sequence[date]) -> None:
        """Sessions without a long gap between them, phase after phase."""
        if days:
            self._come_back(days[0])
        while days and (stay := self.stay):
            room = stay.phase.sessions - stay.done if stay.phase.sessions else len(days)
            self.last = days[:room][-1]
            stay.days += days[:room]
            self.given += len(days[:room])
            self._complete(stay, self.last)
            days = days[room:]
        self.last = days[-1] if days else self.last

    def use_up(self, day: date) -> None:
        """A visit that did not take place and counts by the practice's setting."""
        if (stay := self.stay) and not self._about_to_start_anew(day):
            stay.used += 1
            self._complete(stay, day)

    def _about_to_start_anew(self, day: date) -> bool:
        """Whether on this day it was not decided yet that the series starts again."""
        before = self.stays[-2].ended if len(self.stays) > 1 and not self.stays[-1].days else None
        return bool(self.repeated and self.repeated[-1][1] is self.stays[-2] and before and day < before)

    def _complete(self, stay: Stay, day: date) -> None:
        """After its last session the next phase begins."""
        if stay.done == stay.phase.sessions:
            stay.ended = day
            phases = self.definition.phases
            ahead = range(phases.index(stay.phase) + 1, len(phases))
            if following := next((n for n in ahead if phases[n].kind != "break"), None):
                self._enter(following, 0, self.last, day)

    def _come_back(self, day: date) -> None:
        """A session written down late may lie before the day on which its series was said to start again."""
        before = self.stays[-2].ended if len(self.stays) > 1 else None
        if before and day < before:
            self.stays[-2].ended = day

    def until(self, day: date) -> None:
        """The gap before this day, if it is a long one."""
        if (since := self.gap_from()) is None or (day - since).days < self.definition.policy.lapse_days:
            return
        on = self.lapses_on(since)
        if on and on <= day and (not self.lapses or self.lapses[-1].since < since):
            self._lapse(since, on)

    def gap_from(self) -> date | None:
        """The day after which a gap is counted: in a series, where the protocol says so also in maintenance."""
        stay, policy = self.stay, self.definition.policy
        if stay is None or self.last is None or (stay.phase.kind == "maintenance" and not policy.lapse_in_maintenance):
            return None
        return max(self.last, stay.waiting) if self._resting(stay) and stay.waiting else self.last

    def _resting(self, stay: Stay) -> bool:
        """Whether nobody has come back from the break yet."""
        return stay.waiting is not None and not stay.before and not stay.days

    def _waits_from(self, since: date) -> bool:
        return bool(self.stay and self._resting(self.stay) and since == self.stay.waiting)

    def lapses_on(self, since: date) -> date | None:
        """The first day on which the gap is too long. Days in a pause and before the course began do not count."""
        eve = since - A_DAY if self._waits_from(since) else since  # the first day that could be booked counts
        left, day = self.definition.policy.lapse_days + 1, max(eve, self.starts_on - A_DAY)
        if not self.pauses:
            return day + left * A_DAY
        while left:
            day += A_DAY
            pause = next((pause for pause in self.pauses if pause.covers(day)), None)
            if pause is None:
                left -= 1
            elif pause.to is None:
                return None
            else:
                day = pause.to
        return day

    def _lapse(self, since: date, on: date) -> None:
        known, setting = self.known.get(since), self.definition.policy.on_lapse
        new = Lapse(since, on) if setting == "ask" else Lapse(since, on, setting, on)
        lapse = Lapse(since, on, known.decision, known.decided_on) if known else new
        self.lapses.append(lapse)
        if lapse.decision == "repeat" and self.stay and self.stay.phase.kind == "series" and self.stay.done:
            self._repeat(lapse, self.stay)

    def _repeat(self, lapse: Lapse, stay: Stay) -> None:
        """The series starts again: what was done of it does not count for the course's place."""
        stay.ended = lapse.decided_on or lapse.on
        ahead = self.definition.phases[: self.definition.phases.index(stay.phase)]
        self.given -= stay.before + len(stay.days)
        restart = Restart(lapse.since, sum(phase.sessions or 0 for phase in ahead), stay.ended, self.given)
        self.lapses[-1] = Lapse(lapse.since, lapse.on, lapse.decision, lapse.decided_on, restart)
        self.repeated.append((self.lapses[-1], stay))
        self.stays.append(Stay(stay.phase))


def walk(definition: Definition, state: Course, today: date) -> Walk:
    """The course up to today; up to its closing when it is closed."""
    found = Walk(definition, state.opened.starts_on, state.pauses, {lapse.since: lapse for lapse in state.lapses})
    found.begin(state.opened.sessions_before, state.opened.last_session_on)
    first = 0
    for day in sorted(state.used.values()):
        until = bisect_right(state.days, day)
        found.sessions(state.days[first:until])
        found.until(min(day, judged_until(state, today)))
        found.use_up(day)
        first = until
    found.sessions(state.days[first:])
    found.until(judged_until(state, today))
    return found


def judged_since(state: Course, until: date) -> date:
    """What ended by this day is settled, or so long ago that nobody judges it any more."""
    return max(state.judged_to or date.min, until - LOOK_BACK)


def judged_until(state: Course, today: date) -> date:
    """Nothing is judged after the closing of a course."""
    return min(today, state.closed_on) if state.closed_on else today
