"""What is personal in a chart, and the base of all such events: stored encrypted, never published."""

from typing import ClassVar
from uuid import UUID

from services.records.domain.fiqr import FiqrAnswers
from services.records.domain.screening import ScreeningAnswers
from shared.messages import Event
from shared.vocabulary import TenderPoint


class SealedEvent(Event, frozen=True, kw_only=True):
    """An event only the holder of the client's key can read. `client_id` says whose key."""

    sealed: ClassVar[bool] = True

    client_id: UUID


class SessionNoted(SealedEvent, frozen=True, kw_only=True):
    """What the therapist wrote about a session, in four parts; it replaces what was written before."""

    session_id: UUID
    subjective: str = ""
    objective: str = ""
    assessment: str = ""
    plan: str = ""


class ChangeExplained(SealedEvent, frozen=True, kw_only=True):
    """Why a session was amended or withdrawn, in the therapist's own words."""

    session_id: UUID
    explanation: str


class ScreeningAnswered(SealedEvent, frozen=True, kw_only=True):
    """What a screening was read from."""

    screening_id: UUID
    answers: ScreeningAnswers
    tender_points: list[TenderPoint]


class OutcomeAnswered(SealedEvent, frozen=True, kw_only=True):
    """The answers an outcome was scored from."""

    outcome_id: UUID
    answers: FiqrAnswers
