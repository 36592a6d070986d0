"""Opening a course: for a client who exists, once a protocol, with what the last screening found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.protocol.bodies import OpenCourseBody
from services.protocol.domain import commands as c
from services.protocol.domain.anchoring import session_at
from services.protocol.domain.course import stream
from services.protocol.domain.definition import Definition
from services.protocol.queries import definitions
from shared.clock import day_of
from shared.decider import Unknown, refuse
from shared.http.problems import Malformed
from shared.http.routes import Call
from shared.questions.records import AskContact, AskScreening, Screened
from shared.store.unit import Tx


async def open_course(call: Call) -> dict[str, Any]:
    """Open a course for a client who exists and follows this protocol in no other open course."""
    body: OpenCourseBody = call.body
    _must_make_sense(call, body)
    if await call.service.ask(AskContact(client_id=body.client_id)) is None:
        raise Unknown("There is no client with this id.")
    screened = await call.service.ask(AskScreening(client_id=body.client_id))
    course_id = call.new_id()
    asked = {name: getattr(body, name) for name in body.__struct_fields__}

    async def unit(tx: Tx) -> dict[str, Any]:
        await refuse_second(tx, body.client_id, body.protocol)
        await tx.decide(stream(course_id), c.OpenCourse(now=call.now, course_id=course_id, **asked))
        if screened:
            await tx.decide(stream(course_id), _found(screened, call.now))
        return {"course_id": course_id}

    return dict(await call.write(unit, streams=[stream(course_id)], reads=True))


def _found(screened: Screened, now: datetime) -> c.NoteScreening:
    return c.NoteScreening(now=now, at=screened.at, tender_points=tuple(screened.tender_points))


def _must_make_sense(call: Call, body: OpenCourseBody) -> None:
    protocol = definitions(call.service).get(body.protocol)
    if protocol is None:
        known = ", ".join(definitions(call.service))
        raise Malformed("protocol", f"There is no such protocol. There are: {known}.")
    if body.last_session_on and body.last_session_on > day_of(call.now, call.service.practice.tz):
        raise Malformed("last_session_on", "The last session lies in the future.")
    if protocol.total and not protocol.endless and body.sessions_before >= protocol.total:
        raise Malformed("sessions_before", f"This protocol ends with session {protocol.total}.")
    _must_have_its_event(call, protocol, body)


def _must_have_its_event(call: Call, protocol: Definition, body: OpenCourseBody) -> None:
    """An event in the past will do where a session could have been given for it: it may be written down late."""
    begins = session_at(protocol, body.event_at)
    if protocol.anchor is None and body.event_at:
        raise Malformed("event_at", "This protocol is not for an event. Leave event_at out.")
    if protocol.anchor and begins is None:
        raise Malformed("event_at", "This protocol is for an event: when does it begin?")
    if begins and (on := day_of(begins, call.service.practice.tz)) < body.starts_on:
        raise Malformed("event_at", f"The session for this event belongs on {on}, before the course starts.")


async def refuse_second(tx: Tx, client_id: UUID, protocol: str) -> None:
    """Raise `Refused` where the client follows this protocol in an open course already."""
    sql = "select 1 from course where client_id = $1 and protocol = $2 and not closed"
    if await tx.fetch(sql, client_id, protocol):
        raise refuse("course_already_open", "The client follows this protocol already. Close that course first.")
