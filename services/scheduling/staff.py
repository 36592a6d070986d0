"""Therapists, rooms, absences and closures: what the owner and the front desk set up."""

from typing import Any
from uuid import UUID

from services.scheduling import queries
from services.scheduling.availability import Search, roster
from services.scheduling.bodies import AwayBody, HoursBody, RoomBody, TherapistBody, TherapistPatch, interval
from services.scheduling.domain import closure, room, therapist
from services.scheduling.domain.closure import ClosePractice
from services.scheduling.domain.room import AddRoom, ChangeRoom, DeactivateRoom
from services.scheduling.domain.slots import Interval
from services.scheduling.domain.therapist import AddTherapist, ChangeTherapist, DeactivateTherapist, Particulars
from services.scheduling.domain.workdays import SetHours, TakeTimeOff
from services.scheduling.views import AppointmentView, AwayMade, Rooms, RoomView, Therapists, TherapistView
from shared.decider import Unknown
from shared.http.routes import Call
from shared.messages import Command
from shared.store.unit import Tx


async def put(call: Call, stream: str, command: Command, ids: dict[str, Any]) -> dict[str, Any]:
    """Put the command to its stream; `ids` are what the answer will be made of."""

    async def unit(tx: Tx) -> dict[str, Any]:
        await tx.decide(stream, command)
        return ids

    stored: dict[str, Any] = await call.write(unit, streams=[stream])
    return stored


async def rooms_exist(call: Call, wanted: list[UUID]) -> None:
    """Raise `Unknown` when a room is none of ours."""
    ours = {one.room_id for one in await queries.rooms(call.service.store)}
    if not ours.issuperset(wanted):
        raise Unknown("There is no such room.")


async def add_room(call: Call) -> dict[str, Any]:
    """A room to work in."""
    body: RoomBody = call.body
    room_id = call.new_id()
    return await put(call, room.stream(room_id), AddRoom(room_id=room_id, name=body.name), {"room_id": room_id})


async def change_room(call: Call) -> dict[str, Any]:
    """Another name."""
    room_id = call.path_id("room_id")
    command = ChangeRoom(room_id=room_id, name=call.body.name)
    return await put(call, room.stream(room_id), command, {"room_id": room_id})


async def deactivate_room(call: Call) -> dict[str, Any]:
    """Nothing more is booked there."""
    room_id = call.path_id("room_id")
    return await put(call, room.stream(room_id), DeactivateRoom(room_id=room_id), {"room_id": room_id})


async def add_therapist(call: Call) -> dict[str, Any]:
    """A therapist with weekly hours."""
    body: TherapistBody = call.body
    await rooms_exist(call, body.rooms)
    therapist_id = call.new_id()
    particulars = Particulars(name=body.name, email=body.email, rooms=body.rooms, buffer_minutes=body.buffer_minutes)
    command = AddTherapist(therapist_id=therapist_id, particulars=particulars, hours=body.hours)
    return await put(call, therapist.stream(therapist_id), command, {"therapist_id": therapist_id})


async def change_therapist(call: Call) -> dict[str, Any]:
    """Name, address, rooms or buffer."""
    body: TherapistPatch = call.body
    await rooms_exist(call, body.rooms or [])
    therapist_id = call.path_id("therapist_id")
    command = ChangeTherapist(
        therapist_id=therapist_id,
        name=body.name,
        email=body.email,
        rooms=body.rooms,
        buffer_minutes=body.buffer_minutes,
    )
    return await put(call, therapist.stream(therapist_id), command, {"therapist_id": therapist_id})


async def deactivate_therapist(call: Call) -> dict[str, Any]:
    """Nothing more is booked with this therapist."""
    therapist_id = call.path_id("therapist_id")
    command = DeactivateTherapist(therapist_id=therapist_id)
    return await put(call, therapist.stream(therapist_id), command, {"therapist_id": therapist_id})


