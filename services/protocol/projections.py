"""Which courses a client has, which course counts a session, and how courses are kept."""

from collections.abc import Iterator

from services.protocol.domain import events as own
from services.protocol.keeping import KEEPING
from shared.events.protocol import CourseClosed, CourseReopened, SessionDiscounted
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_course_opened(recorded: Recorded) -> Iterator[Statement]:
    """A course of the client's."""
    event = recorded.event
    yield (
        """
        insert into course (course_id, client_id, protocol, opened_at, sessions_before, starts_on)
        values ($1, $2, $3, $4, $5, $6)
        """,
        (
            event.course_id,
            event.client_id,
            event.protocol,
            recorded.recorded_at,
            event.sessions_before,
            event.starts_on,
        ),
    )


def on_course_closed(recorded: Recorded) -> Iterator[Statement]:
    """No longer open."""
    yield "update course set closed = true where course_id = $1", (recorded.event.course_id,)


def on_course_reopened(recorded: Recorded) -> Iterator[Statement]:
    """Open again."""
    yield "update course set closed = false where course_id = $1", (recorded.event.course_id,)


def on_session_observed(recorded: Recorded) -> Iterator[Statement]:
    """The course counts the session."""
    event = recorded.event
    session = event.session
    yield (
        """
        insert into session_course (session_id, course_id, started_at, pain_before) values ($1, $2, $3, $4)
        on conflict (session_id) do update
        set course_id = excluded.course_id, started_at = excluded.started_at, pain_before = excluded.pain_before
        """,
        (session.session_id, event.course_id, session.started_at, session.pain_before),
    )


def on_session_discounted(recorded: Recorded) -> Iterator[Statement]:
    """The course counts it no more; another may by now."""
    event = recorded.event
    yield "delete from session_course where session_id = $1 and course_id = $2", (event.session_id, event.course_id)


def on_client_forgotten(recorded: Recorded) -> Iterator[Statement]:
    """Nothing points from the client to the course any more."""
    for table in ("session_course", "course_pause", "slip", "lapse", "deviation", "exercise_week", "course"):
        yield f"delete from {table} where course_id = $1", (recorded.event.course_id,)


PROJECTIONS: Projections = {
    own.CourseOpened: on_course_opened,
    CourseClosed: on_course_closed,
    CourseReopened: on_course_reopened,
    own.SessionObserved: on_session_observed,
    SessionDiscounted: on_session_discounted,
    own.ClientForgotten: on_client_forgotten,
    **KEEPING,
}
