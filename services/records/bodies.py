"""What happened in the room and at home, as it comes in: bodies, and what msgspec cannot check by itself."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import UNSET, Meta, Struct, UnsetType

from services.records.domain.fiqr import FiqrAnswers
from services.records.domain.screening import Companion, ScreeningAnswers
from shared.clock import day_of
from shared.events.records import RegionWorked, SessionCompleted
from shared.http.problems import Malformed
from shared.messages import Instant
from shared.vocabulary import ExerciseRegion, Reason, Region, Side, Technique, TenderPoint

T = TypeVar("T")
Pain = Annotated[int, Meta(ge=0, le=10)]
MinutesLying = Annotated[int, Meta(ge=0, le=240)]
MinutesOfDay = Annotated[int, Meta(ge=1, le=1440)]
Text = Annotated[str, Meta(max_length=20_000)]
LONGEST_SESSION = timedelta(hours=24)
"""A session that took longer is a slip of the pen."""
Techniques = Annotated[list[Technique], Meta(max_length=len(get_args(Technique)))]
TenderPoints = Annotated[list[TenderPoint], Meta(max_length=len(get_args(TenderPoint)))]
ExerciseRegions = Annotated[list[ExerciseRegion], Meta(max_length=len(get_args(ExerciseRegion)))]


class RegionGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One region worked, with the minutes and techniques."""

    region: Region
    minutes: Annotated[int, Meta(ge=1, le=240)]
    side: Side | None = None
    techniques: Techniques | None = None


Regions = Annotated[list[RegionGiven], Meta(max_length=60)]
"""Entries of a session: each region may come more than once, with a side and techniques of its own."""


class Reactions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Did the pain grow, did the client contract a muscle?"""

    aggravated: bool = False
    contraction: bool = False


class Note(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The therapist's note, in four parts."""

    subjective: Text = ""
    objective: Text = ""
    assessment: Text = ""
    plan: Text = ""


class SessionGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session that took place. `session_id` may be made by the client's device, so that it can send it twice."""

    therapist_id: UUID
    started_at: Instant
    ended_at: Instant
    pain_before: Pain
    pain_after: Pain
    regions: Regions
    session_id: UUID | None = None
    course_id: UUID | None = None
    appointment_id: UUID | None = None
    prone_minutes: MinutesLying | None = None
    tender_points: TenderPoints | None = None
    threshold_risen: bool | None = None
    reactions: Reactions | None = None
    note: Note | None = None


class Amendment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change and why; `explanation` is for the chart only."""

    reason: Reason
    explanation: Text | None = None
    therapist_id: UUID | UnsetType = UNSET
    started_at: Instant | UnsetType = UNSET
    ended_at: Instant | UnsetType = UNSET
    pain_before: Pain | UnsetType = UNSET
    pain_after: Pain | UnsetType = UNSET
    regions: Regions | UnsetType = UNSET
    course_id: UUID | UnsetType | None = UNSET
    appointment_id: UUID | UnsetType | None = UNSET
    prone_minutes: MinutesLying | UnsetType | None = UNSET
    tender_points: TenderPoints | UnsetType | None = UNSET
    threshold_risen: bool | UnsetType | None = UNSET
    reactions: Reactions | UnsetType | None = UNSET
    note: Note | UnsetType | None = UNSET


class Withdrawal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the session did not take place after all."""

    reason: Reason
    explanation: Text | None = None


class ScreeningGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was asked and found; `pain` is now, 0–10."""

    answers: ScreeningAnswers
    tender_points: TenderPoints
    pain: Pain

    def __post_init__(self) -> None:
        # Not in the type of the answers: what was stored before must stay readable.
        if len(self.answers.companions or []) > len(get_args(Companion)):
            raise Malformed("answers.companions", "Name each companion once.")


class ExerciseGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exercise at home on a day of the practice's zone."""

    date: date
    regions: ExerciseRegions
    minutes: MinutesOfDay
    pain: Pain | None = None
    steps: Annotated[int, Meta(ge=0, le=200_000)] | None = None
    walked_minutes: Annotated[int, Meta(ge=0, le=1440)] | None = None


class OutcomeGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure: `fiqr` with `answers`, any other with `value` (0–10; `tender_points` 0–18)."""

    measure: Literal["fiqr", "sleep", "fatigue", "stiffness", "headache", "tender_points"]
    answers: FiqrAnswers | None = None
    value: Annotated[float, Meta(ge=0, le=18)] | None = None
    measured_on: date | None = None


def figures_given(body: SessionGiven | Amendment) -> dict[str, Any]:
    """The fields of `SessionCompleted` that a body gives, in their stored form."""
    given = {name: getattr(body, name) for name in FIGURES}
    return {
        field: value
        for name, asked in given.items()
        if asked is not UNSET
        for field, value in _stored(name, asked).items()
    }


def _stored(name: str, value: Any) -> dict[str, Any]:
    match name:
        case "started_at" | "ended_at":
            return {name: value.astimezone(UTC)}
        case "regions":
            return {name: [_region(region) for region in value]}
        case "tender_points":
            return {name: once(value or [])}
        case "threshold_risen":
            return {name: bool(value)}
        case "reactions":
            seen = value or Reactions()
            return {"aggravated": seen.aggravated, "contraction": seen.contraction}
    return {name: value}


FIGURES = [name for name in SessionGiven.__struct_fields__ if name not in {"session_id", "note"}]


def _region(given: RegionGiven) -> RegionWorked:
    return RegionWorked(
        region=given.region, minutes=given.minutes, side=given.side, techniques=once(given.techniques or [])
    )


def once(named: Iterable[T]) -> list[T]:
    """What was named, each once."""
    return list(dict.fromkeys(named))


def check_times(session: SessionCompleted, now: datetime, zone: ZoneInfo) -> None:
    """A session ends after it starts, within a day, and it is not of a day to come. Raises `Malformed`."""
    if session.ended_at <= session.started_at:
        raise Malformed("ended_at", "A session ends after it starts.")
    if session.ended_at - session.started_at > LONGEST_SESSION:
        raise Malformed("ended_at", "A session ends within a day. Check the date.")
    if day_of(session.started_at, zone) > day_of(now, zone):
        raise Malformed("started_at", "This session has not taken place yet.")


def check_day(field: str, day: date, today: date) -> None:
    """A fact is of today or earlier. Raises `Malformed`."""
    if day > today:
        raise Malformed(field, "This day has not taken place yet.")
