"""The cadence: where a course stands, and whether a day will do as the next session (domain.md §3.1)."""

from bisect import insort
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from services.protocol.domain.definition import Definition, Phase
from shared.questions import Verdict
from shared.vocabulary import CadenceRule

LOOK_AHEAD = 400
"""Days in which an `earliest` is looked for."""


class Pause(Struct, frozen=True):
    """An agreed absence; `to` is its last day, open when absent."""

    first: date
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day and (self.to is None or day <= self.to)


class Break(Struct, frozen=True, kw_only=True):
    """No massage after `started_on` (the last session's day) and before `first_day`."""

    number: int
    weeks: int
    started_on: date
    first_day: date

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.started_on < day < self.first_day


class Standing(Struct, frozen=True, kw_only=True):
    """The phase of the next session (absent when all is done), how much of it is done, and a break before it.

    `group` is how many sessions lie before the last break: no window of seven days reaches across it.
    """

    phase: Phase | None
    done: int
    group: int
    pause: Break | None = None


class Cadence(Struct, frozen=True, kw_only=True):
    """What a course's cadence is judged by. `days` are those of its sessions, in order.

    `before` counts sessions whose days are not known (given before Seriatim came), `set_back` those a repeated series
    takes back; `permitted` are overrides `(rule, day)`.
    """

    definition: Definition
    days: tuple[date, ...]
    starts_on: date
    before: int = 0
    set_back: int = 0
    pauses: tuple[Pause, ...] = ()
    permitted: frozenset[tuple[str, date]] = frozenset()
    closed: bool = False

    @property
    def completed(self) -> int:
        """Sessions of the course so far."""
        return self.before + len(self.days)

    def with_session(self, day: date) -> "Cadence":
        """The same after a session on this day."""
        days = list(self.days)
        insort(days, day)
        return Cadence(
            definition=self.definition, days=tuple(days), starts_on=self.starts_on, before=self.before,
            set_back=self.set_back, pauses=self.pauses, permitted=self.permitted, closed=self.closed,
        )  # fmt: skip

    @property
    def recent(self) -> tuple[date, ...]:
        """Days of the sessions since the last break."""
        return self.days[max(stand(self).group + self.set_back - self.before, 0) :]


def stand(cadence: Cadence) -> Standing:
    """Walk the phases: series by series until one is not full."""
    left = place = max(cadence.completed - cadence.set_back, 0)
    group, pause = 0, None
    for phase in cadence.definition.phases:
        if phase.kind == "break":
            group = place - left
            pause = _pause(phase, cadence) if left == 0 else None
        elif phase.sessions is None or left < phase.sessions:
            return Standing(phase=phase, done=left, group=group, pause=pause)
        else:
            left -= phase.sessions
            pause = None
    return Standing(phase=None, done=0, group=group)


def _pause(phase: Phase, cadence: Cadence) -> Break | None:
    """The first day that can be booked again is the last session's day plus the weeks, so that they are counted."""
    if not cadence.days:
        return None
    last = cadence.days[-1]
    first_day = last + timedelta(weeks=phase.weeks)
    return Break(number=phase.number, weeks=phase.weeks, started_on=last, first_day=first_day)


def refusals(cadence: Cadence, day: date) -> Iterator[CadenceRule]:
    """Every rule that speaks against this day as the next session, in the order they are told."""
    standing = stand(cadence)
    if cadence.closed or standing.phase is None:
        yield "closed"
        return
    if day < cadence.starts_on:
        yield "not_started"
    if any(pause.covers(day) for pause in cadence.pauses):
        yield "paused"
    if standing.pause and standing.pause.covers(day):
        yield "break"
    if any(abs((day - other).days) < cadence.definition.policy.min_gap_days for other in cadence.days):
        yield "min_gap"
    if crowded(cadence.recent, day, standing.phase.max_in_7_days):
        yield "too_many_in_7_days"


def crowded(days: Sequence[date], day: date, most: int) -> bool:
    """Whether any seven consecutive days with this one in them would hold more than `most` sessions."""
    near = sorted([other for other in days if abs((other - day).days) < 7] + [day])
    return any((near[n + most] - near[n]).days < 7 for n in range(len(near) - most))


def refusal(cadence: Cadence, day: date) -> CadenceRule | None:
    """The first rule that refuses the day and has no override."""
    return next((rule for rule in refusals(cadence, day) if (rule, day) not in cadence.permitted), None)


def earliest(cadence: Cadence, day: date) -> date | None:
    """The first day after this one that would do."""
    ahead = (day + timedelta(days=n) for n in range(1, LOOK_AHEAD))
    return None if cadence.closed else next((other for other in ahead if refusal(cadence, other) is None), None)


def verdicts(cadence: Cadence, days: Sequence[date]) -> list[Verdict]:
    """Judge the days one after another; a refused one does not count for those that follow."""
    found = []
    for day in days:
        rule, ordinal = refusal(cadence, day), cadence.completed + 1
        if rule is None:
            found.append(Verdict(date=day, ordinal=ordinal, allowed=True))
            cadence = cadence.with_session(day)
        else:
            first = earliest(cadence, day)
            detail = sentence(cadence, rule, first)
            found.append(Verdict(date=day, ordinal=ordinal, allowed=False, rule=rule, detail=detail, earliest=first))
    return found


def sentence(cadence: Cadence, rule: CadenceRule, first: date | None) -> str:
    """Why not, and from when, in words for the front desk."""
    standing = stand(cadence)
    pause, phase = standing.pause, standing.phase
    why = {
        "closed": "The course is closed. Reopen it to book.",
        "not_started": f"The course starts on {cadence.starts_on}.",
        "paused": "The course is paused on this day.",
        "break": f"No massage from {pause and pause.started_on + timedelta(days=1)}: the break after session "
        f"{cadence.completed}. A therapist can allow an exception.",
        "min_gap": f"Sessions are at least {cadence.definition.policy.min_gap_days} days apart.",
        "too_many_in_7_days": f"At most {phase and phase.max_in_7_days} sessions in any 7 days.",
    }[rule]
    return f"{why} The first day that will do is {first}." if first else why
