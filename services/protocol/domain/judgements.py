"""How what was judged, and may be taken back, changes a course: deviations, slips, gaps, weeks of exercise."""

import datetime as dt
from bisect import insort
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Restart
from services.protocol.domain.state import Course, Lapse, Mark
from shared.clock import YEARS
from shared.events import protocol as told
from shared.messages import Event

FIRST_DAY, LAST_DAY = dt.date(YEARS[0], 1, 1), dt.date(YEARS[-1], 12, 31)


def heard_of(course: Course, day: dt.date) -> None:
    """What was judged is judged again where news of the past came: all that had not ended by that day.

    Older versions took exercise of year 1; no course is judged so far back.
    """
    day = max(day, FIRST_DAY)
    if course.judged_to is not None and day < course.judged_to:
        course.judged_to, course.stale = day, True


def mark_of(event: told.DeviationNoted) -> Mark:
    """The rule, and what is against it."""
    return event.rule, event.session_id or event.appointment_id or event.on, event.region


def _noted(course: Course, event: told.DeviationNoted) -> None:
    course.noted = {**course.noted, mark_of(event): event}


def _lifted(course: Course, event: own.DeviationLifted) -> None:
    mark = (event.rule, event.of or event.on, event.region)
    course.noted = {other: one for other, one in course.noted.items() if other != mark}


def _slipped(course: Course, event: told.CadenceSlipped) -> None:
    course.slipped = {**course.slipped, event.week_from: event}


def _slip_lifted(course: Course, event: own.SlipLifted) -> None:
    course.slipped = {week: one for week, one in course.slipped.items() if week != event.week_from}


def _lapsed(course: Course, event: told.CourseLapsed) -> None:
    """Noticed again on another day it keeps what was decided."""
    known = next((lapse for lapse in course.lapses if lapse.since == event.since), None)
    others = [lapse for lapse in course.lapses if lapse is not known]
    insort(others, replace(known, on=event.on) if known else Lapse(event.since, event.on), key=lambda one: one.since)
    course.lapses = tuple(others)


def _lapse_decided(course: Course, event: own.LapseDecided) -> None:
    """Events of old do not say which gap was meant: it was the one in force."""
    since = event.since or (course.lapses[-1].since if course.lapses else None)
    _change_lapse(course, since, decision=event.decision, decided_on=event.on)


def _repeated(course: Course, event: own.SeriesRepeated) -> None:
    _change_lapse(course, event.since, restart=_restart(event))
    heard_of(course, event.since)


def _restart(event: own.SeriesRepeated) -> Restart:
    """Events of old say neither how many sessions were given before the series nor, some, the day."""
    given = event.place if event.given is None else event.given
    return Restart(event.since, event.place, event.on or event.since, given)


def _repetition_lifted(course: Course, event: own.RepetitionLifted) -> None:
    _change_lapse(course, event.since, restart=None)
    heard_of(course, event.since)


def _change_lapse(course: Course, since: dt.date | None, **changes: Any) -> None:
    course.lapses = tuple(replace(one, **changes) if one.since == since else one for one in course.lapses)


def _lapse_lifted(course: Course, event: own.LapseLifted) -> None:
    course.lapses = tuple(lapse for lapse in course.lapses if lapse.since != event.since)
    heard_of(course, event.since)


def _exercised(course: Course, event: own.ExerciseObserved) -> None:
    course.exercised += (event,)
    if not course.trained or course.trained[-1] < event.on:
        course.trained += (event.on,)
    elif event.on not in course.trained:
        course.trained = tuple(sorted((*course.trained, event.on)))
    heard_of(course, event.on)


def _judged(course: Course, event: own.ExerciseJudged) -> None:
    course.exercise_weeks = {**course.exercise_weeks, event.week_from: event}


def _milestone(course: Course, event: told.ExerciseMilestone) -> None:
    if event.kind == "cleared":
        course.cleared_on = event.on
        return
    week = event.week_from or (week_of(course.cleared_on, event.on) if course.cleared_on else None)
    if week and event.kind == "week_met":
        course.met_weeks |= {week}
    if week and event.kind == "four_weeks":
        course.streaks |= {week}


def week_of(cleared_on: dt.date, day: dt.date) -> dt.date:
    """The first day of the seven-day week, counted from clearance, that the day lies in."""
    return cleared_on + dt.timedelta(weeks=(day - cleared_on).days // 7)


def _milestone_lifted(course: Course, event: own.MilestoneLifted) -> None:
    if event.kind == "week_met":
        course.met_weeks -= {event.week_from}
    else:
        course.streaks -= {event.week_from}


def _held(course: Course, event: own.ExerciseHeld | own.ClearanceMoved) -> None:
    """Weeks of exercise count from clearance: where that moves, they are judged anew."""
    on = event.on if isinstance(event, own.ClearanceMoved) else None
    heard_of(course, min(on or dt.date.max, course.cleared_on or dt.date.max))
    course.cleared_on, course.exercise_weeks = on, {}


def _settled(course: Course, event: own.WeeksJudged) -> None:
    course.judged_to, course.stale = event.to, False


JUDGE: dict[type[Event], Callable[[Course, Any], None]] = {
    told.DeviationNoted: _noted,
    own.DeviationLifted: _lifted,
    told.CadenceSlipped: _slipped,
    own.SlipLifted: _slip_lifted,
    told.CourseLapsed: _lapsed,
    own.LapseDecided: _lapse_decided,
    own.SeriesRepeated: _repeated,
    own.RepetitionLifted: _repetition_lifted,
    own.LapseLifted: _lapse_lifted,
    own.ExerciseObserved: _exercised,
    own.ExerciseJudged: _judged,
    told.ExerciseMilestone: _milestone,
    own.MilestoneLifted: _milestone_lifted,
    own.ExerciseHeld: _held,
    own.ClearanceMoved: _held,
    own.WeeksJudged: _settled,
}
