"""Courses as they are answered to people and to other services."""

from contextlib import suppress
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from services.protocol import views
from services.protocol.domain.cadence import stand
from services.protocol.domain.course import stream
from services.protocol.domain.definition import Definition
from services.protocol.domain.judging import verdicts
from services.protocol.domain.note import Note, prepare
from services.protocol.domain.reflow import reflow
from services.protocol.domain.shelf import Shelf, VersionElsewhere
from services.protocol.domain.state import Course
from services.protocol.domain.ways import ways
from services.protocol.views import CourseView
from shared.clock import day_of
from shared.decider import Unknown
from shared.questions.protocol import (
    AskCourse,
    AskNote,
    AskReflow,
    AskVerdicts,
    AskWays,
    CourseFacts,
    CourseWays,
    ReflowPlan,
    Verdict,
)
from shared.questions.question import Question
from shared.service import Service
from shared.store.reader import Damaged
from shared.store.unit import Folded, fold
from shared.store.work import Unavailable


def definitions(service: Service) -> Shelf:
    """The protocols this practice offers, by id."""
    return cast("Shelf", service.own)


def followed(service: Service, state: Course, settings: str | None = None) -> Definition:
    """The protocol the course follows, in the version it started with. Raises `Unavailable` until it is read here.

    With the practice's own values of today, or those of a time that a note names as `settings`.
    """
    shelf, protocol, version = definitions(service), state.opened.protocol, state.opened.version
    try:
        return shelf.of(protocol, version) if settings is None else shelf.then(protocol, version, settings)
    except VersionElsewhere as error:
        raise Unavailable(str(error)) from error


async def course(service: Service, course_id: UUID, as_of: datetime | None = None) -> Course:
    """The course, now or as of an instant (inclusive). Raises `Unknown`, also for an erased client's."""
    now: Course | None = await service.store.state(stream(course_id))
    if now is None or now.forgotten:
        raise Unknown("There is no course with this id.")
    if as_of is None:
        return now
    events = [event for event in await service.store.read(stream(course_id)) if event.recorded_at <= as_of]
    engine = service.store.engine
    then: Course | None = fold(engine.decider(stream(course_id)), Folded(0, None), events).state
    if then is None:
        raise Unknown("The course was not open yet then.")
    return then


def view(service: Service, state: Course, now: datetime) -> CourseView:
    """The course as of an instant."""
    return views.view(service, followed(service, state), state, now)


def note_view(service: Service, state: Course, *, then: bool = False) -> dict[str, Any]:
    """The note with the instant it was prepared, and whether it is the one that was prepared then.

    By the practice's own values of today, or those of `then`.
    """
    prepared = state.prepared
    note: Note = prepare(followed(service, state, prepared.settings if prepared and then else None), state)
    prepared_at, digest = prepared.prepared_at if prepared else None, note.digest
    more = {"prepared_at": prepared_at, "digest": digest, "as_prepared": digest == state.digest}
    return {**msgspec.to_builtins(note), **more}


async def courses_of(service: Service, client_id: UUID) -> list[CourseView]:
    """The client's courses, the newest first; one that is damaged is left out, and named in the log."""
    rows = await service.store.fetch(
        "select course_id from course where client_id = $1 order by opened_at desc", client_id
    )
    found = []
    for row in rows:
        with suppress(Damaged):
            found.append(view(service, await course(service, row["course_id"]), service.clock.now()))
    return found


async def _owned(service: Service, course_id: UUID, client_id: UUID | None = None) -> Course | None:
    try:
        found = await course(service, course_id)
    except Unknown:
        return None
    return found if client_id in (None, found.opened.client_id) else None


async def answer_verdicts(service: Service, question: AskVerdicts) -> list[list[Verdict]] | None:
    """Each list of days judged by itself."""
    state = await _owned(service, question.course_id, question.client_id)
    if state is None:
        return None
    cadence = state.cadence(followed(service, state))
    return [verdicts(cadence, days) for days in question.itineraries]


async def answer_ways(service: Service, question: AskWays) -> CourseWays | None:
    """All the best choices of days."""
    state = await _owned(service, question.course_id, question.client_id)
    return ways(state.cadence(followed(service, state)), question) if state else None


async def answer_reflow(service: Service, question: AskReflow) -> ReflowPlan | None:
    """Days for visits that must be put right."""
    state = await _owned(service, question.course_id, question.client_id)
    return reflow(state.cadence(followed(service, state)), question) if state else None


async def answer_course(service: Service, question: AskCourse) -> CourseFacts | None:
    """Whose course it is and how far it has come."""
    state = await _owned(service, question.course_id)
    if state is None:
        return None
    definition = followed(service, state)
    return CourseFacts(
        course_id=question.course_id,
        client_id=state.opened.client_id,
        protocol=definition.id,
        title=definition.title,
        status=state.status(day_of(service.clock.now(), service.practice.tz)),
        sessions_completed=state.completed,
        completed_on=list(state.days),
        total=definition.total,
    )


async def answer_note(service: Service, question: AskNote) -> dict[str, Any] | None:
    """The note for the next session."""
    state = await _owned(service, question.course_id)
    if state is None or state.closed or stand(state.cadence(followed(service, state))).phase is None:
        return None
    return note_view(service, state)


ANSWERS: dict[type[Question], Any] = {
    AskVerdicts: answer_verdicts,
    AskReflow: answer_reflow,
    AskWays: answer_ways,
    AskCourse: answer_course,
    AskNote: answer_note,
}
