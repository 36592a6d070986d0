"""What the API takes and gives."""

import datetime as dt
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct, field

from services.protocol.history import Happening
from services.protocol.views import CourseView
from shared.http.problems import Malformed
from shared.messages import Instant
from shared.questions.protocol import Verdict
from shared.vocabulary import CadenceRule, Reason


class OpenCourseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A course to open; one opened part-way names the sessions given before and the day of the last."""

    client_id: UUID
    protocol: Annotated[str, Meta(max_length=200)]
    starts_on: date
    sessions_before: Annotated[int, Meta(ge=0, le=1000)] = 0
    last_session_on: date | None = None
    event_at: Instant | None = None

    def __post_init__(self) -> None:
        if self.last_session_on and not self.sessions_before:
            raise Malformed("sessions_before", "Say how many sessions were given before, or leave out last_session_on.")
        if self.sessions_before and not self.last_session_on:
            raise Malformed("last_session_on", "Sessions were given before: on which day was the last?")


class CheckBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days to judge, in this order."""

    dates: Annotated[list[date], Meta(max_length=500)]


class OverrideBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day to allow against a rule."""

    rule: CadenceRule
    date: dt.date
    reason: Reason


class PauseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreed absence; `to` is its last day, open when absent."""

    first: date = field(name="from")
    reason: Reason
    to: date | None = None

    def __post_init__(self) -> None:
        if self.to and self.to < self.first:
            raise Malformed("to", "The pause ends before it begins.")


class CloseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, and whether the course's visits to come are called off with it."""

    reason: Reason
    cancel_appointments: bool = False


class EmptyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to say."""


class LapseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do after a long gap."""

    decision: Literal["continue", "repeat"]


class ClientQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose courses."""

    client_id: UUID


class AsOfQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As of an instant, inclusive."""

    as_of: Instant | None = None


class Brief(Struct, frozen=True, kw_only=True):
    """A protocol in a line."""

    id: str
    title: str
    version: int
    summary: str
    total: int | None
    label: str | None


class Protocols(Struct, frozen=True, kw_only=True):
    """All protocols."""

    protocols: list[Brief]


class Courses(Struct, frozen=True, kw_only=True):
    """A client's courses."""

    courses: list[CourseView]


class Verdicts(Struct, frozen=True, kw_only=True):
    """One verdict for each day asked about."""

    verdicts: list[Verdict]


class History(Struct, frozen=True, kw_only=True):
    """What happened, in order."""

    history: list[Happening]


class Opened(Struct, frozen=True, kw_only=True):
    """A new course."""

    course_id: UUID
