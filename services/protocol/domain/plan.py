"""Planning: choose days for the next sessions out of those that are free, at the pace the protocol asks for."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.protocol.domain.cadence import Cadence, crowded, refusal, stand
from services.protocol.domain.definition import Phase
from shared.questions import AskPlan, Candidate, CoursePlan, PlannedBreak, PlannedSession, Unplaced

NO_DAY = "No free day was found that the protocol allows."


def plan(cadence: Cadence, asked: AskPlan) -> CoursePlan:
    """Days for the sessions asked for. Every day chosen passes the cadence's verdicts, in order.

    Within the span that keeps the pace the best-ranked day is taken, and of those the first; where there is none, the
    first day that will do.
    """
    for day in sorted(asked.booked):
        cadence = cadence.with_session(day)
    sessions: list[PlannedSession] = []
    unplaced: list[Unplaced] = []
    candidates = sorted(asked.candidates, key=lambda candidate: candidate.date)
    breaks = [pause for pause in _upcoming_break(cadence) if not candidates or candidates[0].date < pause.first_day]
    for _ in range(wanted(cadence, asked)):
        phase, ordinal = stand(cadence).phase, cadence.completed + 1 + len(unplaced)
        chosen = choose(cadence, candidates, asked.days_a_week)
        if chosen is None or phase is None:
            unplaced.append(Unplaced(ordinal=ordinal, why=NO_DAY))
            continue
        sessions.append(PlannedSession(date=chosen, ordinal=ordinal, phase=phase.name))
        cadence = cadence.with_session(chosen)
        breaks += [pause for pause in _upcoming_break(cadence) if pause not in breaks]
    return CoursePlan(sessions=sessions, breaks=breaks, unplaced=unplaced)


def wanted(cadence: Cadence, asked: AskPlan) -> int:
    """How many sessions: a number, what is left of the series, or of the whole course."""
    standing = stand(cadence)
    if standing.phase is None:
        return 0
    if isinstance(asked.sessions, int):
        return asked.sessions
    if asked.sessions == "series":
        return (standing.phase.sessions or asked.maintenance_visits + standing.done) - standing.done
    left = max((cadence.definition.total or 0) - cadence.place, 0)
    return left + (asked.maintenance_visits if cadence.definition.endless else 0)


def choose(cadence: Cadence, candidates: Sequence[Candidate], days_a_week: int | None) -> date | None:
    """The next session's day, if any of the candidates will do."""
    phase = stand(cadence).phase
    left = [candidate for candidate in candidates if not cadence.days or candidate.date > cadence.days[-1]]
    if phase is None or not left:
        return None
    pace = pace_of(phase, days_a_week)
    limit = _keeps_pace_until(cadence, pace, left[0].date)
    in_pace = [one for one in left if one.date <= limit and _will_do(cadence, one.date, phase, pace)]
    if in_pace:
        return min(in_pace, key=lambda one: one.rank).date
    return next((one.date for one in left if one.date > limit and _will_do(cadence, one.date, phase, pace)), None)


def pace_of(phase: Phase, days_a_week: int | None) -> int:
    """Sessions a week to plan for: what the client wishes, within what the protocol says; weekly in maintenance."""
    if phase.kind == "maintenance":
        return phase.per_week
    return min(max(days_a_week or phase.per_week, phase.per_week), phase.max_in_7_days)


def _will_do(cadence: Cadence, day: date, phase: Phase, pace: int) -> bool:
    standing = stand(cadence)
    if refusal(cadence, day, standing):
        return False
    return not crowded(cadence.recent(standing), day, min(pace, phase.max_in_7_days))


def _keeps_pace_until(cadence: Cadence, pace: int, first: date) -> date:
    """The last day on which the next session still keeps the pace; `first` is the first day that is free.

    At the start of a phase and after a long gap there is no pace to keep yet: a week to start as wished.
    """
    standing = stand(cadence)
    recent, pause = cadence.recent(standing), standing.pause
    if not recent:
        return max(pause.first_day if pause else cadence.starts_on, first) + timedelta(days=6)
    if (first - recent[-1]).days > cadence.definition.policy.lapse_days:
        return first + timedelta(days=6)
    return recent[-pace] + timedelta(days=7) if len(recent) >= pace else recent[0] + timedelta(days=6)


def _upcoming_break(cadence: Cadence) -> list[PlannedBreak]:
    pause = stand(cadence).pause
    return [PlannedBreak(started_on=pause.started_on, first_day=pause.first_day)] if pause else []
