"""The routes of `protocol`: courses, what they allow, and the note."""

from typing import Any

import msgspec
from msgspec import Struct

from services.protocol import bodies, notes, queries
from services.protocol.absent import ABSENT
from services.protocol.adherence import ADHERENCE
from services.protocol.bodies import Brief, Courses, History, Opened, Protocols, Verdicts
from services.protocol.domain import commands as c
from services.protocol.domain.course import stream
from services.protocol.domain.definition import Definition
from services.protocol.domain.judging import verdicts
from services.protocol.domain.state import Course
from services.protocol.history import happenings
from services.protocol.opening import open_course, refuse_second
from services.protocol.queries import definitions
from services.protocol.views import CourseView, seen_by
from shared.decider import Unknown
from shared.http.problems import Forbidden
from shared.http.routes import STAFF, Call, Route
from shared.messages import Command
from shared.store.unit import Tx
from shared.vocabulary import Role

CLINICAL: tuple[Role, ...] = ("owner", "therapist")


async def list_protocols(call: Call) -> Protocols:
    """Every definition in a line."""
    found = definitions(call.service).values()
    lines = [{name: getattr(one, name) for name in Brief.__struct_fields__} for one in found]
    return Protocols(protocols=[Brief(**line) for line in lines])


async def show_protocol(call: Call) -> Definition:
    """The whole definition, with sources."""
    found = definitions(call.service).get(call.request.match_info["protocol"])
    if found is None:
        raise Unknown("There is no such protocol.")
    return found


async def list_courses(call: Call) -> Courses:
    """A client's courses; a client sees only their own."""
    if call.who.role == "client" and call.query.client_id != call.who.client_id:
        raise Forbidden("This belongs to somebody else.")
    found = await queries.courses_of(call.service, call.query.client_id)
    return Courses(courses=[seen_by(call.who.role, one) for one in found])


async def show_course(call: Call) -> CourseView:
    """One course, now or as of an instant."""
    state = await queries.course(call.service, call.path_id("course_id"), call.query.as_of)
    if call.who.role == "client" and state.opened.client_id != call.who.client_id:
        raise Unknown("There is no course with this id.")
    return seen_by(call.who.role, queries.view(call.service, state, call.query.as_of or call.now))


async def check(call: Call) -> Verdicts:
    """Would these days do as the next sessions, in this order?"""
    state = await queries.course(call.service, call.path_id("course_id"))
    cadence = state.cadence(queries.followed(call.service, state))
    return Verdicts(verdicts=verdicts(cadence, call.body.dates))


async def show_history(call: Call) -> History:
    """What happened, in order; the front desk reads nothing clinical."""
    course_id = call.path_id("course_id")
    await queries.course(call.service, course_id)
    events = await call.service.store.read(stream(course_id))
    return History(history=happenings(events, clinical=call.who.role in CLINICAL))


async def _ask(call: Call, command: Command) -> dict[str, Any]:
    course_id = call.path_id("course_id")

    async def unit(tx: Tx) -> dict[str, Any]:
        await tx.decide(stream(course_id), command)
        return {"course_id": course_id}

    return dict(await call.write(unit, streams=[stream(course_id)]))


async def _shown(call: Call, _: dict[str, Any]) -> CourseView:
    state = await queries.course(call.service, call.path_id("course_id"))
    return queries.view(call.service, state, call.now)


async def override(call: Call) -> dict[str, Any]:
    """Allow a day against a rule; who allows it stands beside it for ever."""
    given = msgspec.structs.asdict(call.body)
    return await _ask(call, c.GrantOverride(now=call.now, granted_by=call.who.actor, **given))


async def pause(call: Call) -> dict[str, Any]:
    """An agreed absence."""
    body: bodies.PauseBody = call.body
    return await _ask(call, c.PauseCourse(now=call.now, paused_from=body.first, to=body.to, reason=body.reason))


async def resume(call: Call) -> dict[str, Any]:
    """The client is back."""
    return await _ask(call, c.ResumeCourse(now=call.now))


async def close(call: Call) -> dict[str, Any]:
    """Close the course, and if asked let its visits to come be called off in one go."""
    reason, cancel = call.body.reason, call.body.cancel_appointments
    return await _ask(call, c.CloseCourse(now=call.now, reason=reason, cancel_appointments=cancel))


async def reopen(call: Call) -> dict[str, Any]:
    """Reopen the course, unless the client has begun another of the same protocol since."""
    course_id = call.path_id("course_id")

    async def unit(tx: Tx) -> dict[str, Any]:
        state: Course | None = await tx.state(stream(course_id))
        if state and state.closed and not state.forgotten:
            await refuse_second(tx, state.opened.client_id, state.opened.protocol)
        await tx.decide(stream(course_id), c.ReopenCourse(now=call.now))
        return {"course_id": course_id}

    return dict(await call.write(unit, streams=[stream(course_id)], reads=True))


async def decide_lapse(call: Call) -> dict[str, Any]:
    """Decide what becomes of the course after a long gap."""
    return await _ask(call, c.DecideLapse(now=call.now, decision=call.body.decision))


def _change(name: str, handler: Any, takes: type[Struct], summary: str) -> Route:
    path = f"/courses/{{course_id}}/{name}"
    return Route("POST", path, handler, CLINICAL, summary, takes=takes, gives=CourseView, answer=_shown)


ANYONE: tuple[Role, ...] = (*STAFF, "client")
COURSE = "/courses/{course_id}"
ROUTES = [
    Route("GET", "/protocols", list_protocols, ANYONE, "All protocols", gives=Protocols),
    Route("GET", "/protocols/{protocol}", show_protocol, ANYONE, "One protocol", gives=Definition),
    Route(
        "POST", "/courses", open_course, CLINICAL, "Open a course",
        takes=bodies.OpenCourseBody, gives=Opened, status=201,
    ),
    Route("GET", "/courses", list_courses, ANYONE, "A client's courses", query=bodies.ClientQuery, gives=Courses),
    Route("GET", COURSE, show_course, ANYONE, "One course", query=bodies.AsOfQuery, gives=CourseView),
    *ADHERENCE,
    *ABSENT,
    Route("GET", f"{COURSE}/note", notes.show, CLINICAL, "The note for the next session", query=bodies.AsOfQuery),
    Route("GET", f"{COURSE}/notes", notes.every, CLINICAL, "All notes there have been", gives=notes.Notes),
    Route("GET", f"{COURSE}/notes/{{digest}}", notes.earlier, CLINICAL, "One of them, as it was"),
    Route("POST", f"{COURSE}/check", check, STAFF, "Would these days do?", takes=bodies.CheckBody, gives=Verdicts),
    Route("GET", f"{COURSE}/history", show_history, STAFF, "What happened", gives=History),
    Route(
        "POST", f"{COURSE}/overrides", override, CLINICAL, "Allow a day against a rule",
        takes=bodies.OverrideBody, gives=CourseView, status=201, answer=_shown,
    ),
    _change("pause", pause, bodies.PauseBody, "Pause the course"),
    _change("resume", resume, bodies.EmptyBody, "Resume the course"),
    _change("close", close, bodies.CloseBody, "Close the course"),
    _change("reopen", reopen, bodies.EmptyBody, "Reopen the course"),
    _change("lapse", decide_lapse, bodies.LapseBody, "Decide after a long gap"),
]  # fmt: skip
