"""The private events of a chart, and the base of all that are sealed: stored encrypted, never published."""

from hashlib import sha256
from typing import ClassVar
from uuid import UUID

import msgspec

from services.records.domain.fiqr import FiqrAnswers
from services.records.domain.screening import ScreeningAnswers
from shared.events.records import (
    OutcomeMeasured,
    ScreeningRecorded,
    SessionAmended,
    SessionCompleted,
    SessionWithdrawn,
)
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


class ChartErased(Event, frozen=True, kw_only=True):
    """The client was erased; what is left of the chart is codes and numbers that nobody is shown."""

    client_id: UUID


ChartEvent = (
    SessionCompleted
    | SessionNoted
    | SessionAmended
    | SessionWithdrawn
    | ChangeExplained
    | ScreeningRecorded
    | ScreeningAnswered
    | OutcomeMeasured
    | OutcomeAnswered
    | ChartErased
)


def figures_of(event: SessionCompleted) -> bytes:
    """A fingerprint of a session's figures, the same whether they were recorded or amended."""
    names = SessionCompleted.__struct_fields__
    return fingerprint(SessionCompleted(**{name: getattr(event, name) for name in names}))


def fingerprint(event: Event) -> bytes:
    """The same for equal events, and telling nothing of what is in them."""
    return sha256(msgspec.msgpack.encode(event)).digest()[:16]
