"""Who and what is not there: an absence, a closure, a therapist who leaves, a room given up, a client's pause."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.scheduling import queries
from services.scheduling.availability import roster
from services.scheduling.bodies import CourseReflowBody
from services.scheduling.booking import persistently
from services.scheduling.clearing import Clearing, Decision, carry_out
from services.scheduling.domain import itinerary, room, therapist
from services.scheduling.domain.attendance import CancelAppointment
from services.scheduling.domain.placing import Rearrange
from services.scheduling.domain.reflowing import without
from services.scheduling.domain.room import DeactivateRoom
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.therapist import DeactivateTherapist
from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.reflow import Reflow, put_right, still_to_come
from services.scheduling.righted import Reflowed, RoomRetired, TherapistRetired
from shared.clock import day_of
from shared.decider import Unknown
from shared.http.routes import Call
from shared.messages import Command
from shared.questions.protocol import AskCourse, AskVerdicts, CourseFacts

TO_COME = "a.status = 'booked' and a.starts_at > $2"
INSIDE = "away.starts_at < a.ends_at and away.ends_at > a.starts_at"


async def hit(call: Call, where: str, *args: object) -> dict[UUID, list[UUID]]:
    """The clients who have visits to come that meet a condition on `$3` …, in the order of those, and the visits."""
    found: dict[UUID, list[UUID]] = {}
    for one in await queries.appointments(call.service.store, f"{TO_COME} and {where}", None, call.now, *args):
        found.setdefault(one.client_id, []).append(one.appointment_id)
    return found


async def reflow_time_off(call: Call) -> dict[str, Any]:
    """Every visit inside the therapist's absence is put right, with what that changes after it."""
    return await reflow_inside(call, "time_off", " and away.therapist_id = a.therapist_id")


async def reflow_closure(call: Call) -> dict[str, Any]:
    """Every visit inside the closure is put right, with what that changes after it."""
    return await reflow_inside(call, "closure", "")


async def reflow_inside(call: Call, kind: str, whose: str) -> dict[str, Any]:
    """The same for either. Raises `Unknown`."""
    id_ = call.path_id(f"{kind}_id")
    await exists(call, kind, id_)
    where = f"exists (select from {kind} away where away.{kind}_id = $3 and {INSIDE}{whose})"

    async def once() -> dict[str, Any]:
        decisions = await Clearing(call).decisions(await hit(call, where, id_))
        return await carry_out(call, decisions, {f"{kind}_id": id_})

    return await persistently(once)


async def retire_therapist(call: Call) -> dict[str, Any]:
    """The therapist's visits to come go to others, at the same time if that can be; nothing more is booked."""
    therapist_id = call.path_id("therapist_id")
    also: dict[str, Command] = {therapist.stream(therapist_id): DeactivateTherapist(therapist_id=therapist_id)}
    return await persistently(lambda: retire(call, "therapist_id", therapist_id, also))


async def retire_room(call: Call) -> dict[str, Any]:
    """The room's visits to come go to other rooms, at the same time if that can be; nothing more is booked."""
    room_id = call.path_id("room_id")
    also: dict[str, Command] = {room.stream(room_id): DeactivateRoom(room_id=room_id)}
    return await persistently(lambda: retire(call, "room_id", room_id, also))


async def retire(call: Call, column: str, gone: UUID, also: dict[str, Command]) -> dict[str, Any]:
    """Once: read, ask, decide."""
    await exists(call, column.removesuffix("_id"), gone)
    clearing = Clearing(call, partial(without, gone=gone))
    decisions = await clearing.decisions(await hit(call, f"a.{column} = $3", gone))
    return await carry_out(call, decisions, {column: gone}, also)


async def exists(call: Call, table: str, id_: UUID) -> None:
    """Raise `Unknown` when there is no such row."""
    if not await call.service.store.fetch(f"select from {table} where {table}_id = $1", id_):
        raise Unknown(f"There is no such {table.replace('_', ' ')}.")


