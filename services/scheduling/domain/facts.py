"""What happened elsewhere: a session took place or did not, a client was erased. Facts are never refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.scheduling.domain.attendance import names, reinstated
from services.scheduling.domain.visits import Appointment, ClientForgotten, Itinerary, SessionNoted, SessionStruck
from shared.events.scheduling import AppointmentCancelled, AppointmentFulfilled, AppointmentMissed
from shared.messages import Command, Event
from shared.vocabulary import Reason

SAME_VISIT = timedelta(hours=12)
"""A session that names no appointment belongs to the course's visit nearest to it, at most so far away (policy)."""


class FulfilAppointment(Command, frozen=True, kw_only=True):
    """A session took place: at this appointment, or at the course's visit nearest to it, or at none."""

    client_id: UUID
    session_id: UUID
    started_at: datetime
    course_id: UUID | None = None
    appointment_id: UUID | None = None


class WithdrawSession(Command, frozen=True, kw_only=True):
    """The session did not take place after all."""

    client_id: UUID
    session_id: UUID


class ForgetClient(Command, frozen=True, kw_only=True):
    """The client was erased: nothing is agreed any more."""

    client_id: UUID


class CallOffCourse(Command, frozen=True, kw_only=True):
    """The course was closed, and none of its visits to come is to take place."""

    client_id: UUID
    course_id: UUID
    reason: Reason
    now: datetime


def fulfil(command: FulfilAppointment, state: Itinerary) -> list[Event]:
    """The session has its appointment, or stands for itself; told twice it changes nothing."""
    if state.forgotten or command.session_id in state.noted or state.of_session(command.session_id):
        return []
    if one := meant(command, state):
        return [AppointmentFulfilled(**names(command, one), session_id=command.session_id)]
    return [
        SessionNoted(
            client_id=command.client_id,
            session_id=command.session_id,
            course_id=command.course_id,
            started_at=command.started_at,
        )
    ]


def meant(command: FulfilAppointment, state: Itinerary) -> Appointment | None:
    """The appointment a session belongs to; one that has its session already takes no second."""
    if command.appointment_id:
        named = state.appointments.get(command.appointment_id)
        return named if named and named.session_id is None else None
    near = [(abs(one.starts_at - command.started_at), one) for one in state.open_visits(command.course_id)]
    nearest = min(near, key=lambda pair: pair[0], default=None)
    return nearest[1] if nearest and nearest[0] <= SAME_VISIT else None


def withdraw(command: WithdrawSession, state: Itinerary) -> list[Event]:
    """The appointment is again what it was before the session; what then becomes of it is for the desk to say."""
    if command.session_id in state.noted:
        return [SessionStruck(client_id=command.client_id, session_id=command.session_id)]
    one = state.of_session(command.session_id)
    if one is None or state.forgotten:
        return []
    if one.was == "missed":
        return [AppointmentMissed(**names(command, one), starts_at=one.starts_at, uses_session=one.uses_session)]
    if one.was == "cancelled":
        return [AppointmentCancelled(**names(command, one), starts_at=one.starts_at, reason="entered_in_error")]
    return [reinstated(command.client_id, one)]


def forget(command: ForgetClient, state: Itinerary) -> list[Event]:
    """Every open visit is called off, and the id is closed for ever."""
    if state.forgotten:
        return []
    open_visits = [one for one in state.appointments.values() if one.open]
    cancelled = [
        AppointmentCancelled(**names(command, one), starts_at=one.starts_at, reason="other") for one in open_visits
    ]
    return [*cancelled, ClientForgotten(client_id=command.client_id)]


def call_off(command: CallOffCourse, state: Itinerary) -> list[Event]:
    """Every booked visit of the course that has not begun is cancelled, in one decision; who is here is here."""
    to_come = [one for one in state.open_visits(command.course_id) if one.status == "booked"]
    return [
        AppointmentCancelled(**names(command, one), starts_at=one.starts_at, reason=command.reason)
        for one in to_come
        if one.starts_at > command.now
    ]


FACTS: dict[type[Command], Callable[[Any, Itinerary], list[Event]]] = {
    FulfilAppointment: fulfil,
    WithdrawSession: withdraw,
    ForgetClient: forget,
    CallOffCourse: call_off,
}
