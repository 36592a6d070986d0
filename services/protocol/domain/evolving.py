"""How each event changes a course. The course is changed in place: `fold` makes the copy that it changes."""

import datetime as dt
from bisect import insort
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Pause
from services.protocol.domain.judgements import FIRST_DAY, JUDGE, LAST_DAY, heard_of
from services.protocol.domain.state import Course, Given, Visit
from shared.clock import YEARS
from shared.events import protocol as told
from shared.messages import Event


def evolve(state: Course | None, event: Event) -> Course | None:
    """Fold an event in."""
    return fold(state, (event,))


def fold(state: Course | None, events: Iterable[Event]) -> Course | None:
    """Fold events in, one after another. The course that was given stays as it is."""
    return apply(state.copy() if state else None, events)


def apply(course: Course | None, events: Iterable[Event]) -> Course | None:
    """Fold events into this very course."""
    left, change_of = iter(events), CHANGE.get
    if course is None:  # what comes before the opening flags sessions that named a course that does not exist
        course = next((Course(opened=_reckoned(event)) for event in left if isinstance(event, own.CourseOpened)), None)
    if course:
        for event in left:
            if change := change_of(type(event)):
                change(course, event)
    return course


def _reckoned(event: own.CourseOpened) -> own.CourseOpened:
    """Older versions took an event of any year, from which no day can be counted: it lies at the edge of `YEARS`."""
    if event.event_on is None or event.event_on.year in YEARS:
        return event
    day = LAST_DAY if event.event_on.year > YEARS[-1] else FIRST_DAY
    return replace(event, event_on=day, event_at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC))


def _observed(course: Course, event: own.SessionObserved) -> None:
    on = event.on
    given = Given(on, event.session)
    known = course.sessions.setdefault(event.session.session_id, given)
    if known is given and not course.aside and (not course.given or course.given[-1].is_before(given)):
        course.given += (given,)
        course.days += (on,)
        heard_of(course, on)
    else:
        _place(course, given)
        heard_of(course, min(on, known.on))


def _place(course: Course, given: Given) -> None:
    """A session among the others, in the place of what was known of it before."""
    others = _without(course.given, given.session.session_id)
    insort(others, given, key=lambda one: one.order)
    _exchange(course, others)
    course.aside = tuple(_without(course.aside, given.session.session_id))


def _exchange(course: Course, given: Iterable[Given]) -> None:
    course.given = tuple(given)
    course.days = tuple(one.on for one in course.given)
    course.sessions = {one.session.session_id: one for one in course.given}


def _without(given: Iterable[Given], session_id: UUID) -> list[Given]:
    return [one for one in given if one.session.session_id != session_id]


def _screened(course: Course, event: own.ScreeningObserved) -> None:
    course.screened = event


def _set_aside(course: Course, event: own.SessionSetAside) -> None:
    others = _without(course.aside, event.session.session_id)
    course.aside = (*others, Given(event.on, event.session))


def _discounted(course: Course, event: told.SessionDiscounted) -> None:
    known = course.sessions.get(event.session_id)
    course.aside = tuple(_without(course.aside, event.session_id))
    if known:
        _exchange(course, _without(course.given, event.session_id))
        heard_of(course, known.on)


def _agreed(course: Course, event: own.VisitAgreed) -> None:
    visit = Visit(event.appointment_id, event.starts_at, event.ends_at, event.on)
    others = [other for other in course.visits if other.appointment_id != event.appointment_id]
    insort(others, visit, key=lambda one: one.starts_at)
    course.visits = tuple(others)


def _dropped(course: Course, event: own.VisitDropped) -> None:
    course.visits = tuple(visit for visit in course.visits if visit.appointment_id != event.appointment_id)


def _used_up(course: Course, event: own.SessionUsedUp) -> None:
    course.used = {**course.used, event.appointment_id: event.on}
    heard_of(course, event.on)


def _given_back(course: Course, event: own.SessionGivenBack) -> None:
    heard_of(course, course.used[event.appointment_id])
    course.used = {key: on for key, on in course.used.items() if key != event.appointment_id}


def _review(course: Course, event: own.ReviewScheduled) -> None:
    course.review_at = event.at


def _forgotten(course: Course, _: own.ClientForgotten) -> None:
    course.forgotten = True


def _series(course: Course, event: told.SeriesStarted) -> None:
    course.entered, course.entered_on = f"series {event.number}", event.on


def _maintenance(course: Course, event: told.MaintenanceStarted) -> None:
    course.entered, course.entered_on = "maintenance", event.on


def _break_started(course: Course, event: told.BreakStarted) -> None:
    days = {"started_on": event.started_on, "first_day": event.first_day}
    course.pause = Break(number=event.number, weeks=event.weeks, **days)


def _break_ended(course: Course, _: told.BreakEnded) -> None:
    course.pause = None


def _prepared(course: Course, event: told.NotePrepared) -> None:
    course.prepared = event


def _paused(course: Course, event: told.CoursePaused) -> None:
    course.pauses += (Pause(event.paused_from, event.to),)
    heard_of(course, event.paused_from)


def _resumed(course: Course, event: told.CourseResumed) -> None:
    """The pause in force ends the day before; without one, those to come are called off."""
    eve = event.on - dt.timedelta(days=1)
    in_force = any(pause.covers(event.on) for pause in course.pauses)
    kept = [pause for pause in course.pauses if pause.first <= eve or (in_force and not pause.covers(event.on))]
    course.pauses = tuple(Pause(p.first, eve) if p.covers(event.on) else p for p in kept)


def _closed(course: Course, event: told.CourseClosed) -> None:
    course.closed, course.closed_on = True, event.on
    course.finished, course.review_at = event.reason == "finished", None
    heard_of(course, event.on)


def _reopened(course: Course, event: told.CourseReopened) -> None:
    """Days on which somebody had closed the course are not judged, like those of a pause.

    One that finished with a session which is withdrawn by now was never finished, so there was no such day.
    """
    first, last = (course.closed_on or event.on) + dt.timedelta(days=1), event.on - dt.timedelta(days=1)
    if first <= last and (event.asked or not course.finished):
        course.pauses += (Pause(first, last),)
    course.closed, course.closed_on, course.finished = False, None, False


def _granted(course: Course, event: told.OverrideGranted) -> None:
    course.overrides += (event,)
    course.permitted |= {(event.rule, event.date)}


CHANGE: dict[type[Event], Callable[[Course, Any], None]] = {
    **JUDGE,
    own.SessionObserved: _observed,
    own.ScreeningObserved: _screened,
    own.SessionSetAside: _set_aside,
    told.SessionDiscounted: _discounted,
    own.VisitAgreed: _agreed,
    own.VisitDropped: _dropped,
    own.SessionUsedUp: _used_up,
    own.SessionGivenBack: _given_back,
    own.ReviewScheduled: _review,
    own.ClientForgotten: _forgotten,
    told.SeriesStarted: _series,
    told.MaintenanceStarted: _maintenance,
    told.BreakStarted: _break_started,
    told.BreakEnded: _break_ended,
    told.NotePrepared: _prepared,
    told.OverrideGranted: _granted,
    told.CoursePaused: _paused,
    told.CourseResumed: _resumed,
    told.CourseClosed: _closed,
    told.CourseReopened: _reopened,
}
