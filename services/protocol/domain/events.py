"""Events only `protocol` itself reads: what it needs to decide again, later."""

import datetime as dt
from uuid import UUID

from shared.events.protocol import CourseEvent
from shared.events.records import SessionCompleted
from shared.messages import Instant
from shared.vocabulary import DeviationRule


class CourseOpened(CourseEvent, frozen=True, kw_only=True):
    """A client follows a protocol from a day on; `sessions_before` were given elsewhere, the last on that day."""

    protocol: str
    starts_on: dt.date
    sessions_before: int = 0
    last_session_on: dt.date | None = None
    event_at: Instant | None = None


class SessionObserved(CourseEvent, frozen=True, kw_only=True):
    """The figures of a session as they now stand; a later one of the same session replaces them."""

    session: SessionCompleted
    on: dt.date


class VisitAgreed(CourseEvent, frozen=True, kw_only=True):
    """An appointment of the course was booked or moved to this time."""

    appointment_id: UUID
    starts_at: Instant
    ends_at: Instant
    on: dt.date


class VisitDropped(CourseEvent, frozen=True, kw_only=True):
    """The appointment is no more to come: cancelled, missed or done."""

    appointment_id: UUID


class ExerciseObserved(CourseEvent, frozen=True, kw_only=True):
    """The client exercised on this day."""

    exercise_id: UUID
    on: dt.date
    steps: int | None = None
    walked_minutes: int | None = None


class WeeksJudged(CourseEvent, frozen=True, kw_only=True):
    """Weeks before this day have been looked at, whatever came of it."""

    to: dt.date


class SeriesRepeated(CourseEvent, frozen=True, kw_only=True):
    """After a lapse the series starts again: of its sessions up to the day `since` none counts for its place.

    `sessions` is how many those are, `place` how far the course has come without them.
    """

    number: int
    sessions: int
    since: dt.date
    place: int


class LapseDecided(CourseEvent, frozen=True, kw_only=True):
    """After a lapse: `continue` where it was, or `repeat` the series."""

    decision: str


class ExerciseHeld(CourseEvent, frozen=True, kw_only=True):
    """A session was withdrawn and with it the clearance: exercise at home has to wait again."""


class DeviationLifted(CourseEvent, frozen=True, kw_only=True):
    """A session's figures or an appointment's time were put right: the deviation stands no more."""

    rule: DeviationRule
    of: UUID


class ReviewScheduled(CourseEvent, frozen=True, kw_only=True):
    """The next instant at which time alone may change something."""

    at: Instant


class ClientForgotten(CourseEvent, frozen=True, kw_only=True):
    """The client was erased: the course answers as unknown."""


PRIVATE = (
    CourseOpened,
    SessionObserved,
    VisitAgreed,
    VisitDropped,
    ExerciseObserved,
    WeeksJudged,
    SeriesRepeated,
    LapseDecided,
    ExerciseHeld,
    DeviationLifted,
    ReviewScheduled,
    ClientForgotten,
)
