"""The read model of `records`: where a session belongs, and its figures as they stand (ids, codes and numbers)."""

from collections.abc import Iterator

import msgspec

from services.records.domain.events import ChartErased
from shared.events.records import SessionAmended, SessionCompleted
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_session_completed(recorded: Recorded) -> Iterator[Statement]:
    """A new session."""
    session: SessionCompleted = recorded.event
    yield (
        "insert into session (session_id, client_id, figures) values ($1, $2, $3)",
        (session.session_id, session.client_id, msgspec.json.encode(session)),
    )


def on_session_amended(recorded: Recorded) -> Iterator[Statement]:
    """Other figures from now on."""
    session: SessionAmended = recorded.event
    yield (
        "update session set figures = $2 where session_id = $1",
        (session.session_id, msgspec.json.encode(session)),
    )


def on_chart_erased(recorded: Recorded) -> Iterator[Statement]:
    """Nothing is left to be found."""
    erased: ChartErased = recorded.event
    yield "delete from session where client_id = $1", (erased.client_id,)


PROJECTIONS: Projections = {
    SessionCompleted: on_session_completed,
    SessionAmended: on_session_amended,
    ChartErased: on_chart_erased,
}
