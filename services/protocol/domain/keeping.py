"""How the client keeps the exercise at home, week by week, as the note shows it."""

from datetime import date, timedelta

from msgspec import Struct

from services.protocol.domain.cadence import Standing
from services.protocol.domain.definition import Definition
from services.protocol.domain.exercise import Week, asked_per_week, left_out, week_of, weeks
from services.protocol.domain.lines import Line, line
from services.protocol.domain.state import Course
from services.protocol.domain.weeks import WEEK

SHOWN = timedelta(weeks=6)
"""As far back as a note shows weeks."""


class Exercise(Struct, frozen=True, kw_only=True, gc=False):
    """Exercise at home: whether it may be done, how often, how, and how it is kept."""

    cleared: bool
    per_week: int
    advice: list[Line]
    weeks: list[Week] = []
    streak: int = 0


def keeping(definition: Definition, state: Course, standing: Standing, *, allowed: bool) -> Exercise:
    """As of the last day on which anything is known; a week not over yet breaks no row."""
    if not allowed:
        return Exercise(cleared=False, per_week=0, advice=[])
    until = _known(state)
    return Exercise(
        cleared=True,
        per_week=asked_per_week(definition, standing),
        advice=[line(one) for one in definition.exercise],
        weeks=_weeks(definition, state, until) if until else [],
        streak=_streak(state, state.cleared_on, until) if state.cleared_on and until else 0,
    )


def _weeks(definition: Definition, state: Course, until: date) -> list[Week]:
    """The last six; those that were judged are known, unless news of the past came."""
    first = until - SHOWN
    since = max(state.judged_to or date.min, first)
    judged = [one for one in state.exercise_weeks.values() if first < one.week_from + WEEK <= since]
    known = [week_of(one) for one in judged if one.met is not None]
    return sorted([*known, *weeks(definition, state, until, since)], key=lambda week: week.first_day)[-6:]


def _known(state: Course) -> date | None:
    """The last day of exercise or of a session, or the last of the weeks that were judged."""
    judged = state.judged_to - timedelta(days=1) if state.judged_to else None
    done = (*state.days[-1:], *state.trained[-1:], *((judged,) if judged else ()))
    return max(done, default=state.cleared_on)


def _streak(state: Course, cleared_on: date, until: date) -> int:
    """Target weeks in a row up to this day; weeks of a pause do not count and break nothing."""
    week = cleared_on + (until - cleared_on).days // 7 * WEEK
    streak = int(week in state.met_weeks)
    while (week := week - WEEK) >= cleared_on and (week in state.met_weeks or left_out(state, week)):
        streak += week in state.met_weeks
    return streak
