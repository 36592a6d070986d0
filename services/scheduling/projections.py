"""From own events to the rows that calendars, slots and answers are read from.

An appointment's `sequence` counts what a calendar must hear of (RFC 5545, SEQUENCE), `changed_at` is when it last did.
"""

from collections.abc import Iterator

from services.scheduling.domain.visits import ClientForgotten, CourseEntered, SessionNoted, SessionStruck
from services.scheduling.hold_rows import HOLD_ROWS
from services.scheduling.practice_rows import PRACTICE
from services.scheduling.rolling_rows import ROLLING_ROWS
from services.scheduling.waitlist_rows import WAITLIST_ROWS, freed_first
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
                                 buffer_minutes, buffer_before_minutes, changed_at, status)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'booked')
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
            event.buffer_before_minutes,
            recorded.recorded_at,
        ),
    )


def on_moved(recorded: Recorded) -> Iterator[Statement]:
    """The same row elsewhere; the therapist who does not have the visit any more sees it cancelled."""
    event: AppointmentMoved = recorded.event
    yield (
        """
        with taken_back as (
            delete from handed_over where appointment_id = $1 and therapist_id = $2
        ), given as (
            insert into handed_over (appointment_id, client_id, therapist_id, room_id, starts_at, ends_at, sequence,
                                     changed_at)
            select appointment_id, client_id, therapist_id, room_id, starts_at, ends_at, sequence + 1, $9
              from appointment where appointment_id = $1 and therapist_id <> $2
        )
        update appointment set therapist_id = $2, room_id = $3, starts_at = $4, ends_at = $5, buffer_minutes = $6,
                               buffer_before_minutes = $7, revision = $8, sequence = sequence + 1, changed_at = $9
         where appointment_id = $1
        """,
        (
            event.appointment_id,
            event.therapist_id,
            event.room_id,
            event.starts_at,
            event.ends_at,
            event.buffer_minutes,
            event.buffer_before_minutes,
            event.revision,
            recorded.recorded_at,
        ),
    )


def on_status(recorded: Recorded) -> Iterator[Statement]:
    """What became of it; none of these has a session."""
    event, status = recorded.event, STATUS[type(recorded.event)]
    late, uses_session = getattr(event, "late", False), getattr(event, "uses_session", False)
    yield (
        """
        update appointment set status = $2, session_id = null, sequence = sequence + 1, changed_at = $3, late = $4,
                               uses_session = $5 where appointment_id = $1
        """,
        (event.appointment_id, status, recorded.recorded_at, late, uses_session),
    )


def on_fulfilled(recorded: Recorded) -> Iterator[Statement]:
    """It has its session."""
    event: AppointmentFulfilled = recorded.event
    yield (
        """
        update appointment set status = 'fulfilled', session_id = $2, sequence = sequence + 1, changed_at = $3
         where appointment_id = $1
        """,
        (event.appointment_id, event.session_id, recorded.recorded_at),
    )


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
    for table in ("appointment", "handed_over", "course", "noted_session"):
        yield f"delete from {table} where client_id = $1", (recorded.event.client_id,)


PLAIN: Projections = {
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
    **PRACTICE,
    **HOLD_ROWS,
    **WAITLIST_ROWS,
    **ROLLING_ROWS,
}
PROJECTIONS = freed_first(PLAIN)
