"""Booking: the calendar and the protocol are asked, then the itinerary decides on all visits at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from services.scheduling import queries
from services.scheduling.availability import Search, earliest_start, roster
from services.scheduling.bodies import LONGEST, AppointmentWanted, BookBody, each_once, whole_minute
from services.scheduling.domain import itinerary
from services.scheduling.domain.fitting import Want, fit, offering
from services.scheduling.domain.hold import UseHold
from services.scheduling.domain.hold import stream as hold_stream
from services.scheduling.domain.placing import BookAppointments, Placement, past
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY, Interval
from services.scheduling.domain.visits import Itinerary
from services.scheduling.judging import Entry, blame, course_of, entries, judge
from services.scheduling.views import Appointments
from shared.clock import day_of
from shared.decider import Refused
from shared.http.problems import Malformed
from shared.http.routes import Call
from shared.messages import Command
from shared.questions.protocol import CourseFacts
from shared.store.claims import Taken

ATTEMPTS = 20
"""So many callers may change one client's visits, or want one time, in the same instant."""
AROUND = 45 * A_DAY
"""How far beyond the wished times free ones are looked for: past the longest break of a protocol."""


async def book(call: Call) -> dict[str, Any]:
    """Agree on all the visits, or say of every one that cannot be why, with free times near it."""
    body: BookBody = call.body
    check_times(body.appointments)
    course = await course_of(call, body.client_id, body.course_id)
    return await persistently(lambda: attempt(call, body, course))


def check_times(wanted: Sequence[AppointmentWanted]) -> None:
    """Raise `Malformed` for visits that do not begin at a whole minute, or lie too far apart to be looked at."""
    for number, one in enumerate(wanted):
        whole_minute(f"appointments[{number}].starts_at", one.starts_at)
    times = [one.starts_at for one in wanted]
    if max(times) - min(times) > LONGEST:
        raise Malformed("appointments", "These visits lie more than ten years apart. Book them one by one.")


async def attempt(
    call: Call, body: BookBody, course: CourseFacts | None, also: Mapping[str, Command] | None = None
) -> dict[str, Any]:
    """Once: read, ask, decide. What else is to be decided in the same unit comes before the booking."""
    stream = itinerary.stream(body.client_id)
    state: Itinerary = await call.service.store.state(stream)
    mine = [body.hold_id] if body.hold_id else []
    found = await roster(call.service, Search(within=reach(body.appointments), leaving=mine, client_taken=held(state)))
    placements = [fit(found, want(call, one, body.course_id)) for one in body.appointments]
    command = BookAppointments(
        client_id=body.client_id,
        now=call.now,
        version=state.version,
        placements=tuple(await judged(call, body, state, placements)),
        sessions_before=sessions_before(state, course) if course else {},
    )
    ids = {"appointment_ids": [one.appointment_id for one in placements]}
    commands = {**(also or {}), **hold_used(call, body), stream: command}
    return await offered(call, found, placements, call.put(commands, ids))


def hold_used(call: Call, body: BookBody) -> dict[str, Command]:
    """The end of the hold that keeps the times, if one does."""
    if body.hold_id is None:
        return {}
    return {hold_stream(body.hold_id): UseHold(hold_id=body.hold_id, client_id=body.client_id, now=call.now)}


def sessions_before(state: Itinerary, course: CourseFacts) -> dict[UUID, int]:
    """How many of the course's sessions took place before the practice used Seriatim."""
    return {course.course_id: max(course.sessions_completed - state.sessions_of(course.course_id), 0)}


async def judged(call: Call, body: BookBody, state: Itinerary, placements: Sequence[Placement]) -> list[Placement]:
    """The placements with what the cadence says against them; those that cannot be anyway count for nobody."""
    zone = call.service.practice.tz
    possible = [one for one in placements if one.against is None and past(one, call.now) is None]
    if body.course_id is None or not possible:
        return list(placements)
    before = entries(state.open_visits(body.course_id), zone)
    new = [
        Entry(day=day_of(one.starts_at, zone), new=True, starts_at=one.starts_at, appointment_id=one.appointment_id)
        for one in possible
    ]
    against = blame(await judge(call, body.course_id, body.client_id, before, [*before, *new]), new)
    return [replace(one, against=one.against or against.get(one.appointment_id)) for one in placements]


async def offered(
    call: Call, found: Roster, placements: Sequence[Placement], storing: Awaitable[dict[str, Any]]
) -> dict[str, Any]:
    """What storing gives; a refusal gets free times near each visit that cannot be."""
    try:
        return await storing
    except Taken:
        raise
    except Refused as refused:
        raise Refused(*offering(refused.items, placements, found, earliest_start(call))) from refused


async def persistently(attempt: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Again, with fresh eyes, when somebody else was quicker: the itinerary moved on or a time was taken."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await attempt()
        except Refused as refused:
            if not isinstance(refused, Taken) and refused.rule != "stale_itinerary":
                raise
    return await attempt()


def want(call: Call, one: AppointmentWanted, course_id: UUID | None) -> Want:
    """A visit as the desk asked for it, with an id."""
    return Want(
        appointment_id=call.new_id(),
        course_id=course_id,
        therapist_id=one.therapist_id,
        room_id=one.room_id,
        starts_at=one.starts_at.astimezone(UTC),
        minutes=one.minutes,
        equipment=each_once(one.equipment),
    )


def reach(wanted: Sequence[AppointmentWanted]) -> Interval:
    """The time to look at: all wished times, and where alternatives are looked for."""
    times = [one.starts_at for one in wanted]
    return min(times) - A_DAY, max(times) + timedelta(minutes=480) + AROUND


def held(state: Itinerary) -> list[Interval]:
    """When the client is here already."""
    return [one.time for one in state.appointments.values() if one.open]


async def show_booked(call: Call, ids: dict[str, Any]) -> Appointments:
    """The appointments in the order asked."""
    wanted = [UUID(str(one)) for one in ids["appointment_ids"]]
    return Appointments(appointments=await queries.in_order(call.service.store, wanted))
