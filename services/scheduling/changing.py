"""Changing one appointment: what is known of it, how a change is stored or only shown, and what is answered."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from services.scheduling import queries
from services.scheduling.domain import itinerary
from services.scheduling.domain.attendance import known
from services.scheduling.domain.slots import Interval
from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.views import Affected, Changed, Moved, NewVisit
from shared.events.scheduling import AppointmentBooked, AppointmentMoved
from shared.http.routes import Call
from shared.messages import Command, Event
from shared.store.unit import Tx


class Case(Struct, frozen=True, kw_only=True):
    """An appointment in its itinerary, as of the moment it was looked at."""

    call: Call
    client_id: UUID
    state: Itinerary
    visit: Appointment
    preview: bool = False

    @property
    def stream(self) -> str:
        """The itinerary's stream."""
        return itinerary.stream(self.client_id)

    @property
    def minutes(self) -> int:
        """How long the visit is."""
        return minutes_of(self.visit)

    def rest(self) -> list[Appointment]:
        """The course's other open visits, in order of time."""
        found = self.state.open_visits(self.visit.course_id)
        return [one for one in found if one.appointment_id != self.visit.appointment_id]

    def elsewhere(self, leaving: Sequence[UUID]) -> list[Interval]:
        """When the client has visits other than those that leave their time."""
        visits = self.state.appointments.values()
        return [one.time for one in visits if one.open and one.appointment_id not in leaving]


async def case_of(call: Call, *, preview: bool = False) -> Case:
    """The appointment in the address. Raises `Unknown`."""
    appointment_id = call.path_id("appointment_id")
    client_id = await queries.client_of(call.service.store, appointment_id)
    state: Itinerary = await call.service.store.state(itinerary.stream(client_id))
    visit = known(state, appointment_id)
    return Case(call=call, client_id=client_id, state=state, visit=visit, preview=preview)


async def carry_out(case: Case, command: Command, affected: list[Affected] | None) -> dict[str, Any]:
    """Store what follows from the command, or only show it."""
    if case.preview:
        return outcome(case, itinerary.decide(command, case.state), affected)

    async def unit(tx: Tx) -> dict[str, Any]:
        return outcome(case, await tx.decide(case.stream, command), affected)

    stored: dict[str, Any] = await case.call.write(unit, streams=[case.stream])
    return stored


def outcome(case: Case, events: Sequence[Event], affected: list[Affected] | None) -> dict[str, Any]:
    """Ids and times of what changed."""
    moved = [
        Moved(appointment_id=event.appointment_id, from_=event.previous_starts_at, to=event.starts_at)
        for event in events
        if isinstance(event, AppointmentMoved)
    ]
    booked = [
        NewVisit(**{name: getattr(event, name) for name in NewVisit.__struct_fields__})
        for event in events
        if isinstance(event, AppointmentBooked)
    ]
    found = {"moved": moved, "booked": booked, "affected": affected, "preview": case.preview}
    ids: dict[str, Any] = msgspec.to_builtins({"appointment_id": case.visit.appointment_id, **found})
    return ids


async def show_changed(call: Call, ids: dict[str, Any]) -> Changed:
    """The appointment as it now stands, with what changed besides."""
    appointment = await queries.appointment(call.service.store, UUID(str(ids["appointment_id"])))
    return msgspec.convert(msgspec.to_builtins(appointment) | ids, Changed)


def minutes_of(visit: Appointment) -> int:
    """How long a visit is."""
    return int((visit.ends_at - visit.starts_at) / timedelta(minutes=1))
