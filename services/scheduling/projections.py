"""From own events to the rows that calendars, slots and answers are read from."""

from collections.abc import Iterator

import msgspec

from services.scheduling.domain.closure import PracticeClosed
from services.scheduling.domain.room import RoomAdded, RoomChanged, RoomDeactivated
from services.scheduling.domain.therapist import (
    HoursSet,
    TherapistAdded,
    TherapistChanged,
    TherapistDeactivated,
    TimeOffTaken,
)
from services.scheduling.domain.visits import ClientForgotten, CourseEntered, SessionNoted, SessionStruck
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentFulfilled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
    ClientArrived,
)
from shared.messages import Event, Recorded
from shared.store.unit import Projections, Statement

STATUS: dict[type[Event], str] = {
    AppointmentCancelled: "cancelled",
    ClientArrived: "arrived",
    AppointmentMissed: "missed",
    AppointmentReinstated: "booked",
}


def on_booked(recorded: Recorded) -> Iterator[Statement]:
    """A new row."""
    event: AppointmentBooked = recorded.event
    yield (
        """
        insert into appointment (appointment_id, client_id, course_id, therapist_id, room_id, starts_at, ends_at,
                                 buffer_minutes, status) values ($1, $2, $3, $4, $5, $6, $7, $8, 'booked')
        """,
        (
            event.appointment_id,
            event.client_id,
            event.course_id,
            event.therapist_id,
            event.room_id,
            event.starts_at,
            event.ends_at,
            event.buffer_minutes,
        ),
    )


def on_moved(recorded: Recorded) -> Iterator[Statement]:
    """The same row elsewhere."""
    event: AppointmentMoved = recorded.event
    yield (
        """
        update appointment set therapist_id = $2, room_id = $3, starts_at = $4, ends_at = $5, buffer_minutes = $6,
                               revision = $7 where appointment_id = $1
        """,
        (
            event.appointment_id,
            event.therapist_id,
            event.room_id,
            event.starts_at,
            event.ends_at,
            event.buffer_minutes,
            event.revision,
        ),
    )


def on_status(recorded: Recorded) -> Iterator[Statement]:
    """What became of it; none of these has a session."""
    status = STATUS[type(recorded.event)]
    sql = "update appointment set status = $2, session_id = null where appointment_id = $1"
    yield sql, (recorded.event.appointment_id, status)


def on_fulfilled(recorded: Recorded) -> Iterator[Statement]:
    """It has its session."""
    event: AppointmentFulfilled = recorded.event
    sql = "update appointment set status = 'fulfilled', session_id = $2 where appointment_id = $1"
    yield sql, (event.appointment_id, event.session_id)


def on_course_entered(recorded: Recorded) -> Iterator[Statement]:
    """Where the course's ordinals start from."""
    event: CourseEntered = recorded.event
    sql = "insert into course (course_id, client_id, sessions_before) values ($1, $2, $3) on conflict do nothing"
    yield sql, (event.course_id, event.client_id, event.sessions_before)


def on_session_noted(recorded: Recorded) -> Iterator[Statement]:
    """A session without an appointment has an ordinal too."""
    event: SessionNoted = recorded.event
    sql = "insert into noted_session (session_id, client_id, course_id, started_at) values ($1, $2, $3, $4)"
    yield sql, (event.session_id, event.client_id, event.course_id, event.started_at)


def on_session_struck(recorded: Recorded) -> Iterator[Statement]:
    """It has none after all."""
    yield "delete from noted_session where session_id = $1", (recorded.event.session_id,)


def on_client_forgotten(recorded: Recorded) -> Iterator[Statement]:
    """Nothing about an erased client can be read here any more."""
    for table in ("appointment", "course", "noted_session"):
        yield f"delete from {table} where client_id = $1", (recorded.event.client_id,)


def on_therapist(recorded: Recorded) -> Iterator[Statement]:
    """The therapist's particulars as they now stand."""
    event: TherapistAdded | TherapistChanged = recorded.event
    of = event.particulars
    yield (
        """
        insert into therapist (therapist_id, name, email, rooms, buffer_minutes) values ($1, $2, $3, $4, $5)
            on conflict (therapist_id) do update set name = excluded.name, email = excluded.email,
                        rooms = excluded.rooms, buffer_minutes = excluded.buffer_minutes
        """,
        (event.therapist_id, of.name, of.email, of.rooms, of.buffer_minutes),
    )


def on_hours_set(recorded: Recorded) -> Iterator[Statement]:
    """The weekly hours as they now stand."""
    event: HoursSet = recorded.event
    hours = msgspec.json.encode(event.hours)
    yield "update therapist set hours = $2 where therapist_id = $1", (event.therapist_id, hours)


def on_time_off_taken(recorded: Recorded) -> Iterator[Statement]:
    """An absence."""
    event: TimeOffTaken = recorded.event
    yield (
        "insert into time_off (time_off_id, therapist_id, starts_at, ends_at, reason) values ($1, $2, $3, $4, $5)",
        (event.time_off_id, event.therapist_id, event.starts_at, event.ends_at, event.reason),
    )


def on_therapist_deactivated(recorded: Recorded) -> Iterator[Statement]:
    """Nothing more is booked."""
    yield "update therapist set active = false where therapist_id = $1", (recorded.event.therapist_id,)


def on_room(recorded: Recorded) -> Iterator[Statement]:
    """The room's name as it now stands."""
    event: RoomAdded | RoomChanged = recorded.event
    sql = "insert into room (room_id, name) values ($1, $2) on conflict (room_id) do update set name = excluded.name"
    yield sql, (event.room_id, event.name)


def on_room_deactivated(recorded: Recorded) -> Iterator[Statement]:
    """Nothing more is booked."""
    yield "update room set active = false where room_id = $1", (recorded.event.room_id,)


def on_practice_closed(recorded: Recorded) -> Iterator[Statement]:
    """A closure."""
    event: PracticeClosed = recorded.event
    sql = "insert into closure (closure_id, starts_at, ends_at, reason) values ($1, $2, $3, $4)"
    yield sql, (event.closure_id, event.starts_at, event.ends_at, event.reason)


PROJECTIONS: Projections = {
    AppointmentBooked: on_booked,
    AppointmentMoved: on_moved,
    AppointmentCancelled: on_status,
    ClientArrived: on_status,
    AppointmentMissed: on_status,
    AppointmentReinstated: on_status,
    AppointmentFulfilled: on_fulfilled,
    CourseEntered: on_course_entered,
    SessionNoted: on_session_noted,
    SessionStruck: on_session_struck,
    ClientForgotten: on_client_forgotten,
    TherapistAdded: on_therapist,
    TherapistChanged: on_therapist,
    HoursSet: on_hours_set,
    TimeOffTaken: on_time_off_taken,
    TherapistDeactivated: on_therapist_deactivated,
    RoomAdded: on_room,
    RoomChanged: on_room,
    RoomDeactivated: on_room_deactivated,
    PracticeClosed: on_practice_closed,
}
