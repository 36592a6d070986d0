"""Which courses a client has."""

from collections.abc import Iterator

from services.protocol.domain.events import ClientForgotten, CourseOpened
from shared.events.protocol import CourseClosed, CourseReopened
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_course_opened(recorded: Recorded) -> Iterator[Statement]:
    """A course of the client's."""
    event = recorded.event
    yield (
        "insert into course (course_id, client_id, protocol, opened_at) values ($1, $2, $3, $4)",
        (event.course_id, event.client_id, event.protocol, recorded.recorded_at),
    )


def on_course_closed(recorded: Recorded) -> Iterator[Statement]:
    """No longer open."""
    yield "update course set closed = true where course_id = $1", (recorded.event.course_id,)


def on_course_reopened(recorded: Recorded) -> Iterator[Statement]:
    """Open again."""
    yield "update course set closed = false where course_id = $1", (recorded.event.course_id,)


def on_client_forgotten(recorded: Recorded) -> Iterator[Statement]:
    """Nothing points from the client to the course any more."""
    yield "delete from course where course_id = $1", (recorded.event.course_id,)


PROJECTIONS: Projections = {
    CourseOpened: on_course_opened,
    CourseClosed: on_course_closed,
    CourseReopened: on_course_reopened,
    ClientForgotten: on_client_forgotten,
}
