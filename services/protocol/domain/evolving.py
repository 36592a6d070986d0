"""How each event changes a course."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Pause, Restart
from services.protocol.domain.state import Course, Given, Visit, week_of
from shared.events import protocol as told
from shared.messages import Event


def evolve(state: Course | None, event: Event) -> Course | None:
    """Fold an event in."""
    if isinstance(event, own.CourseOpened):
        return Course(opened=event)
    if state is None:
        return None  # a session named a course that does not exist: flagged, and no more
    fold = EVOLVE.get(type(event))
    return fold(state, event) if fold else state


def _observed(state: Course, event: own.SessionObserved) -> Course:
    others = [given for given in state.given if given.session.session_id != event.session.session_id]
    given = tuple(sorted([*others, Given(event.on, event.session)], key=lambda one: one.order))
    over = state.lapsed_since is None or event.on > state.lapsed_since
    return replace(state, given=given, lapse="" if over else state.lapse)


def _discounted(state: Course, event: told.SessionDiscounted) -> Course:
    given = tuple(one for one in state.given if one.session.session_id != event.session_id)
    return replace(state, given=given)


def _agreed(state: Course, event: own.VisitAgreed) -> Course:
    visit = Visit(event.appointment_id, event.starts_at, event.ends_at, event.on)
    others = [other for other in state.visits if other.appointment_id != event.appointment_id]
    return replace(state, visits=tuple(sorted([*others, visit], key=lambda one: one.starts_at)))


def _dropped(state: Course, event: own.VisitDropped) -> Course:
    visits = tuple(visit for visit in state.visits if visit.appointment_id != event.appointment_id)
    return replace(state, visits=visits)


def _entered(state: Course, event: told.SeriesStarted | told.MaintenanceStarted) -> Course:
    name = "maintenance" if isinstance(event, told.MaintenanceStarted) else f"series {event.number}"
    return replace(state, entered=name, entered_on=event.on, judged_to=None)


def _break_started(state: Course, event: told.BreakStarted) -> Course:
    pause = Break(number=event.number, weeks=event.weeks, started_on=event.started_on, first_day=event.first_day)
    return replace(state, pause=pause)


def _deviated(state: Course, event: told.DeviationNoted) -> Course:
    mark = (event.rule, event.session_id or event.appointment_id or event.on)
    return replace(state, deviations=(*state.deviations, event), flagged=state.flagged | {mark})


def _lifted(state: Course, event: own.DeviationLifted) -> Course:
    mark = (event.rule, event.of)
    left = tuple(one for one in state.deviations if (one.rule, one.session_id or one.appointment_id) != mark)
    return replace(state, deviations=left, flagged=state.flagged - {mark})


def _milestone(state: Course, event: told.ExerciseMilestone) -> Course:
    if event.kind == "cleared":
        return replace(state, cleared_on=event.on)
    if event.kind == "week_met" and state.cleared_on:
        return replace(state, met_weeks=state.met_weeks | {week_of(state.cleared_on, event.on)})
    return state


def _resumed(state: Course, event: told.CourseResumed) -> Course:
    """The pause in force ends the day before; without one, those to come are called off."""
    eve = event.on - dt.timedelta(days=1)
    in_force = any(pause.covers(event.on) for pause in state.pauses)
    kept = [pause for pause in state.pauses if pause.first <= eve or (in_force and not pause.covers(event.on))]
    return replace(state, pauses=tuple(Pause(p.first, eve) if p.covers(event.on) else p for p in kept))


def _closed(state: Course, event: told.CourseClosed) -> Course:
    return replace(state, closed=True, closed_on=event.on, review_at=None)


def _reopened(state: Course, event: told.CourseReopened) -> Course:
    """Days on which the course was closed are not judged, like those of a pause."""
    pauses = state.pauses
    if state.closed_on and state.closed_on < event.on:
        pauses = (*pauses, Pause(state.closed_on, event.on - dt.timedelta(days=1)))
    return replace(state, closed=False, closed_on=None, pauses=pauses)


EVOLVE: dict[type[Event], Callable[[Course, Any], Course]] = {
    own.SessionObserved: _observed,
    told.SessionDiscounted: _discounted,
    own.VisitAgreed: _agreed,
    own.VisitDropped: _dropped,
    own.ExerciseObserved: lambda state, event: replace(state, exercised=(*state.exercised, event)),
    own.WeeksJudged: lambda state, event: replace(state, judged_to=event.to),
    own.SeriesRepeated: lambda state, event: replace(state, restart=Restart(event.since, event.place)),
    own.LapseDecided: lambda state, event: replace(state, lapse=event.decision),
    own.ExerciseHeld: lambda state, _: replace(state, cleared_on=None, met_weeks=frozenset()),
    own.DeviationLifted: _lifted,
    own.ReviewScheduled: lambda state, event: replace(state, review_at=event.at),
    own.ClientForgotten: lambda state, _: replace(state, forgotten=True),
    told.SeriesStarted: _entered,
    told.MaintenanceStarted: _entered,
    told.BreakStarted: _break_started,
    told.BreakEnded: lambda state, _: replace(state, pause=None),
    told.NotePrepared: lambda state, event: replace(state, digest=event.digest, prepared_at=event.prepared_at),
    told.CadenceSlipped: lambda state, _: replace(state, slips=state.slips + 1),
    told.CourseLapsed: lambda state, event: replace(state, lapsed_since=event.since, lapse="undecided"),
    told.DeviationNoted: _deviated,
    told.ExerciseMilestone: _milestone,
    told.OverrideGranted: lambda state, event: replace(state, permitted=state.permitted | {(event.rule, event.date)}),
    told.CoursePaused: lambda state, event: replace(state, pauses=(*state.pauses, Pause(event.paused_from, event.to))),
    told.CourseResumed: _resumed,
    told.CourseClosed: _closed,
    told.CourseReopened: _reopened,
}
