"""What follows when sessions change or time passes: phases, breaks, slips, lapses, deviations."""

import datetime as dt
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Cadence, Standing, refusals, stand
from services.protocol.domain.definition import Definition, Phase
from services.protocol.domain.state import Course, Given, Visit
from services.protocol.domain.techniques import deviations
from shared.events import protocol as told
from shared.messages import Event
from shared.vocabulary import DeviationRule

WEEK = timedelta(days=7)
BACKSTOP = timedelta(minutes=1)
"""Visits are judged a minute after they changed: a re-planned course is many events, and only their sum counts."""


class Following:
    """Events that follow for one course; `ids` fills in whose they are."""

    def __init__(self, definition: Definition, state: Course) -> None:
        self.definition = definition
        self.state = state
        self.ids: dict[str, Any] = {"client_id": state.opened.client_id, "course_id": state.opened.course_id}

    def phases(self, on: date) -> Iterator[Event]:
        """Announce the phase the course has come to, and the break before it."""
        standing = stand(self.state.cadence(self.definition))
        name = standing.phase.name if standing.phase else ""
        if self.state.pause and standing.pause and standing.pause != self.state.pause:
            yield told.BreakStarted(**self.ids, **_fields(standing))  # its last session's day was corrected
        elif self.state.pause and standing.pause is None:
            early = on < self.state.pause.first_day
            ended = on if early else self.state.pause.first_day
            yield told.BreakEnded(**self.ids, number=self.state.pause.number, on=ended, early=early)
            yield from self._entered(standing, ended)
        elif self.state.pause is None and name != self.state.entered:
            yield from self._completed(standing, on)
            if standing.pause:
                yield told.BreakStarted(**self.ids, **_fields(standing))
            else:
                yield from self._entered(standing, on)

    def _completed(self, standing: Standing, on: date) -> Iterator[Event]:
        series = [phase for phase in self.definition.phases if phase.kind == "series"]
        left = next((phase for phase in series if phase.name == self.state.entered), None)
        if left and left.sessions and (standing.phase is None or _after(series, left, standing)):
            yield told.SeriesCompleted(**self.ids, number=left.number, sessions=left.sessions, on=on)

    def _entered(self, standing: Standing, on: date) -> Iterator[Event]:
        phase = standing.phase
        if phase is None:
            yield told.CourseClosed(**self.ids, reason="finished", on=on)
        elif phase.name == self.state.entered:
            return
        elif phase.kind == "maintenance":
            yield told.MaintenanceStarted(**self.ids, on=on)
        else:
            yield told.SeriesStarted(
                **self.ids, protocol=self.definition.id, number=phase.number, sessions=phase.sessions or 0, on=on
            )

    def break_over(self, today: date) -> Iterator[Event]:
        """End a break whose first day has come."""
        pause = self.state.pause
        if pause and today >= pause.first_day:
            yield told.BreakEnded(**self.ids, number=pause.number, on=pause.first_day)
            yield from self._entered(stand(self.state.cadence(self.definition)), pause.first_day)

    def decided(self, decision: str) -> Iterator[Event]:
        """After a lapse: the course stays where it was, or the series starts again."""
        yield own.LapseDecided(**self.ids, decision=decision)
        standing = stand(self.state.cadence(self.definition))
        if decision == "repeat" and standing.phase and standing.phase.kind == "series":
            yield own.SeriesRepeated(**self.ids, number=standing.phase.number, sessions=standing.done)

    def cleared(self, on: date) -> Iterator[Event]:
        """Exercise may begin once the sessions that prepare for it are done (source A)."""
        after = self.definition.policy.exercise_after
        phases = [phase for phase in self.definition.phases if phase.exercise_per_week]
        if phases and self.state.cleared_on is None and self.state.completed >= after:
            per_week = phases[0].exercise_per_week
            yield told.ExerciseMilestone(**self.ids, kind="cleared", on=on, per_week=per_week)

    def deviations_of(self, given: Given, before: Course) -> Iterator[Event]:
        """Flag what the session went against: its figures and its day."""
        place = self.state.given.index(given) + self.state.opened.sessions_before + 1 - self.state.set_back
        earlier = [other.session for other in self.state.given if other.order < given.order]
        series = place <= (self.definition.total or 0)
        rules: list[DeviationRule] = list(deviations(self.definition, place, earlier, given.session, series=series))
        cadence = before.cadence(self.definition)
        if before.session(given.session.session_id) is None:
            rules += against(cadence, given.on)
        for rule in rules:
            if (rule, given.session.session_id) not in self.state.flagged:
                yield told.DeviationNoted(**self.ids, rule=rule, on=given.on, session_id=given.session.session_id)

    def visits_against(self) -> Iterator[Event]:
        """The backstop: flag agreed visits that the cadence would have refused."""
        cadence = self.state.cadence(self.definition)
        for visit in self._to_come():
            rule = next(iter(against(cadence, visit.on)), None)
            if rule and (rule, visit.appointment_id) not in self.state.flagged:
                yield told.DeviationNoted(**self.ids, rule=rule, on=visit.on, appointment_id=visit.appointment_id)
            cadence = cadence.with_session(visit.on)

    def _to_come(self) -> Sequence[Visit]:
        last = self.state.last_day
        return [visit for visit in self.state.visits if last is None or visit.on > last]

    def weeks(self, today: date) -> Iterator[Event]:
        """Judge whole weeks gone by: too few sessions is a slip, told and never refused."""
        start = self._weeks_from()
        phase = stand(self.state.cadence(self.definition)).phase
        if start is None or phase is None or self.state.lapsed:
            return
        first = start
        while start + WEEK <= today:
            count = sum(start <= given.on < start + WEEK for given in self.state.given)
            if count < phase.per_week and not self._paused(start, start + WEEK):
                yield told.CadenceSlipped(**self.ids, week_from=start, sessions=count, expected=phase.per_week)
            start += WEEK
        if start > first:
            yield own.WeeksJudged(**self.ids, to=start)

    def _weeks_from(self) -> date | None:
        """Weeks count from the phase's first session, or from the first day after a break nobody returned from."""
        if self.state.closed or self.state.pause:
            return None
        if self.state.judged_to:
            return self.state.judged_to
        standing = stand(self.state.cadence(self.definition))
        if standing.done and self.state.given:
            return self.state.given[max(len(self.state.given) - standing.done, 0)].on
        return standing.pause.first_day if standing.pause else None

    def lapse(self, today: date) -> Iterator[Event]:
        """Notice a long gap inside a phase, once."""
        since = self._gap_from()
        if since is None or self.state.lapsed_since == since:
            return
        if today > self._lapses_after(since):
            yield told.CourseLapsed(**self.ids, since=since, on=today)
            if self.definition.policy.on_lapse != "ask":
                yield from self.decided(self.definition.policy.on_lapse)

    def _gap_from(self) -> date | None:
        if self.state.closed or self.state.pause or any(pause.to is None for pause in self.state.pauses):
            return None
        standing = stand(self.state.cadence(self.definition))
        if standing.phase is None:
            return None
        return standing.pause.first_day if standing.pause else self.state.last_day

    def _lapses_after(self, since: date) -> date:
        """The last day of the gap that is still tolerated; days in a pause do not count."""
        day, left = since, self.definition.policy.lapse_days
        while left:
            day += timedelta(days=1)
            left -= not any(pause.covers(day) for pause in self.state.pauses)
        return day

    def _paused(self, first: date, end: date) -> bool:
        days = [first + timedelta(days=n) for n in range((end - first).days)]
        return any(pause.covers(day) for pause in self.state.pauses for day in days)

    def next_days(self) -> Iterator[date]:
        """Days on which time alone may change something."""
        if self.state.pause:
            yield self.state.pause.first_day
        if (start := self._weeks_from()) and not self.state.lapsed:
            yield start + WEEK
        if (since := self._gap_from()) and self.state.lapsed_since != since:
            yield self._lapses_after(since) + timedelta(days=1)


def against(cadence: Cadence, day: date) -> list[DeviationRule]:
    """The cadence rules a day goes against without an override, as deviations are called."""
    rules = [rule for rule in refusals(cadence, day) if (rule, day) not in cadence.permitted]
    return ["session_in_break" if rule == "break" else rule for rule in rules]


def _after(series: list[Phase], left: Phase, standing: Standing) -> bool:
    """Whether the course has moved on past the series it left (and not back, by a withdrawn session)."""
    return standing.phase not in series or series.index(standing.phase) > series.index(left)


def _fields(standing: Standing) -> dict[str, Any]:
    pause = standing.pause
    assert pause is not None  # noqa: S101 - asked for by the caller
    return {
        "number": pause.number, "weeks": pause.weeks, "started_on": pause.started_on, "first_day": pause.first_day,
    }  # fmt: skip


def backstop_at(now: dt.datetime) -> dt.datetime:
    """When visits that changed now are judged."""
    return now + BACKSTOP
