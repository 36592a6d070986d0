"""How each event changes a course."""

import datetime as dt
from bisect import insort
from collections.abc import Callable
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Pause
from services.protocol.domain.judgements import JUDGE, news
from services.protocol.domain.state import Course, Given, Visit
from shared.events import protocol as told
from shared.messages import Event


def evolve(state: Course | None, event: Event) -> Course | None:
    """Fold an event in."""
    if state is None:  # a session named a course that does not exist: flagged, and no more
        return Course(opened=event) if isinstance(event, own.CourseOpened) else None
    fold = EVOLVE.get(type(event))
    return fold(state, event) if fold else state


def _observed(state: Course, event: own.SessionObserved) -> Course:
    given = Given(event.on, event.session)
    is_last = not state.given or state.given[-1].order < given.order
    if is_last and not state.aside and state.session(event.session.session_id) is None:
        return replace(state, given=(*state.given, given), **news(state, event.on))
    return _placed(state, given)


def _placed(state: Course, given: Given) -> Course:
    """A session among the others, in the place of what was known of it before."""
    known = state.session(given.session.session_id)
    others = _without(state.given, given.session.session_id)
    insort(others, given, key=lambda one: one.order)
    aside = tuple(_without(state.aside, given.session.session_id))
    day = min(given.on, known.on) if known else given.on
    return replace(state, given=tuple(others), aside=aside, **news(state, day))


def _without(given: tuple[Given, ...], session_id: UUID) -> list[Given]:
    return [one for one in given if one.session.session_id != session_id]


def _set_aside(state: Course, event: own.SessionSetAside) -> Course:
    aside = [*_without(state.aside, event.session.session_id), Given(event.on, event.session)]
    return replace(state, aside=tuple(aside))


def _discounted(state: Course, event: told.SessionDiscounted) -> Course:
    known = state.session(event.session_id)
    aside = tuple(_without(state.aside, event.session_id))
    given = tuple(_without(state.given, event.session_id))
    return replace(state, given=given, aside=aside, **(news(state, known.on) if known else {}))


def _agreed(state: Course, event: own.VisitAgreed) -> Course:
    visit = Visit(event.appointment_id, event.starts_at, event.ends_at, event.on)
    others = [other for other in state.visits if other.appointment_id != event.appointment_id]
    insort(others, visit, key=lambda one: one.starts_at)
    return replace(state, visits=tuple(others))


def _dropped(state: Course, event: own.VisitDropped) -> Course:
    visits = tuple(visit for visit in state.visits if visit.appointment_id != event.appointment_id)
    return replace(state, visits=visits)


def _used_up(state: Course, event: own.SessionUsedUp) -> Course:
    return replace(state, used={**state.used, event.appointment_id: event.on}, **news(state, event.on))


def _given_back(state: Course, event: own.SessionGivenBack) -> Course:
    used = {key: on for key, on in state.used.items() if key != event.appointment_id}
    return replace(state, used=used, **news(state, state.used[event.appointment_id]))


def _entered(state: Course, event: told.SeriesStarted | told.MaintenanceStarted) -> Course:
    name = "maintenance" if isinstance(event, told.MaintenanceStarted) else f"series {event.number}"
    return replace(state, entered=name, entered_on=event.on)


def _break_started(state: Course, event: told.BreakStarted) -> Course:
    pause = Break(number=event.number, weeks=event.weeks, started_on=event.started_on, first_day=event.first_day)
    return replace(state, pause=pause)


def _paused(state: Course, event: told.CoursePaused) -> Course:
    pauses = (*state.pauses, Pause(event.paused_from, event.to))
    return replace(state, pauses=pauses, **news(state, event.paused_from))


def _resumed(state: Course, event: told.CourseResumed) -> Course:
    """The pause in force ends the day before; without one, those to come are called off."""
    eve = event.on - dt.timedelta(days=1)
    in_force = any(pause.covers(event.on) for pause in state.pauses)
    kept = [pause for pause in state.pauses if pause.first <= eve or (in_force and not pause.covers(event.on))]
    return replace(state, pauses=tuple(Pause(p.first, eve) if p.covers(event.on) else p for p in kept))


def _closed(state: Course, event: told.CourseClosed) -> Course:
    finished = event.reason == "finished"
    ends = {"closed": True, "closed_on": event.on, "finished": finished, "review_at": None}
    return replace(state, **ends, **news(state, event.on))


def _reopened(state: Course, event: told.CourseReopened) -> Course:
    """Days on which the course was closed are not judged, like those of a pause."""
    first, last = (state.closed_on or event.on) + dt.timedelta(days=1), event.on - dt.timedelta(days=1)
    pauses = (*state.pauses, Pause(first, last)) if first <= last else state.pauses
    return replace(state, closed=False, closed_on=None, finished=False, pauses=pauses)


def _granted(state: Course, event: told.OverrideGranted) -> Course:
    permitted = state.permitted | {(event.rule, event.date)}
    return replace(state, overrides=(*state.overrides, event), permitted=permitted)


EVOLVE: dict[type[Event], Callable[[Course, Any], Course]] = {
    **JUDGE,
    own.SessionObserved: _observed,
    own.SessionSetAside: _set_aside,
    told.SessionDiscounted: _discounted,
    own.VisitAgreed: _agreed,
    own.VisitDropped: _dropped,
    own.SessionUsedUp: _used_up,
    own.SessionGivenBack: _given_back,
    own.ReviewScheduled: lambda state, event: replace(state, review_at=event.at),
    own.ClientForgotten: lambda state, _: replace(state, forgotten=True),
    told.SeriesStarted: _entered,
    told.MaintenanceStarted: _entered,
    told.BreakStarted: _break_started,
    told.BreakEnded: lambda state, _: replace(state, pause=None),
    told.NotePrepared: lambda state, event: replace(state, digest=event.digest, prepared_at=event.prepared_at),
    told.OverrideGranted: _granted,
    told.CoursePaused: _paused,
    told.CourseResumed: _resumed,
    told.CourseClosed: _closed,
    told.CourseReopened: _reopened,
}
