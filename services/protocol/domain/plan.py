"""Planning: choose days for the next sessions out of those that are free, at the pace the protocol asks for."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import takewhile

from msgspec import Struct

from services.protocol.domain.cadence import Cadence, Standing, crowded, refusal, stand
from services.protocol.domain.definition import Phase
from shared.questions import AskPlan, AskWays, Candidate, CoursePlan, PlannedBreak, PlannedSession, Unplaced

NEAREST_WEEKLY, FARTHEST_WEEKLY = 4, 10
"""Between these gaps (days) a weekly visit may lie when its usual weekday is not to be had."""
NO_DAY = "No free day was found that the protocol allows."
NO_SESSION = "The course has no next session."


class Place(Struct, frozen=True, kw_only=True):
    """Where the next session is looked for: the course so far, where it stands, and the pace (sessions a week)."""

    cadence: Cadence
    standing: Standing
    phase: Phase
    pace: int

    @property
    def last(self) -> date:
        """The day of the last session."""
        return self.cadence.days[-1] if self.cadence.days else date.min

    def takes(self, day: date) -> bool:
        """Whether the day will do, by the protocol and at this pace."""
        if self.phase.kind != "maintenance" and crowded(self.recent, day, min(self.pace, self.phase.max_in_7_days)):
            return False
        return refusal(self.cadence, day, self.standing) is None

    @property
    def recent(self) -> tuple[date, ...]:
        """Days of the sessions since the last break."""
        return self.cadence.recent(self.standing)


def place(cadence: Cadence, days_a_week: int | None) -> Place | None:
    """Where the next session is looked for; nowhere when there is none."""
    standing = stand(cadence)
    if cadence.closed or standing.phase is None:
        return None
    pace = pace_of(standing.phase, days_a_week)
    return Place(cadence=cadence, standing=standing, phase=standing.phase, pace=pace)


def pace_of(phase: Phase, days_a_week: int | None) -> int:
    """Sessions a week to plan for: what the client wishes, within what the protocol says; weekly in maintenance."""
    if phase.kind == "maintenance":
        return phase.per_week
    return min(max(days_a_week or phase.per_week, phase.per_week, 1), phase.max_in_7_days)


def plan(cadence: Cadence, asked: AskPlan) -> CoursePlan:
    """Days for the sessions asked for. Every day chosen passes the cadence's verdicts, in order."""
    for day in sorted(set(asked.booked) - set(cadence.days)):
        cadence = cadence.with_session(day)
    candidates = sorted(asked.candidates, key=lambda candidate: candidate.date)
    sessions: list[PlannedSession] = []
    breaks = [one for one in _break_of(stand(cadence)) if not candidates or candidates[0].date < one.first_day]
    for _ in range(number := wanted(cadence, asked)):
        at = place(cadence, asked.days_a_week)
        if at is None or (chosen := choose(at, candidates, asked.days_a_week)) is None:
            break
        sessions.append(PlannedSession(date=chosen, ordinal=cadence.completed + 1, phase=at.phase.name))
        cadence = cadence.with_session(chosen)
        breaks += [pause for pause in _break_of(stand(cadence)) if pause not in breaks]
    return CoursePlan(sessions=sessions, breaks=breaks, unplaced=_unplaced(cadence, number - len(sessions)))


def _unplaced(cadence: Cadence, missing: int) -> list[Unplaced]:
    why = NO_DAY if place(cadence, None) else NO_SESSION
    return [Unplaced(ordinal=cadence.completed + n, why=why) for n in range(1, missing + 1)]


def wanted(cadence: Cadence, asked: AskPlan | AskWays) -> int:
    """How many sessions: a number, what is left of the series, or of the whole course."""
    if isinstance(asked.sessions, int):
        return asked.sessions
    standing = stand(cadence)
    if standing.phase is None:
        return 0
    if asked.sessions == "series":
        sessions = standing.phase.sessions
        return asked.maintenance_visits if sessions is None else sessions - standing.done
    left = max((cadence.definition.total or 0) - cadence.place, 0)
    return left + (asked.maintenance_visits if cadence.definition.endless else 0)


def choose(at: Place, candidates: Sequence[Candidate], days_a_week: int | None) -> date | None:
    """The next session's day, if any of the candidates will do.

    In the span that keeps the pace the best rank wins, and of those the first; where nothing is free in it, the
    earliest day. But a day of a worse rank never pushes out the better ones that follow: else one lost visit would
    move all the later ones.
    """
    later = candidates[bisect_right(candidates, at.last, key=lambda candidate: candidate.date) :]
    first = next((one for one in later if at.takes(one.date)), None)
    if first is None:
        return None
    if at.phase.kind == "maintenance" and at.standing.done and at.recent:
        return _weekly(at, later) or first.date
    limit = max(_keeps_pace_until(at, first.date), first.date)
    within = takewhile(lambda one: one.date <= limit, later)
    for one in sorted((one for one in within if at.takes(one.date)), key=lambda one: (one.rank, one.date)):
        better = [day.date for day in _soon(later, one) if day.rank < one.rank]
        if not pushes_out(at, one.date, better, days_a_week):
            return one.date
    return next((one.date for one in later if one.rank < first.rank and at.takes(one.date)), first.date)


def _soon(later: Iterable[Candidate], one: Candidate) -> Iterable[Candidate]:
    return takewhile(lambda other: other.date < one.date + timedelta(days=7), later)


def pushes_out(at: Place, day: date, better: Sequence[date], days_a_week: int | None) -> bool:
    """Whether a session on this day would cost one of the better days after it."""
    kept = _in_turn(at.cadence, better, days_a_week)
    after = _in_turn(at.cadence.with_session(day), [other for other in better if other > day], days_a_week)
    return any(other not in after for other in kept if other > day)


def _in_turn(cadence: Cadence, days: Sequence[date], days_a_week: int | None) -> list[date]:
    """Which of the days will do when each that does is taken."""
    kept = []
    for day in days:
        at = place(cadence, days_a_week)
        if at and at.takes(day):
            cadence = cadence.with_session(day)
            kept.append(day)
    return kept


def _keeps_pace_until(at: Place, first: date) -> date:
    """The last day on which the next session still lets the week hold its sessions."""
    if not at.recent:
        return first + timedelta(days=6)
    return at.last + timedelta(days=7 - (at.pace - 1) * at.cadence.definition.policy.min_gap_days)


def _weekly(at: Place, later: Iterable[Candidate]) -> date | None:
    """In maintenance: the best rank, then what is nearest to a week after the last, rather later than earlier."""
    gaps = [(one, (one.date - at.last).days) for one in later if (one.date - at.last).days <= FARTHEST_WEEKLY]
    fitting = [(one, gap) for one, gap in gaps if gap >= NEAREST_WEEKLY and at.takes(one.date)]
    best = min(fitting, key=lambda found: (found[0].rank, abs(found[1] - 7), -found[1]), default=None)
    return best[0].date if best else None


def _break_of(standing: Standing) -> list[PlannedBreak]:
    pause = standing.pause
    return [PlannedBreak(started_on=pause.started_on, first_day=pause.first_day)] if pause else []
