"""What `protocol` publishes: where a course stands and what should happen next."""

from datetime import date
from uuid import UUID

from shared.messages import Event, Instant
from shared.vocabulary import DeviationRule, MilestoneKind, Reason, Region


class CourseEvent(Event, frozen=True, kw_only=True):
    """Every event of a course names the course and its client."""

    client_id: UUID
    course_id: UUID


class SeriesStarted(CourseEvent, frozen=True, kw_only=True):
    """A series is the phase of the next session from this day on. `number` counts from 1."""

    protocol: str
    number: int
    sessions: int
    on: date


class SessionCounted(CourseEvent, frozen=True, kw_only=True):
    """A session took its place in the course: `ordinal` 1, 2, 3 …"""

    session_id: UUID
    ordinal: int
    on: date
    appointment_id: UUID | None = None


class SessionDiscounted(CourseEvent, frozen=True, kw_only=True):
    """A session counted earlier counts no more: withdrawn in `records`, or it belongs to another course."""

    session_id: UUID
    reason: Reason | None = None


class SeriesCompleted(CourseEvent, frozen=True, kw_only=True):
    """The last session of a series is done."""

    number: int
    sessions: int
    on: date


class BreakStarted(CourseEvent, frozen=True, kw_only=True):
    """No massage after `started_on` (the last session's day) until `first_day`, which can be booked again."""

    number: int
    weeks: int
    started_on: date
    first_day: date


class BreakEnded(CourseEvent, frozen=True, kw_only=True):
    """The break is over; `early` when a session inside it ended it."""

    number: int
    on: date
    early: bool = False


class MaintenanceStarted(CourseEvent, frozen=True, kw_only=True):
    """From this day on once a week or more, without end."""

    on: date


class NotePrepared(CourseEvent, frozen=True, kw_only=True):
    """The note for the next session is ready. `digest` changes only when something that matters changed.

    With the course as it stood, its protocol's version and the practice's own values (`settings` names them) the note
    can be made again, byte for byte.
    """

    ordinal: int
    prepared_at: Instant
    digest: str
    settings: str = ""


class CadenceSlipped(CourseEvent, frozen=True, kw_only=True):
    """Too few sessions in the seven days from `week_from`: told, never refused."""

    week_from: date
    sessions: int
    expected: int


class CourseLapsed(CourseEvent, frozen=True, kw_only=True):
    """A long gap inside a phase: no session since `since`."""

    since: date
    on: date


class DeviationNoted(CourseEvent, frozen=True, kw_only=True):
    """Something took place, or was booked, against the protocol. A fact, recorded and flagged.

    `figure` went past `limit` (minutes, days or sessions, as the rule has it), and `source` is the rule's. Noted
    again for the same session, appointment or day it replaces the one before.
    """

    rule: DeviationRule
    on: date
    session_id: UUID | None = None
    appointment_id: UUID | None = None
    figure: int | None = None
    limit: int | None = None
    source: str | None = None
    region: Region | None = None


class ExerciseMilestone(CourseEvent, frozen=True, kw_only=True):
    """Exercise cleared, a week's target met, four target weeks in a row, or a function milestone.

    `per_week` is the target in force, `value` the count, steps or minutes reached, `week_from` the week it is about.
    """

    kind: MilestoneKind
    on: date
    per_week: int | None = None
    value: int | None = None
    week_from: date | None = None


class OverrideGranted(CourseEvent, frozen=True, kw_only=True):
    """A named therapist or owner allows a day against the protocol."""

    rule: str
    date: date
    reason: Reason
    granted_by: str


class CoursePaused(CourseEvent, frozen=True, kw_only=True):
    """An agreed absence, neither slip nor lapse. `to` is the last day of it, open when absent."""

    paused_from: date
    reason: Reason
    to: date | None = None


class CourseResumed(CourseEvent, frozen=True, kw_only=True):
    """The client is back; `on` is the first day that counts again."""

    on: date


class CourseClosed(CourseEvent, frozen=True, kw_only=True):
    """The course is over; `cancel_appointments` asks for its visits to come to be called off."""

    reason: Reason
    on: date
    cancel_appointments: bool = False


class CourseReopened(CourseEvent, frozen=True, kw_only=True):
    """A closed course goes on where it was: somebody asked for it, or a session that had finished it was withdrawn."""

    on: date
    asked: bool = False


PUBLISHED = (
    SeriesStarted,
    SessionCounted,
    SessionDiscounted,
    SeriesCompleted,
    BreakStarted,
    BreakEnded,
    MaintenanceStarted,
    NotePrepared,
    CadenceSlipped,
    CourseLapsed,
    DeviationNoted,
    ExerciseMilestone,
    OverrideGranted,
    CoursePaused,
    CourseResumed,
    CourseClosed,
    CourseReopened,
)
