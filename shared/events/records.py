"""What `records` publishes: who the client is (an id), what happened in the room (codes and numbers)."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from shared.messages import Event, Instant
from shared.vocabulary import ExerciseRegion, Reason, Region, Side, Technique, TenderPoint


class ClientRegistered(Event, frozen=True, kw_only=True):
    """A person became a client. Name and address stay in `records`, sealed."""

    client_id: UUID


class ClientErased(Event, frozen=True, kw_only=True):
    """The client's key is destroyed: every service forgets what points at the person."""

    client_id: UUID


class ScreeningRecorded(Event, frozen=True, kw_only=True):
    """A screening *suggests*, it never diagnoses (domain.md §3.5)."""

    client_id: UUID
    screening_id: UUID
    suggests: str
    tender_point_count: int
    pain: int
    tender_points: list[TenderPoint] = []


class RegionWorked(Struct, frozen=True, kw_only=True):
    """One region in one session, with the minutes spent and the techniques used."""

    region: Region
    minutes: int
    side: Side | None = None
    techniques: list[Technique] = []


class SessionCompleted(Event, frozen=True, kw_only=True):
    """A massage took place. `prone_minutes` is the longest stretch lying prone; pain is 0–10."""

    client_id: UUID
    session_id: UUID
    therapist_id: UUID
    started_at: Instant
    ended_at: Instant
    pain_before: int
    pain_after: int
    regions: list[RegionWorked]
    course_id: UUID | None = None
    appointment_id: UUID | None = None
    prone_minutes: int | None = None
    tender_points: list[TenderPoint] = []
    threshold_risen: bool = False
    aggravated: bool = False
    contraction: bool = False


class SessionAmended(SessionCompleted, frozen=True, kw_only=True):
    """The session's figures were corrected; this carries all of them as they now stand."""

    reason: Reason


class SessionWithdrawn(Event, frozen=True, kw_only=True):
    """The session did not take place after all."""

    client_id: UUID
    session_id: UUID
    reason: Reason
    course_id: UUID | None = None
    appointment_id: UUID | None = None


class ExerciseLogged(Event, frozen=True, kw_only=True):
    """The client exercised at home on this day (a day of the practice's zone)."""

    client_id: UUID
    exercise_id: UUID
    date: date
    regions: list[ExerciseRegion]
    minutes: int
    pain: int | None = None
    steps: int | None = None
    walked_minutes: int | None = None


class OutcomeMeasured(Event, frozen=True, kw_only=True):
    """A measure of how the client fares: `fiqr` is 0–100, the others 0–10 (tender points 0–18)."""

    client_id: UUID
    outcome_id: UUID
    measure: str
    score: float
    measured_on: date


PUBLISHED = (
    ClientRegistered,
    ClientErased,
    ScreeningRecorded,
    SessionCompleted,
    SessionAmended,
    SessionWithdrawn,
    ExerciseLogged,
    OutcomeMeasured,
)
