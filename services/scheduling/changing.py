"""Changing one appointment: what is known of it, how a change is stored or only shown, and what is answered."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from services.scheduling import queries
from services.scheduling.availability import roster
from services.scheduling.domain import itinerary
from services.scheduling.domain.attendance import CancelAppointment, MarkMissed, known
from services.scheduling.domain.placing import Placement, Rearrange
from services.scheduling.domain.reflowing import minutes_of, times_of
from services.scheduling.domain.slots import Interval
from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.reflow import Reflow, put_right, still_to_come
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
        return times_of(self.state.appointments.values(), leaving)


async def case_of(call: Call, *, preview: bool = False) -> Case:
    """The appointment in the address. Raises `Unknown`."""
    appointment_id = call.path_id("appointment_id")
    client_id = await queries.client_of(call.service.store, appointment_id)
    state: Itinerary = await call.service.store.state(itinerary.stream(client_id))
    visit = known(state, appointment_id)
    return Case(call=call, client_id=client_id, state=state, visit=visit, preview=preview)


async def rearranged(
    case: Case,
    staying: Sequence[Appointment],
    *,
    loss: CancelAppointment | MarkMissed | None = None,
    target: Placement | None = None,
) -> Rearrange:
    """The command that loses or moves the visit and puts the course's others right but those that stay: all or none."""
    assert case.visit.course_id is not None  # noqa: S101 - only a visit of a course has others to put right
    reflow = Reflow(
        call=case.call,
        client_id=case.client_id,
        course_id=case.visit.course_id,
        state=case.state,
        later=[one for one in case.rest() if still_to_come(one, case.call.now) and one not in staying],
        lost=[case.visit] if loss else [],
        target=target,
    )
    moves, bookings = await put_right(reflow, await roster(case.call.service, reflow.search()))
    return Rearrange(
        client_id=case.client_id,
        now=case.call.now,
        version=case.state.version,
        losses=(loss,) if loss else (),
        moves=(*([target] if target else []), *moves),
        bookings=tuple(bookings),
    )


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
    found = {"moved": moved(events), "booked": booked(events), "affected": affected, "preview": case.preview}
    ids: dict[str, Any] = msgspec.to_builtins({"appointment_id": case.visit.appointment_id, **found})
    return ids


def moved(events: Iterable[Event]) -> list[Moved]:
    """The visits that have another time, therapist or room."""
    return [
        Moved(
            appointment_id=event.appointment_id,
            from_=event.previous_starts_at,
            to=event.starts_at,
            therapist_id=event.therapist_id,
            room_id=event.room_id,
        )
        for event in events
        if isinstance(event, AppointmentMoved)
    ]


def booked(events: Iterable[Event]) -> list[NewVisit]:
    """The visits that were added."""
    return [
        NewVisit(**{name: getattr(event, name) for name in NewVisit.__struct_fields__})
        for event in events
        if isinstance(event, AppointmentBooked)
    ]


async def show_changed(call: Call, ids: dict[str, Any]) -> Changed:
    """The appointment as it now stands, with what changed besides."""
    appointment = await queries.appointment(call.service.store, UUID(str(ids["appointment_id"])))
    return msgspec.convert(msgspec.to_builtins(appointment) | ids, Changed)
