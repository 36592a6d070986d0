"""What `protocol` is asked: verdicts on days, choices of days, re-flows, where a course stands, its note."""

import datetime as dt
from typing import Any
from uuid import UUID

from msgspec import Struct

from shared.questions.question import Question


class Verdict(Struct, frozen=True, kw_only=True):
    """Would this day do as the next session, in this order?"""

    date: dt.date
    ordinal: int
    allowed: bool
    rule: str | None = None
    detail: str | None = None
    earliest: dt.date | None = None


class AskVerdicts(Question, frozen=True, kw_only=True):
    """Verdicts on several lists of days, each judged by itself. Absent when the course is unknown."""

    to = "protocol"
    answer = list[list[Verdict]] | None
    course_id: UUID
    client_id: UUID
    itineraries: list[list[dt.date]]


class Candidate(Struct, frozen=True, kw_only=True):
    """A day with a free time; `rank` 0 is what was wished for, higher is worse."""

    date: dt.date
    rank: int = 0


class PlannedBreak(Struct, frozen=True, kw_only=True):
    """No visit from `started_on` (exclusive) to `first_day` (exclusive)."""

    started_on: dt.date
    first_day: dt.date


class WayDay(Struct, frozen=True, kw_only=True):
    """A day a session may be on, and which days of the session after it may follow (by their places there)."""

    date: dt.date
    next: list[int]


class SessionWays(Struct, frozen=True, kw_only=True):
    """A session to be placed. `a_week` sessions a week are planned for; a break of `rest` days comes after it."""

    ordinal: int
    phase: str
    a_week: int
    days: list[WayDay]
    rest: int = 0


class NoWay(Struct, frozen=True, kw_only=True):
    """A session that finds no day. It could be from `due` on; `near` are the nearest free days, and what is wrong."""

    ordinal: int
    why: str
    due: dt.date | None = None
    near: list[Verdict] = []


class CourseWays(Struct, frozen=True, kw_only=True):
    """Every choice of days that costs neither a week nor a slip more than need be. `pause` is a break under way."""

    sessions: list[SessionWays] = []
    pause: PlannedBreak | None = None
    unplaced: list[NoWay] = []


class AskWays(Question, frozen=True, kw_only=True):
    """All the best choices of days for the next sessions, out of the days on which there is a free time.

    `booked` are days already agreed: they count as sessions that come first. `sessions` is a number, `series` (what
    is left of the current one) or `course` (all that is left of the series and `maintenance_visits` more).
    `days_a_week` is how many the client wished for; no choice goes faster than that and the protocol allow.
    Absent when the course is unknown.
    """

    to = "protocol"
    answer = CourseWays | None
    course_id: UUID
    client_id: UUID
    sessions: int | str
    days: list[dt.date]
    booked: list[dt.date] = []
    days_a_week: int | None = None
    maintenance_visits: int = 8


class ReflowPlan(Struct, frozen=True, kw_only=True):
    """Days for the visits that are put right, in order, and the visits no day will do for."""

    days: list[dt.date]
    unplaced: list[NoWay] = []


class AskReflow(Question, frozen=True, kw_only=True):
    """Choose days for `sessions` visits of a course so that as little as possible changes.

    `was` are the days those visits have now (the lost ones too), `booked` those of visits that stay and come first.
    A candidate of rank 0 is a day on which a visit can stay as it is, 1 one on which it can stay at another time
    or with another therapist; higher ranks are other days. Absent when the course is unknown.
    """

    to = "protocol"
    answer = ReflowPlan | None
    course_id: UUID
    client_id: UUID
    sessions: int
    was: list[dt.date]
    candidates: list[Candidate]
    booked: list[dt.date] = []


class CourseFacts(Struct, frozen=True, kw_only=True):
    """Where a course stands, for whoever books or writes about it."""

    course_id: UUID
    client_id: UUID
    protocol: str
    title: str
    status: str
    sessions_completed: int
    completed_on: list[dt.date]
    total: int | None


class AskCourse(Question, frozen=True, kw_only=True):
    """Does the course exist, whose is it, how many sessions are done? Absent when unknown."""

    to = "protocol"
    answer = CourseFacts | None
    course_id: UUID


class AskNote(Question, frozen=True, kw_only=True):
    """The note for the course's next session, as `GET /courses/{id}/note` gives it, with its `digest`."""

    to = "protocol"
    answer = dict[str, Any] | None
    course_id: UUID