async def reflow_course(call: Call) -> dict[str, Any]:
    """All that is to come of a course is put right: around a pause, after a session that was withdrawn."""
    course: CourseFacts | None = await call.service.ask(AskCourse(course_id=call.path_id("course_id")))
    if course is None:
        raise Unknown("There is no such course.")
    return await persistently(lambda: reflow_once(call, course))


async def reflow_once(call: Call, course: CourseFacts) -> dict[str, Any]:
    """Once: read, ask, decide."""
    state: Itinerary = await call.service.store.state(itinerary.stream(course.client_id))
    reflow = await reflow_of(call, course, state)
    found = await roster(call.service, reflow.search())
    moves, bookings = await put_right(replace(reflow, leaving=homeless(found, reflow.later)), found)
    command = Rearrange(
        client_id=course.client_id,
        now=call.now,
        version=state.version,
        losses=tuple(loss(course, one, call.body) for one in reflow.dropped),
        moves=tuple(moves),
        bookings=tuple(bookings),
    )
    decision = Decision(client_id=course.client_id, state=state, command=command)
    return await carry_out(call, [decision], {"course_id": course.course_id})


async def reflow_of(call: Call, course: CourseFacts, state: Itinerary) -> Reflow:
    """All visits to come; on request those that cannot be while the course is paused fall out."""
    body: CourseReflowBody = call.body
    coming = [one for one in state.open_visits(course.course_id) if still_to_come(one, call.now)]
    lost = await impossible(call, course, coming) if body.cancel else []
    return Reflow(
        call=call,
        client_id=course.client_id,
        course_id=course.course_id,
        state=state,
        later=[one for one in coming if one not in lost],
        dropped=lost,
        missing=body.missing,
    )


async def impossible(call: Call, course: CourseFacts, coming: Sequence[Appointment]) -> list[Appointment]:
    """The visits on days that lie in a pause, or after the course was closed."""
    days = [day_of(one.starts_at, call.service.practice.tz) for one in coming]
    question = AskVerdicts(course_id=course.course_id, client_id=course.client_id, itineraries=[days])
    (verdicts,) = await call.service.ask(question) or [[]]
    return [one for one, verdict in zip(coming, verdicts, strict=True) if verdict.rule in ("paused", "closed")]


def homeless(found: Roster, visits: Sequence[Appointment]) -> frozenset[UUID]:
    """The visits whose therapist, room or practice is not there at their time any more."""
    return frozenset(one.appointment_id for one in visits if is_homeless(found, one))


def is_homeless(found: Roster, visit: Appointment) -> bool:
    """Whether the visit cannot be where it is."""
    worker, place = found.workers.get(visit.therapist_id), found.rooms.get(visit.room_id)
    return worker is None or place is None or not place.active or found.outside(worker, visit.time) is not None


def loss(course: CourseFacts, visit: Appointment, body: CourseReflowBody) -> CancelAppointment:
    """A visit called off. A pause is agreed, so it is never called off late."""
    return CancelAppointment(
        client_id=course.client_id, appointment_id=visit.appointment_id, reason=body.reason, now=None
    )


async def show_reflowed(_call: Call, ids: dict[str, Any]) -> Reflowed:
    """What became of each client's visits."""
    return msgspec.convert(ids, Reflowed)


async def show_retired_therapist(call: Call, ids: dict[str, Any]) -> TherapistRetired:
    """The therapist as it now stands, and what became of each client's visits."""
    found = (await queries.therapists(call.service.store, UUID(str(ids["therapist_id"]))))[0]
    return msgspec.convert(msgspec.to_builtins(found) | ids, TherapistRetired)


async def show_retired_room(call: Call, ids: dict[str, Any]) -> RoomRetired:
    """The room as it now stands, and what became of each client's visits."""
    found = (await queries.rooms(call.service.store, UUID(str(ids["room_id"]))))[0]
    return msgspec.convert(msgspec.to_builtins(found) | ids, RoomRetired)
