"""One client's chart: the sessions that took place, screenings and outcomes."""

from typing import assert_never, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.records.domain.events import (
    ChangeExplained,
    ChartErased,
    ChartEvent,
    OutcomeAnswered,
    ScreeningAnswered,
    SessionNoted,
    figures_of,
    fingerprint,
)
from shared.decider import Decider, Unknown, refuse
from shared.events.records import (
    OutcomeMeasured,
    ScreeningRecorded,
    SessionAmended,
    SessionCompleted,
    SessionWithdrawn,
)
from shared.messages import Command


def stream(client_id: UUID) -> str:
    """The stream of a client's chart."""
    return f"chart-{client_id}"


# State


class Session(Struct, frozen=True, kw_only=True):
    """What is needed to tell a repeat from a change: fingerprints, so that no note is kept in memory."""

    first: bytes
    first_note: bytes | None = None
    figures: bytes
    note: bytes | None = None
    amended: bool = False
    withdrawn: bool = False


class Chart(Struct, frozen=True):
    """The sessions by their id."""

    sessions: dict[UUID, Session] = {}


def evolve(state: Chart, event: ChartEvent) -> Chart:
    """Fold one event."""
    match event:
        case SessionAmended():  # before its base class
            return _with(state, event.session_id, figures=figures_of(event), amended=True)
        case SessionCompleted():
            figures = figures_of(event)
            return Chart(state.sessions | {event.session_id: Session(first=figures, figures=figures)})
        case SessionNoted():
            return _noted(state, event)
        case SessionWithdrawn():
            return _with(state, event.session_id, withdrawn=True)
        case ChartErased():
            return Chart()
        case ChangeExplained() | ScreeningRecorded() | ScreeningAnswered() | OutcomeMeasured() | OutcomeAnswered():
            return state
    assert_never(event)


def _noted(state: Chart, event: SessionNoted) -> Chart:
    note = fingerprint(event)
    if state.sessions[event.session_id].amended:
        return _with(state, event.session_id, note=note)
    return _with(state, event.session_id, note=note, first_note=note)


def _with(state: Chart, session_id: UUID, **changes: object) -> Chart:
    return Chart(state.sessions | {session_id: replace(state.sessions[session_id], **changes)})


# Commands


class RecordSession(Command, frozen=True, kw_only=True):
    """A session took place. The same once more changes nothing."""

    session: SessionCompleted
    note: SessionNoted | None = None


class AmendSession(Command, frozen=True, kw_only=True):
    """Correct a session: its figures as they should stand, and a new note where it changed."""

    session: SessionAmended
    note: SessionNoted | None = None
    explanation: str | None = None


class WithdrawSession(Command, frozen=True, kw_only=True):
    """It did not take place."""

    session: SessionWithdrawn
    explanation: str | None = None


class RecordScreening(Command, frozen=True, kw_only=True):
    """What was asked and what it suggests."""

    screening: ScreeningRecorded
    answered: ScreeningAnswered


class RecordOutcome(Command, frozen=True, kw_only=True):
    """A measure of how the client fares."""

    outcome: OutcomeMeasured
    answered: OutcomeAnswered | None = None


class EraseChart(Command, frozen=True, kw_only=True):
    """Forget the sessions, `surely` also where it is not known whether there are any. None can be found any more."""

    client_id: UUID
    surely: bool = False


ChartCommand = RecordSession | AmendSession | WithdrawSession | RecordScreening | RecordOutcome | EraseChart


def decide(command: ChartCommand, state: Chart) -> list[ChartEvent]:
    """What follows from a command. Facts are recorded as told; only an id used twice and a withdrawn session refuse."""
    match command:
        case RecordSession():
            return _recorded(command, state)
        case AmendSession():
            return _amended(command, _session(state, command.session.session_id))
        case WithdrawSession():
            return _withdrawn(command, _session(state, command.session.session_id))
        case RecordScreening():
            return [command.screening, command.answered]
        case RecordOutcome():
            return [command.outcome, *_given(command.answered)]
        case EraseChart():
            return [ChartErased(client_id=command.client_id)] if state.sessions or command.surely else []
    assert_never(command)


def _session(state: Chart, session_id: UUID) -> Session:
    if session := state.sessions.get(session_id):
        return session
    raise Unknown("There is no such session.")


def _recorded(command: RecordSession, state: Chart) -> list[ChartEvent]:
    known = state.sessions.get(command.session.session_id)
    if known is None:
        return [command.session, *_given(command.note)]
    note = fingerprint(command.note) if command.note else None
    if (known.first, known.first_note) == (figures_of(command.session), note):
        return []
    raise already_recorded()


def already_recorded() -> Exception:
    """The refusal of an id that stands for another session."""
    return refuse("session_already_recorded", "Another session was recorded under this id. To correct it, amend it.")


def _amended(command: AmendSession, session: Session) -> list[ChartEvent]:
    if session.withdrawn:
        raise refuse("session_withdrawn", "This session was withdrawn: it did not take place. Record it anew.")
    note = command.note if command.note and fingerprint(command.note) != session.note else None
    if figures_of(command.session) == session.figures and note is None:
        return []
    return [command.session, *_given(note), *_explained(command.session, command.explanation)]


def _withdrawn(command: WithdrawSession, session: Session) -> list[ChartEvent]:
    if session.withdrawn:
        return []
    return [command.session, *_explained(command.session, command.explanation)]


def _explained(about: SessionAmended | SessionWithdrawn, explanation: str | None) -> list[ChangeExplained]:
    if not explanation:
        return []
    return [ChangeExplained(client_id=about.client_id, session_id=about.session_id, explanation=explanation)]


def _given(event: ChartEvent | None) -> list[ChartEvent]:
    return [event] if event is not None else []


decider: Decider[ChartCommand, ChartEvent, Chart] = Decider(
    decide=decide, evolve=evolve, initial=Chart(), events=get_args(ChartEvent), anew=(ChartErased,)
)
