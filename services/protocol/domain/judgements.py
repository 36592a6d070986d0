"""How what was judged, and may be taken back, changes a course: deviations, slips, gaps, weeks of exercise."""

import datetime as dt
from bisect import insort
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Restart
from services.protocol.domain.state import Course, Lapse, Mark
from shared.events import protocol as told
from shared.messages import Event


def news(state: Course, day: dt.date) -> dict[str, Any]:
    """What was judged is judged again where news of the past came: all that had not ended by that day."""
    if state.judged_to is None or day >= state.judged_to:
        return {}
    return {"judged_to": day, "stale": True}


def mark_of(event: told.DeviationNoted) -> Mark:
    """The rule, and what is against it."""
    return event.rule, event.session_id or event.appointment_id or event.on


def _lifted(state: Course, event: own.DeviationLifted) -> Course:
    mark = (event.rule, event.of or event.on)
    return replace(state, noted={other: one for other, one in state.noted.items() if other != mark})


def _slip_lifted(state: Course, event: own.SlipLifted) -> Course:
    return replace(state, slipped={week: one for week, one in state.slipped.items() if week != event.week_from})


def _lapsed(state: Course, event: told.CourseLapsed) -> Course:
    """Noticed again on another day it keeps what was decided."""
    known = next((lapse for lapse in state.lapses if lapse.since == event.since), None)
    others = [lapse for lapse in state.lapses if lapse is not known]
    insort(others, replace(known, on=event.on) if known else Lapse(event.since, event.on), key=lambda one: one.since)
    return replace(state, lapses=tuple(others))


def _lapse_decided(state: Course, event: own.LapseDecided) -> Course:
    """Events of old do not say which gap was meant: it was the one in force."""
    since = event.since or (state.lapses[-1].since if state.lapses else None)
    return _of_lapse(state, since, decision=event.decision, decided_on=event.on)


def _repeated(state: Course, event: own.SeriesRepeated) -> Course:
    repeated = _of_lapse(state, event.since, restart=Restart(event.since, event.place))
    return replace(repeated, **news(state, event.since))


def _of_lapse(state: Course, since: dt.date | None, **changes: Any) -> Course:
    return replace(state, lapses=tuple(replace(one, **changes) if one.since == since else one for one in state.lapses))


def _lapse_lifted(state: Course, event: own.LapseLifted) -> Course:
    lapses = tuple(lapse for lapse in state.lapses if lapse.since != event.since)
    return replace(state, lapses=lapses, **news(state, event.since))


def _exercised(state: Course, event: own.ExerciseObserved) -> Course:
    return replace(state, exercised=(*state.exercised, event), **news(state, event.on))


def _milestone(state: Course, event: told.ExerciseMilestone) -> Course:
    if event.kind == "cleared":
        return replace(state, cleared_on=event.on)
    week = event.week_from or (week_of(state.cleared_on, event.on) if state.cleared_on else None)
    if week and event.kind == "week_met":
        return replace(state, met_weeks=state.met_weeks | {week})
    if week and event.kind == "four_weeks":
        return replace(state, streaks=state.streaks | {week})
    return state


def week_of(cleared_on: dt.date, day: dt.date) -> dt.date:
    """The first day of the seven-day week, counted from clearance, that the day lies in."""
    return cleared_on + dt.timedelta(weeks=(day - cleared_on).days // 7)


def _milestone_lifted(state: Course, event: own.MilestoneLifted) -> Course:
    gone = {event.week_from}
    if event.kind == "week_met":
        return replace(state, met_weeks=state.met_weeks - gone)
    return replace(state, streaks=state.streaks - gone)


def _held(state: Course, on: dt.date | None) -> Course:
    """Weeks of exercise count from clearance: where that moves, they are judged anew."""
    day = min(on or dt.date.max, state.cleared_on or dt.date.max)
    return replace(state, cleared_on=on, exercise_weeks={}, **news(state, day))


JUDGE: dict[type[Event], Callable[[Course, Any], Course]] = {
    told.DeviationNoted: lambda state, event: replace(state, noted={**state.noted, mark_of(event): event}),
    own.DeviationLifted: _lifted,
    told.CadenceSlipped: lambda state, event: replace(state, slipped={**state.slipped, event.week_from: event}),
    own.SlipLifted: _slip_lifted,
    told.CourseLapsed: _lapsed,
    own.LapseDecided: _lapse_decided,
    own.SeriesRepeated: _repeated,
    own.LapseLifted: _lapse_lifted,
    own.ExerciseObserved: _exercised,
    own.ExerciseJudged: lambda state, e: replace(state, exercise_weeks={**state.exercise_weeks, e.week_from: e}),
    told.ExerciseMilestone: _milestone,
    own.MilestoneLifted: _milestone_lifted,
    own.ExerciseHeld: lambda state, _: _held(state, None),
    own.ClearanceMoved: lambda state, event: _held(state, event.on),
    own.WeeksJudged: lambda state, event: replace(state, judged_to=event.to, stale=False),
}
