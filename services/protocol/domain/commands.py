"""What can be asked of a course. `now` is always the instant of the practice's clock."""

import datetime as dt
from datetime import date
from typing import Literal
from uuid import UUID

from shared.events.records import ExerciseLogged, SessionCompleted
from shared.messages import Command, Instant
from shared.vocabulary import CadenceRule, Reason, TenderPoint


class CourseCommand(Command, frozen=True, kw_only=True):
    """Every command knows when it is."""

    now: Instant


class OpenCourse(CourseCommand, frozen=True, kw_only=True):
    """A client starts to follow a protocol."""

    client_id: UUID
    course_id: UUID
    protocol: str
    starts_on: date
    sessions_before: int = 0
    last_session_on: date | None = None
    event_at: Instant | None = None


class CountSession(CourseCommand, frozen=True, kw_only=True):
    """A session took place, or its figures were corrected."""

    session: SessionCompleted


class WithdrawSession(CourseCommand, frozen=True, kw_only=True):
    """A session did not take place after all."""

    session_id: UUID
    reason: Reason | None = None


class NoteScreening(CourseCommand, frozen=True, kw_only=True):
    """A screening found these tender points then."""

    at: Instant
    tender_points: tuple[TenderPoint, ...]


class CountExercise(CourseCommand, frozen=True, kw_only=True):
    """The client exercised at home."""

    exercise: ExerciseLogged


class AgreeVisit(CourseCommand, frozen=True, kw_only=True):
    """An appointment of this course was booked or moved."""

    appointment_id: UUID
    starts_at: Instant
    ends_at: Instant


class DropVisit(CourseCommand, frozen=True, kw_only=True):
    """An appointment of this course is no more to come.

    `used_at` is when it was to begin, if by the practice's setting it uses up a session all the same.
    """

    appointment_id: UUID
    used_at: Instant | None = None


class GrantOverride(CourseCommand, frozen=True, kw_only=True):
    """Allow this day against this rule."""

    rule: CadenceRule
    date: dt.date
    reason: Reason
    granted_by: str


class PauseCourse(CourseCommand, frozen=True, kw_only=True):
    """An agreed absence from a day on; `to` is its last day, open when absent."""

    paused_from: date
    reason: Reason
    to: date | None = None


class ResumeCourse(CourseCommand, frozen=True, kw_only=True):
    """The client is back today."""


class CloseCourse(CourseCommand, frozen=True, kw_only=True):
    """No more of this course, and if so asked none of its visits to come."""

    reason: Reason
    cancel_appointments: bool = False


class ReopenCourse(CourseCommand, frozen=True, kw_only=True):
    """Go on where it was."""


class DecideLapse(CourseCommand, frozen=True, kw_only=True):
    """After a long gap: go on, or start the series again."""

    decision: Literal["continue", "repeat"]


class ForgetClient(CourseCommand, frozen=True, kw_only=True):
    """The client was erased."""


class Review(CourseCommand, frozen=True, kw_only=True):
    """Time has passed: end breaks, judge weeks, notice lapses."""
