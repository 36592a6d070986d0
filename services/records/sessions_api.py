"""HTTP handlers about sessions: recorded, amended, withdrawn."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct

from services.records.bodies import Note, check_times, figures_given
from services.records.chart_api import put_to_chart, streams
from services.records.domain import chart
from services.records.domain.events import SessionNoted
from shared.decider import Unknown
from shared.events.records import SessionAmended, SessionCompleted, SessionWithdrawn
from shared.http.routes import Call
from shared.store.unit import Tx


class SessionId(Struct, frozen=True, kw_only=True):
    """Which session the answer is about."""

    session_id: UUID


async def record_session(call: Call) -> Any:
    """A session took place."""
    client_id, session_id = call.path_id("client_id"), call.body.session_id or call.new_id()
    session = SessionCompleted(client_id=client_id, session_id=session_id, **figures_given(call.body))
    check_times(session, call.now, call.service.practice.tz)
    command = chart.RecordSession(session=session, note=_noted(session, call.body.note))

    async def unit(tx: Tx) -> dict[str, Any]:
        if call.body.session_id:
            await _refuse_anothers(tx, session)
        await put_to_chart(tx, client_id, command)
        return {"session_id": session_id}

    return await call.write(unit, streams=streams(client_id), reads=call.body.session_id is not None)


async def _refuse_anothers(tx: Tx, session: SessionCompleted) -> None:
    """The id stands for a session of another client."""
    rows = await tx.fetch("select client_id from session where session_id = $1", session.session_id)
    if rows and rows[0]["client_id"] != session.client_id:
        raise chart.already_recorded()


def _noted(session: SessionCompleted, note: Note | None) -> SessionNoted | None:
    """The note as an event; an empty one is none."""
    return None if note is None or note == Note() else _written(session, note)


async def amend_session(call: Call) -> Any:
    """Correct what was recorded; the first version stays in the chart."""
    session_id, body = call.path_id("session_id"), call.body
    changes = figures_given(body)

    async def unit(tx: Tx) -> dict[str, Any]:
        before = await _session(tx, session_id)
        figures = msgspec.structs.asdict(before) | changes
        session = SessionAmended(reason=body.reason, **figures)
        check_times(session, call.now, call.service.practice.tz)
        note = None if body.note is UNSET else _written(session, body.note or Note())
        command = chart.AmendSession(session=session, note=note, explanation=body.explanation)
        await put_to_chart(tx, session.client_id, command)
        return {"session_id": session_id}

    return await call.write(unit, reads=True)


def _written(session: SessionCompleted, note: Note) -> SessionNoted:
    return SessionNoted(client_id=session.client_id, session_id=session.session_id, **msgspec.structs.asdict(note))


async def withdraw_session(call: Call) -> Any:
    """It did not take place."""
    session_id, body = call.path_id("session_id"), call.body

    async def unit(tx: Tx) -> dict[str, Any]:
        session = await _session(tx, session_id)
        withdrawn = SessionWithdrawn(
            client_id=session.client_id,
            session_id=session_id,
            reason=body.reason,
            course_id=session.course_id,
            appointment_id=session.appointment_id,
        )
        command = chart.WithdrawSession(session=withdrawn, explanation=body.explanation)
        await put_to_chart(tx, session.client_id, command)
        return {"session_id": session_id}

    return await call.write(unit, reads=True)


async def _session(tx: Tx, session_id: UUID) -> SessionCompleted:
    """A session's figures as they stand."""
    rows = await tx.fetch("select figures from session where session_id = $1", session_id)
    if not rows:
        raise Unknown("There is no such session.")
    return msgspec.json.decode(rows[0]["figures"], type=SessionCompleted)
