"""The state of an itinerary: all appointments of one client, folded from their events."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.domain.slots import Interval
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEvent,
    AppointmentFulfilled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
    ClientArrived,
)
from shared.messages import Event, Instant

Status = Literal["booked", "arrived", "fulfilled", "missed", "cancelled"]
OPEN: tuple[Status, ...] = ("booked", "arrived")


class CourseEntered(Event, frozen=True, kw_only=True):
    """The first visit of a course was booked; `sessions_before` took place before the practice used Seriatim."""

    client_id: UUID
    course_id: UUID
    sessions_before: int


class SessionNoted(Event, frozen=True, kw_only=True):
    """A session took place without an appointment; it has its place among the course's ordinals."""

    client_id: UUID
    session_id: UUID
    started_at: Instant
    course_id: UUID | None = None


class SessionStruck(Event, frozen=True, kw_only=True):
    """A session noted without an appointment did not take place after all."""

    client_id: UUID
    session_id: UUID


class ClientForgotten(Event, frozen=True, kw_only=True):
    """The client was erased in `records`; nothing is booked for this id any more."""

    client_id: UUID


class Appointment(Struct, frozen=True, kw_only=True):
    """An agreed time. `was` is the status before it was fulfilled, in case the session is withdrawn.

    `uses_session`: the client did not come, or called off late, and that uses up a session of the course (as long as
    it is `missed` or `cancelled`).
    """

    appointment_id: UUID
    therapist_id: UUID
    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    equipment: list[str] = []
    course_id: UUID | None = None
    status: Status = "booked"
    was: Status = "booked"
    revision: int = 0
    session_id: UUID | None = None
    uses_session: bool = False

    @property
    def open(self) -> bool:
        """Agreed, and neither done, missed nor cancelled."""
        return self.status in OPEN

    @property
    def holds(self) -> bool:
        """Nothing else may be agreed with the client for this time: it is agreed, or a session took place."""
        return self.open or self.status == "fulfilled"

    @property
    def time(self) -> Interval:
        """When the client is here."""
        return self.starts_at, self.ends_at

    @property
    def held(self) -> Interval:
        """When the therapist is not free for others."""
        before, after = timedelta(minutes=self.buffer_before_minutes), timedelta(minutes=self.buffer_minutes)
        return self.starts_at - before, self.ends_at + after


class Itinerary(Struct, frozen=True, kw_only=True):
    """All appointments of one client; `version` counts the events, so that a verdict can name what it judged.

    `made_up`: for each visit that fell out, what was moved or booked because of it, as it stood before it moved; what
    was booked stands in it as it was booked.
    """

    version: int = 0
    appointments: dict[UUID, Appointment] = {}
    made_up: dict[UUID, tuple[Appointment, ...]] = {}
    courses: dict[UUID, int] = {}
    noted: dict[UUID, UUID | None] = {}
    forgotten: bool = False

    def open_visits(self, course_id: UUID | None) -> list[Appointment]:
        """The course's agreed visits in order of time."""
        of_course = [one for one in self.appointments.values() if one.open and one.course_id == course_id]
        return sorted(of_course, key=lambda one: one.starts_at)

    def sessions_of(self, course_id: UUID) -> int:
        """How many sessions of the course are known here, with or without an appointment."""
        with_one = [one for one in self.appointments.values() if one.session_id and one.course_id == course_id]
        return len(with_one) + list(self.noted.values()).count(course_id)

    def of_session(self, session_id: UUID) -> Appointment | None:
        """The appointment a session fulfilled."""
        return next((one for one in self.appointments.values() if one.session_id == session_id), None)


def put(state: Itinerary, appointment: Appointment) -> Itinerary:
    """The state with this appointment as it now stands."""
    return replace(state, appointments={**state.appointments, appointment.appointment_id: appointment})


def changed(state: Itinerary, event: AppointmentEvent, **fields: Any) -> Itinerary:
    """The state with some fields of the event's appointment changed."""
    return put(state, replace(state.appointments[event.appointment_id], **fields))


def on_booked(state: Itinerary, event: AppointmentBooked) -> Itinerary:
    """A new appointment."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name not in ("client_id", "instead_of")}
    new = Appointment(**fields)
    return put(made_up(state, event, new), new)


def on_moved(state: Itinerary, event: AppointmentMoved) -> Itinerary:
    """The same appointment elsewhere."""
    left_out = ("client_id", "appointment_id", "course_id", "previous_starts_at", "instead_of")
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name not in left_out}
    return changed(made_up(state, event, state.appointments[event.appointment_id]), event, **fields)


def made_up(state: Itinerary, event: AppointmentBooked | AppointmentMoved, before: Appointment) -> Itinerary:
    """What the event does because another visit fell out is remembered, in case that is taken back."""
    if event.instead_of is None:
        return state
    known = state.made_up.get(event.instead_of, ())
    return replace(state, made_up={**state.made_up, event.instead_of: (*known, before)})


def on_fulfilled(state: Itinerary, event: AppointmentFulfilled) -> Itinerary:
    """The session took place, whatever was thought before."""
    was = state.appointments[event.appointment_id].status
    return changed(state, event, status="fulfilled", was=was, session_id=event.session_id)


def becomes(status: Status) -> Callable[[Itinerary, AppointmentEvent], Itinerary]:
    """The appointment has this status, and no session."""
    return lambda state, event: changed(
        state, event, status=status, session_id=None, uses_session=getattr(event, "uses_session", False)
    )


def on_reinstated(state: Itinerary, event: AppointmentReinstated) -> Itinerary:
    """Booked again; what was made up for it is taken back in the same moment, or stays for good."""
    rest = {lost: others for lost, others in state.made_up.items() if lost != event.appointment_id}
    return becomes("booked")(replace(state, made_up=rest), event)


def on_course_entered(state: Itinerary, event: CourseEntered) -> Itinerary:
    """From here on the course's earlier sessions are known."""
    return replace(state, courses={**state.courses, event.course_id: event.sessions_before})


def on_session_noted(state: Itinerary, event: SessionNoted) -> Itinerary:
    """A session that no appointment stands for."""
    return replace(state, noted={**state.noted, event.session_id: event.course_id})


def on_session_struck(state: Itinerary, event: SessionStruck) -> Itinerary:
    """It is none."""
    return replace(state, noted={key: course for key, course in state.noted.items() if key != event.session_id})


EVOLVE: dict[type[Event], Callable[[Itinerary, Any], Itinerary]] = {
    AppointmentBooked: on_booked,
    AppointmentMoved: on_moved,
    AppointmentCancelled: becomes("cancelled"),
    ClientArrived: becomes("arrived"),
    AppointmentMissed: becomes("missed"),
    AppointmentReinstated: on_reinstated,
    AppointmentFulfilled: on_fulfilled,
    CourseEntered: on_course_entered,
    SessionNoted: on_session_noted,
    SessionStruck: on_session_struck,
    ClientForgotten: lambda state, _event: replace(state, forgotten=True),
}


def evolve(state: Itinerary, event: Event) -> Itinerary:
    """Fold one event into the state."""
    return replace(EVOLVE[type(event)](state, event), version=state.version + 1)
