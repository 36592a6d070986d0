"""One client's chart as it is read: made from the log, because only there the sealed parts are."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.records.bodies import Note, Reactions
from services.records.domain.events import ChangeExplained, SessionNoted
from shared.events.records import (
    ExerciseLogged,
    OutcomeMeasured,
    RegionWorked,
    ScreeningRecorded,
    SessionAmended,
    SessionCompleted,
    SessionWithdrawn,
)
from shared.messages import Recorded
from shared.vocabulary import ExerciseRegion, Reason, TenderPoint


class Version(Struct, frozen=True, kw_only=True):
    """A session as it stood from `recorded_at` on; the reason is that of the amendment which made it."""

    recorded_at: datetime
    recorded_by: str
    therapist_id: UUID
    started_at: datetime
    ended_at: datetime
    pain_before: int
    pain_after: int
    regions: list[RegionWorked]
    course_id: UUID | None
    appointment_id: UUID | None
    prone_minutes: int | None
    tender_points: list[TenderPoint]
    threshold_risen: bool
    reactions: Reactions
    note: Note | None = None
    reason: Reason | None = None
    explanation: str | None = None


Doubt = Literal["over_8_hours", "under_5_minutes", "before_birth"]
"""What a session's times make one doubt. Facts are recorded as told; whoever reads the chart is told to look again."""
LONG, SHORT = timedelta(hours=8), timedelta(minutes=5)


class SessionView(Version, frozen=True, kw_only=True):
    """A session as it stands, and every version of it from the first on. `withdrawn`: it did not take place."""

    session_id: UUID
    versions: list[Version]
    withdrawn: Reason | None = None
    doubts: list[Doubt] = []


class OutcomeView(Struct, frozen=True, kw_only=True):
    """One measure."""

    outcome_id: UUID
    measure: str
    score: float
    measured_on: date


class ExerciseView(Struct, frozen=True, kw_only=True):
    """Exercise at home on one day."""

    exercise_id: UUID
    date: date
    regions: list[ExerciseRegion]
    minutes: int
    pain: int | None
    steps: int | None
    walked_minutes: int | None


class ScreeningView(Struct, frozen=True, kw_only=True):
    """What a screening suggests; it is no diagnosis."""

    screening_id: UUID
    suggests: str
    tender_point_count: int
    pain: int
    recorded_at: datetime


class ChartView(Struct, frozen=True, kw_only=True):
    """Everything clinical about one client, newest first."""

    client_id: UUID
    sessions: list[SessionView]
    outcomes: list[OutcomeView]
    exercises: list[ExerciseView]
    screenings: list[ScreeningView]


def chart_view(
    client_id: UUID, chart: Sequence[Recorded], diary: Sequence[Recorded], born: date | None = None
) -> ChartView:
    """Both streams as one page; of two things of one day the one recorded later comes first."""
    sessions = [replace(session, doubts=list(_doubts(session, born))) for session in sessions_of(chart)]
    outcomes = [_fields(OutcomeView, r.event) for r in chart if isinstance(r.event, OutcomeMeasured)]
    exercises = [_fields(ExerciseView, r.event) for r in diary if isinstance(r.event, ExerciseLogged)]
    screenings = [
        _fields(ScreeningView, r.event, recorded_at=r.recorded_at)
        for r in reversed(chart)
        if isinstance(r.event, ScreeningRecorded)
    ]
    return ChartView(
        client_id=client_id,
        sessions=sorted(sessions, key=lambda session: session.started_at)[::-1],
        outcomes=sorted(outcomes, key=lambda outcome: outcome.measured_on)[::-1],
        exercises=sorted(exercises, key=lambda exercise: exercise.date)[::-1],
        screenings=screenings,
    )


def _doubts(session: SessionView, born: date | None) -> Iterator[Doubt]:
    took = session.ended_at - session.started_at
    if took > LONG:
        yield "over_8_hours"
    if took < SHORT:
        yield "under_5_minutes"
    if born and session.ended_at.date() < born:
        yield "before_birth"


def _fields(view: type[Any], event: Struct, **more: Any) -> Any:
    return view(**{name: getattr(event, name) for name in view.__struct_fields__ if name not in more}, **more)


def sessions_of(chart: Sequence[Recorded]) -> list[SessionView]:
    """The sessions of a chart in the order they were recorded."""
    versions: dict[UUID, list[Version]] = {}
    withdrawn: dict[UUID, Reason] = {}
    for recorded in chart:
        match recorded.event:
            case SessionCompleted(session_id=session_id):
                versions.setdefault(session_id, []).append(_version(recorded, versions.get(session_id)))
            case SessionNoted(session_id=session_id):
                _amend_last(versions[session_id], note=_fields(Note, recorded.event))
            case ChangeExplained(session_id=session_id, explanation=explanation):
                _amend_last(versions[session_id], explanation=explanation)
            case SessionWithdrawn(session_id=session_id, reason=reason):
                withdrawn[session_id] = reason
    return [_session(session_id, made, withdrawn.get(session_id)) for session_id, made in versions.items()]


def _version(recorded: Recorded, before: Sequence[Version] | None) -> Version:
    """The figures of an event; a note stays until another replaces it."""
    event: SessionCompleted = recorded.event
    return _fields(  # type: ignore[no-any-return]
        Version,
        event,
        recorded_at=recorded.recorded_at,
        recorded_by=recorded.cause.actor,
        reactions=Reactions(aggravated=event.aggravated, contraction=event.contraction),
        note=before[-1].note if before else None,
        reason=event.reason if isinstance(event, SessionAmended) else None,
        explanation=None,
    )


def _amend_last(versions: list[Version], **changes: Any) -> None:
    versions[-1] = replace(versions[-1], **changes)


def _session(session_id: UUID, versions: list[Version], withdrawn: Reason | None) -> SessionView:
    now = versions[-1]
    fields = {name: getattr(now, name) for name in Version.__struct_fields__}
    return SessionView(session_id=session_id, versions=versions, withdrawn=withdrawn, **fields)
