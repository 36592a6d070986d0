"""What several pages read: names of clients, therapists and rooms, an itinerary, a protocol's phases."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.web.answers.protocol import Course, Protocol
from services.web.answers.records import Client
from services.web.answers.scheduling import Rooms, Therapists, Visit, Visits
from services.web.page import PageCall
from services.web.views.course import Known
from services.web.views.words import STATES

MOST = "500"
NO_NAME = "Name not available"


async def client_of(call: PageCall, client_id: UUID) -> Client | None:
    """Read a client; none when `records` is away or the data was erased."""
    return await call.part(call.read("records", f"/clients/{client_id}", Client), None)


async def names_of(call: PageCall, client_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Read the names of some clients, all at the same time. Those that cannot be read are left out."""
    ids = sorted(set(client_ids))
    clients = await asyncio.gather(*(client_of(call, client_id) for client_id in ids))
    return {client.client_id: client.name for client in clients if client}


async def itinerary(call: PageCall, client_id: UUID) -> Sequence[Visit] | None:
    """Read all visits of a client; none when `scheduling` is away."""
    reading = call.read("scheduling", f"/clients/{client_id}/itinerary", Visits, limit=MOST)
    visits = await call.part(reading, None)
    return visits.appointments if visits else None


async def therapists(call: PageCall) -> Therapists:
    """Read all therapists; none of them when `scheduling` is away."""
    return await call.part(call.read("scheduling", "/therapists", Therapists), Therapists(therapists=[]))


async def rooms(call: PageCall) -> Mapping[UUID, str]:
    """Read what the rooms are called."""
    found = await call.part(call.read("scheduling", "/rooms", Rooms), Rooms(rooms=[]))
    return {room.room_id: room.name for room in found.rooms}


async def known(call: PageCall) -> Known:
    """Read what turns ids into words."""
    staff, places = await asyncio.gather(therapists(call), rooms(call))
    names = {therapist.therapist_id: therapist.name for therapist in staff.therapists}
    active = {therapist.therapist_id: therapist.name for therapist in staff.therapists if therapist.active}
    return Known(zone=call.zone, today=call.today, therapists=names, rooms=places, states=STATES, active=active)


async def course_of(call: PageCall, visit: Visit) -> Course | None:
    """Read the course a visit belongs to; none where it belongs to none, or `protocol` is away."""
    if visit.course_id is None:
        return None
    return await call.part(call.read("protocol", f"/courses/{visit.course_id}", Course), None)


async def protocol_of(call: PageCall, protocol: str) -> Protocol | None:
    """Read a protocol's definition."""
    return await call.part(call.read("protocol", f"/protocols/{protocol}", Protocol), None)
