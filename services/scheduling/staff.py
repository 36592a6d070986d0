"""Therapists and rooms: what the owner and the front desk set up."""

from itertools import groupby
from typing import Any
from uuid import UUID

from services.scheduling import queries
from services.scheduling.availability import Search, roster
from services.scheduling.bodies import each_once
from services.scheduling.domain import room, therapist
from services.scheduling.domain.room import AddRoom, ChangeRoom
from services.scheduling.domain.slots import Interval
from services.scheduling.domain.therapist import AddTherapist, ChangeTherapist, Particulars
from services.scheduling.domain.workdays import SetHours
from services.scheduling.practice_bodies import HoursBody, RoomBody, RoomPatch, TherapistBody, TherapistPatch, spans
from services.scheduling.practice_views import AwayMade, Rooms, RoomView, Therapists, TherapistView
from services.scheduling.views import AppointmentView
from shared.clock import YEARS
from shared.decider import Unknown
from shared.http.routes import Call
from shared.values import checked_email, checked_name


async def rooms_exist(call: Call, wanted: list[UUID]) -> None:
    """Raise `Unknown` when a room is none of ours."""
    ours = {one.room_id for one in await queries.rooms(call.service.store)}
    if not ours.issuperset(wanted):
        raise Unknown("There is no such room.")


async def add_room(call: Call) -> dict[str, Any]:
    """A room to work in."""
    body: RoomBody = call.body
    room_id = call.new_id()
    name = checked_name("name", body.name)
    command = AddRoom(room_id=room_id, name=name, equipment=each_once(body.equipment))
    return await call.put({room.stream(room_id): command}, {"room_id": room_id})


async def change_room(call: Call) -> dict[str, Any]:
    """Another name or other equipment."""
    body: RoomPatch = call.body
    room_id = call.path_id("room_id")
    command = ChangeRoom(
        room_id=room_id,
        name=None if body.name is None else checked_name("name", body.name),
        equipment=None if body.equipment is None else each_once(body.equipment),
    )
    return await call.put({room.stream(room_id): command}, {"room_id": room_id})


async def add_therapist(call: Call) -> dict[str, Any]:
    """A therapist with weekly hours."""
    body: TherapistBody = call.body
    await rooms_exist(call, body.rooms)
    therapist_id = call.new_id()
    particulars = Particulars(
        name=checked_name("name", body.name),
        email=None if body.email is None else checked_email("email", body.email),
        rooms=each_once(body.rooms),
        buffer_minutes=body.after or 0,
        buffer_before_minutes=body.buffer_before_minutes or 0,
    )
    command = AddTherapist(therapist_id=therapist_id, particulars=particulars, hours=spans(body.hours))
    return await call.put({therapist.stream(therapist_id): command}, {"therapist_id": therapist_id})


async def change_therapist(call: Call) -> dict[str, Any]:
    """Name, address, rooms or buffers."""
    body: TherapistPatch = call.body
    await rooms_exist(call, body.rooms or [])
    therapist_id = call.path_id("therapist_id")
    command = ChangeTherapist(
        therapist_id=therapist_id,
        name=None if body.name is None else checked_name("name", body.name),
        email=None if body.email is None else checked_email("email", body.email),
        rooms=None if body.rooms is None else each_once(body.rooms),
        buffer_minutes=body.after,
        buffer_before_minutes=body.buffer_before_minutes,
    )
    return await call.put({therapist.stream(therapist_id): command}, {"therapist_id": therapist_id})


async def set_hours(call: Call) -> dict[str, Any]:
    """The weekly hours from now on."""
    body: HoursBody = call.body
    therapist_id = call.path_id("therapist_id")
    command = SetHours(therapist_id=therapist_id, hours=spans(body.hours))
    return await call.put({therapist.stream(therapist_id): command}, {"therapist_id": therapist_id})


async def show_hours(call: Call, ids: dict[str, Any]) -> AwayMade:
    """The therapist's visits to come that lie outside the new hours."""
    therapist_id = UUID(str(ids["therapist_id"]))
    where = "a.therapist_id = $2 and a.status = 'booked' and a.starts_at >= $3"
    coming = await queries.appointments(call.service.store, where, None, therapist_id, call.now)
    return AwayMade(therapist_id=therapist_id, affected=await outside_hours(call, therapist_id, coming))


async def outside_hours(call: Call, therapist_id: UUID, coming: list[AppointmentView]) -> list[AppointmentView]:
    """Those of the visits for which the therapist does not work; nobody works in a year that cannot be meant."""
    outside: list[AppointmentView] = []
    for year, group in groupby(coming, key=lambda one: one.starts_at.year):
        visits = list(group)
        outside += await outside_in_year(call, therapist_id, visits) if year in YEARS else visits
    return outside


async def outside_in_year(call: Call, therapist_id: UUID, coming: list[AppointmentView]) -> list[AppointmentView]:
    """The same of visits that lie near to each other, so that little of the calendar has to be read."""
    within: Interval = (coming[0].starts_at, coming[-1].ends_at)
    found = await roster(call.service, Search(within=within))
    one = found.workers.get(therapist_id)
    return [visit for visit in coming if one is None or found.outside(one, (visit.starts_at, visit.ends_at))]


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
