"""Events only `protocol` itself reads: what it needs to decide again, later."""

import datetime as dt
from typing import Literal
from uuid import UUID

from shared.events.protocol import CourseEvent
from shared.events.records import SessionCompleted
from shared.messages import Instant
from shared.vocabulary import DeviationRule, ExerciseRegion, MilestoneKind, Region, TenderPoint


class CourseOpened(CourseEvent, frozen=True, kw_only=True):
    """A client follows a protocol from a day on; `sessions_before` were given elsewhere, the last on that day.

    `event_on` is the day on which the session for the event at `event_at` should begin.
    """

    protocol: str
    starts_on: dt.date
    sessions_before: int = 0
    last_session_on: dt.date | None = None
    event_at: Instant | None = None
    event_on: dt.date | None = None
    version: int | None = None


class SessionObserved(CourseEvent, frozen=True, kw_only=True):
    """The figures of a session as they now stand; a later one of the same session replaces them."""

    session: SessionCompleted
    on: dt.date


class ScreeningObserved(CourseEvent, frozen=True, kw_only=True):
    """A screening on this day found these tender points; the last one counts."""

    on: dt.date
    tender_points: tuple[TenderPoint, ...] = ()


class SessionSetAside(CourseEvent, frozen=True, kw_only=True):
    """A session took place after the course was closed: it counts if the course is opened again."""

    session: SessionCompleted
    on: dt.date


class CoursePutRight(CourseEvent, frozen=True, kw_only=True):
    """News of the past changed where the course stands: `phase` with so many sessions `done` is that of the next."""

    session_id: UUID
    why: Literal["withdrawn", "amended", "late"]
    sessions: int
    phase: str
    done: int


class VisitAgreed(CourseEvent, frozen=True, kw_only=True):
    """An appointment of the course was booked or moved to this time."""

    appointment_id: UUID
    starts_at: Instant
    ends_at: Instant
    on: dt.date


class VisitDropped(CourseEvent, frozen=True, kw_only=True):
    """The appointment is no more to come: cancelled, missed or done."""

    appointment_id: UUID


class SessionUsedUp(CourseEvent, frozen=True, kw_only=True):
    """The client missed a visit, or called it off late: by the practice's setting that uses up a session."""

    appointment_id: UUID
    on: dt.date


class SessionGivenBack(CourseEvent, frozen=True, kw_only=True):
    """The visit uses up no session after all."""

    appointment_id: UUID


class ExerciseObserved(CourseEvent, frozen=True, kw_only=True):
    """The client exercised on this day."""

    exercise_id: UUID
    on: dt.date
    steps: int | None = None
    walked_minutes: int | None = None
    regions: tuple[ExerciseRegion, ...] = ()


class ExerciseJudged(CourseEvent, frozen=True, kw_only=True):
    """A week of exercise is over: on how many days, the target in force, and whether it was met.

    `met` is absent where the week is left out: a day of it lies in a pause.
    """

    week_from: dt.date
    days: int
    target: int
    met: bool | None = None


class MilestoneLifted(CourseEvent, frozen=True, kw_only=True):
    """What is known of the past by now says that the week's target, or the row of weeks, was not met after all."""

    kind: MilestoneKind
    week_from: dt.date


class WeeksJudged(CourseEvent, frozen=True, kw_only=True):
    """What ended by this day has been looked at, whatever came of it."""

    to: dt.date


class SlipLifted(CourseEvent, frozen=True, kw_only=True):
    """What is known of the past by now says that the week had enough sessions, or was not to be judged."""

    week_from: dt.date


class LapseLifted(CourseEvent, frozen=True, kw_only=True):
    """What is known of the past by now says that there was no long gap; a series it repeated is not repeated."""

    since: dt.date


class SeriesRepeated(CourseEvent, frozen=True, kw_only=True):
    """After a lapse the series starts again: of its sessions up to the day `since` none counts for its place.

    `sessions` is how many those are, `place` how far the course has come without them, `given`
    how many sessions took place before them, `on` the day it was decided.
    """

    number: int
    sessions: int
    since: dt.date
    place: int
    on: dt.date | None = None
    given: int | None = None


class RepetitionLifted(CourseEvent, frozen=True, kw_only=True):
    """After the lapse since that day no series starts again: by what is known now nothing of it had been done."""

    since: dt.date


class LapseDecided(CourseEvent, frozen=True, kw_only=True):
    """After the lapse since that day: `continue` where it was, or `repeat` the series; `on` is when it was said."""

    decision: str
    since: dt.date | None = None
    on: dt.date | None = None


class ExerciseHeld(CourseEvent, frozen=True, kw_only=True):
    """A session was withdrawn and with it the clearance: exercise at home has to wait again."""


class ClearanceMoved(CourseEvent, frozen=True, kw_only=True):
    """The session that clears exercise took place on another day than was known; its weeks count from there."""

    on: dt.date


class DeviationLifted(CourseEvent, frozen=True, kw_only=True):
    """What was against the protocol was put right: `of` is the session or appointment, `on` the day of exercise."""

    rule: DeviationRule
    of: UUID | None = None
    on: dt.date | None = None
    region: Region | None = None


class ReviewScheduled(CourseEvent, frozen=True, kw_only=True):
    """The next instant at which time alone may change something."""

    at: Instant


class ClientForgotten(CourseEvent, frozen=True, kw_only=True):
    """The client was erased: the course answers as unknown."""


PRIVATE = (
    CourseOpened, SessionObserved, ScreeningObserved, SessionSetAside, CoursePutRight, VisitAgreed, VisitDropped,
    SessionUsedUp, SessionGivenBack, ExerciseObserved, ExerciseJudged, MilestoneLifted, WeeksJudged, SlipLifted,
    LapseLifted, SeriesRepeated, RepetitionLifted, LapseDecided, ExerciseHeld, ClearanceMoved, DeviationLifted,
    ReviewScheduled, ClientForgotten,
)  # fmt: skip