async def set_hours(call: Call) -> dict[str, Any]:
    """The weekly hours from now on."""
    body: HoursBody = call.body
    therapist_id = call.path_id("therapist_id")
    command = SetHours(therapist_id=therapist_id, hours=body.hours)
    return await put(call, therapist.stream(therapist_id), command, {"therapist_id": therapist_id})


async def take_time_off(call: Call) -> dict[str, Any]:
    """An absence; what was agreed for it stays until the desk changes it."""
    body: AwayBody = call.body
    time = interval(body.from_, body.to, call.service.practice.tz)
    therapist_id, time_off_id = call.path_id("therapist_id"), call.new_id()
    command = TakeTimeOff(
        therapist_id=therapist_id, time_off_id=time_off_id, starts_at=time[0], ends_at=time[1], reason=body.reason
    )
    return await put(call, therapist.stream(therapist_id), command, {"time_off_id": time_off_id})


async def close_practice(call: Call) -> dict[str, Any]:
    """A closure; what was agreed for it stays until the desk changes it."""
    body: AwayBody = call.body
    time = interval(body.from_, body.to, call.service.practice.tz)
    closure_id = call.new_id()
    command = ClosePractice(closure_id=closure_id, starts_at=time[0], ends_at=time[1], reason=body.reason)
    return await put(call, closure.stream(closure_id), command, {"closure_id": closure_id})


async def show_time_off(call: Call, ids: dict[str, Any]) -> AwayMade:
    """The therapist's booked visits inside the absence."""
    time_off_id = UUID(str(ids["time_off_id"]))
    inside = "a.starts_at < away.ends_at and a.ends_at > away.starts_at and a.therapist_id = away.therapist_id"
    where = f"exists (select from time_off away where away.time_off_id = $2 and {inside}) and a.status = 'booked'"
    return AwayMade(
        time_off_id=time_off_id, affected=await queries.appointments(call.service.store, where, None, time_off_id)
    )


async def show_closure(call: Call, ids: dict[str, Any]) -> AwayMade:
    """All booked visits inside the closure."""
    closure_id = UUID(str(ids["closure_id"]))
    inside = "a.starts_at < shut.ends_at and a.ends_at > shut.starts_at"
    where = f"exists (select from closure shut where shut.closure_id = $2 and {inside}) and a.status = 'booked'"
    return AwayMade(
        closure_id=closure_id, affected=await queries.appointments(call.service.store, where, None, closure_id)
    )


async def show_hours(call: Call, ids: dict[str, Any]) -> AwayMade:
    """The therapist's visits to come that lie outside the new hours."""
    therapist_id = UUID(str(ids["therapist_id"]))
    where = "a.therapist_id = $2 and a.status = 'booked' and a.starts_at >= $3"
    coming = await queries.appointments(call.service.store, where, None, therapist_id, call.now)
    return AwayMade(therapist_id=therapist_id, affected=await outside_hours(call, therapist_id, coming))


async def outside_hours(call: Call, therapist_id: UUID, coming: list[AppointmentView]) -> list[AppointmentView]:
    """Those of the visits for which the therapist does not work."""
    if not coming:
        return []
    within: Interval = (coming[0].starts_at, coming[-1].ends_at)
    found = await roster(call.service, Search(within=within))
    one = found.workers[therapist_id]
    return [visit for visit in coming if found.outside(one, (visit.starts_at, visit.ends_at))]


async def show_room(call: Call, ids: dict[str, Any]) -> RoomView:
    """The room as it now stands."""
    return (await queries.rooms(call.service.store, UUID(str(ids["room_id"]))))[0]


async def show_therapist(call: Call, ids: dict[str, Any]) -> TherapistView:
    """The therapist as it now stands."""
    return (await queries.therapists(call.service.store, UUID(str(ids["therapist_id"]))))[0]


async def list_rooms(call: Call) -> Rooms:
    """All rooms by name."""
    return Rooms(rooms=await queries.rooms(call.service.store))


async def list_therapists(call: Call) -> Therapists:
    """All therapists by name."""
    return Therapists(therapists=await queries.therapists(call.service.store))
