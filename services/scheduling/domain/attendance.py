"""What the desk says of an agreed visit: cancelled, arrived, missed, taken back."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.scheduling.domain.slots import overlap, whole_day
from services.scheduling.domain.visits import Appointment, Itinerary
from shared.clock import day_of
from shared.decider import Unknown, refuse
from shared.events.scheduling import (
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
    ClientArrived,
)
from shared.messages import Command, Event
from shared.vocabulary import Reason

BY_CLIENT: tuple[Reason, ...] = ("client_ill", "client_away", "client_wish", "moved_away", "other")
"""Reasons for which it is the client who calls off."""


class CancelAppointment(Command, frozen=True, kw_only=True):
    """Call a visit off.

    Fewer than `late_hours` before the visit a cancellation by the client is late; the practice's setting says whether
    such a one uses up a session of the course.
    """

    client_id: UUID
    appointment_id: UUID
    reason: Reason
    now: datetime | None = None
    late_hours: int = 0
    late_uses_session: bool = False


class MarkMissed(Command, frozen=True, kw_only=True):
    """The client did not come. By the practice's setting that uses up a session of the course, or does not."""

    client_id: UUID
    appointment_id: UUID
    now: datetime
    uses_session: bool = False


class MarkArrived(Command, frozen=True, kw_only=True):
    """The client is here. `zone` is the practice's, whose calendar says which day it is."""

    client_id: UUID
    appointment_id: UUID
    now: datetime
    zone: ZoneInfo


class Undo(Command, frozen=True, kw_only=True):
    """Take back an arrival or an absence, and what was moved or booked because of it, but what is in `keep`."""

    client_id: UUID
    appointment_id: UUID
    now: datetime
    keep: frozenset[UUID] = frozenset()


def known(state: Itinerary, appointment_id: UUID) -> Appointment:
    """The appointment, which must exist."""
    if appointment_id not in state.appointments:
        raise Unknown("There is no such appointment.")
    return state.appointments[appointment_id]


def still_booked(state: Itinerary, appointment_id: UUID) -> Appointment:
    """The appointment, which must be neither under way nor over."""
    one = known(state, appointment_id)
    if one.status != "booked":
        raise refuse("not_booked", f"This appointment is {one.status}; only a booked one can be changed.")
    return one


def cancel(command: CancelAppointment, state: Itinerary) -> list[Event]:
    """The visit will not be."""
    if known(state, command.appointment_id).status == "cancelled":
        return []
    one = still_booked(state, command.appointment_id)
    late = is_late(command, one)
    return [
        AppointmentCancelled(
            **names(command, one),
            starts_at=one.starts_at,
            reason=command.reason,
            late=late,
            uses_session=late and command.late_uses_session and one.course_id is not None,
        )
    ]


def is_late(command: CancelAppointment, one: Appointment) -> bool:
    """Whether the client called off at too short notice; what the practice calls off is never late."""
    if command.now is None or command.reason not in BY_CLIENT:
        return False
    return one.starts_at - command.now < timedelta(hours=command.late_hours)


def miss(command: MarkMissed, state: Itinerary) -> list[Event]:
    """The client did not come."""
    if known(state, command.appointment_id).status == "missed":
        return []
    one = still_booked(state, command.appointment_id)
    if command.now < one.starts_at:
        raise refuse("not_begun", "This visit has not begun yet. Cancel it or move it.", earliest=one.starts_at)
    used = command.uses_session and one.course_id is not None
    return [AppointmentMissed(**names(command, one), starts_at=one.starts_at, uses_session=used)]


def arrive(command: MarkArrived, state: Itinerary) -> list[Event]:
    """The client is here."""
    if known(state, command.appointment_id).status == "arrived":
        return []
    one = still_booked(state, command.appointment_id)
    begins, _ = whole_day(day_of(one.starts_at, command.zone), command.zone)
    if command.now < begins:
        raise refuse("not_today", "This visit is on a later day. Move it to today if it is now.", earliest=begins)
    return [ClientArrived(**names(command, one))]


def undo(command: Undo, state: Itinerary) -> list[Event]:
    """The visit is booked again, if the client has nothing else at that time by now.

    What was made up for it goes: what moved moves back where it was, what was added is called off. What has been
    changed again since, has begun, or has lost its time, stays.
    """
    one = known(state, command.appointment_id)
    if one.status == "booked":
        return []
    if one.status not in ("arrived", "missed"):
        raise refuse("nothing_to_undo", f"This appointment is {one.status}; only arrived or missed can be taken back.")
    back = list(taken_back(command, state))
    leaving = {event.appointment_id for event in back} | {one.appointment_id}
    times = [other.time for other in state.appointments.values() if other.holds and other.appointment_id not in leaving]
    times += [(event.starts_at, event.ends_at) for event in back if isinstance(event, AppointmentMoved)]
    if any(overlap(one.time, other) for other in times):
        raise refuse("client_taken", "The client has another appointment at this time by now.")
    return [reinstated(command.client_id, one), *back]


def taken_back(command: Undo, state: Itinerary) -> Iterator[AppointmentMoved | AppointmentCancelled]:
    """What undoes the moves and bookings that came of the visit."""
    for before in state.made_up.get(command.appointment_id, ()):
        now = state.appointments[before.appointment_id]
        if now.status != "booked" or now.starts_at <= command.now or now.appointment_id in command.keep:
            continue
        if now == before:
            yield cancelled_again(command.client_id, now)
        elif now.revision == before.revision + 1 and before.starts_at > command.now:
            yield moved_back(command.client_id, before, now)


def cancelled_again(client_id: UUID, one: Appointment) -> AppointmentCancelled:
    """A visit that nobody would have booked."""
    return AppointmentCancelled(
        client_id=client_id,
        appointment_id=one.appointment_id,
        course_id=one.course_id,
        starts_at=one.starts_at,
        reason="entered_in_error",
    )


def moved_back(client_id: UUID, before: Appointment, now: Appointment) -> AppointmentMoved:
    """The visit is again where it was."""
    return AppointmentMoved(
        client_id=client_id, **place(before), previous_starts_at=now.starts_at, revision=now.revision + 1
    )


def reinstated(client_id: UUID, one: Appointment) -> AppointmentReinstated:
    """The appointment is booked again."""
    return AppointmentReinstated(client_id=client_id, **place(one))


def place(one: Any) -> dict[str, Any]:
    """What events say about where and when an appointment is."""
    when = ("starts_at", "ends_at", "buffer_minutes", "buffer_before_minutes")
    fields = ("appointment_id", "course_id", "therapist_id", "room_id", *when, "equipment")
    return {name: getattr(one, name) for name in fields}


def names(command: Any, one: Appointment) -> dict[str, Any]:
    """What every event of an appointment carries."""
    return {"client_id": command.client_id, "appointment_id": one.appointment_id, "course_id": one.course_id}


ATTEND: dict[type[Command], Callable[[Any, Itinerary], list[Event]]] = {
    CancelAppointment: cancel,
    MarkMissed: miss,
    MarkArrived: arrive,
    Undo: undo,
}
