"""Whatever is asked in whatever order: open visits of a client never overlap, and what took place is never refused."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.attendance import CancelAppointment, MarkArrived, MarkMissed, Undo
from services.scheduling.domain.facts import FulfilAppointment, WithdrawSession
from services.scheduling.domain.itinerary import decider
from services.scheduling.domain.placing import BookAppointments, Placement, Rearrange
from services.scheduling.domain.slots import overlap
from services.scheduling.domain.visits import Itinerary
from shared.decider import Refused, Unknown

START = datetime(2026, 3, 2, 14, tzinfo=UTC)
END = START + timedelta(hours=12)
CLIENT = UUID(int=1)
appointments = st.integers(1, 6).map(lambda n: UUID(int=100 + n))
sessions = st.integers(1, 3).map(lambda n: UUID(int=200 + n))
minutes = st.integers(0, 20).map(lambda n: START + timedelta(minutes=30 * n))


def placement(appointment_id: UUID, starts_at: datetime) -> Placement:
    ends_at = starts_at + timedelta(hours=1)
    return Placement(
        appointment_id=appointment_id, therapist_id=CLIENT, room_id=CLIENT, starts_at=starts_at, ends_at=ends_at
    )


def fresh(state: Itinerary, times: list[datetime]) -> tuple[Placement, ...]:
    free = (UUID(int=100 + n) for n in range(1, 99) if UUID(int=100 + n) not in state.appointments)
    return tuple(placement(one, time) for one, time in zip(free, times, strict=False))


ASKS: list[Any] = [
    st.tuples(st.just("book"), st.lists(minutes, min_size=1, max_size=3)),
    st.tuples(st.just("move"), st.lists(st.tuples(appointments, minutes), max_size=3, unique_by=lambda one: one[0])),
    st.tuples(st.sampled_from([MarkArrived, MarkMissed, Undo, CancelAppointment]), appointments),
    st.tuples(st.just("session"), st.tuples(sessions, st.none() | appointments, minutes)),
    st.tuples(st.just("withdraw"), sessions),
]

MORE: dict[Any, dict[str, Any]] = {
    CancelAppointment: {"reason": "other"},
    MarkMissed: {"now": END},
    Undo: {"now": START},
    MarkArrived: {"now": END, "zone": ZoneInfo("America/New_York")},
}


def command(ask: Any, what: Any, state: Itinerary) -> Any:
    if ask == "book":
        now = {"client_id": CLIENT, "now": START, "version": state.version, "sessions_before": {}}
        return BookAppointments(**now, placements=fresh(state, what))
    if ask == "move":
        moves = tuple(placement(*one) for one in what)
        return Rearrange(client_id=CLIENT, now=START, version=state.version, moves=moves)
    if ask == "session":
        session_id, appointment_id, started_at = what
        return FulfilAppointment(
            client_id=CLIENT, session_id=session_id, started_at=started_at, appointment_id=appointment_id
        )
    if ask == "withdraw":
        return WithdrawSession(client_id=CLIENT, session_id=what)
    return ask(client_id=CLIENT, appointment_id=what, **MORE[ask])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(ASKS), max_size=25))
def test_open_visits_never_overlap_and_facts_are_never_refused(asks):
    state = decider.initial
    for ask, what in asks:
        try:
            events = decider.decide(command(ask, what, state), state)
        except (Refused, Unknown):
            assert ask not in ("session", "withdraw")
            continue
        for event in events:
            state = decider.evolve(state, event)
        open_visits = [one.time for one in state.appointments.values() if one.open]
        assert not any(overlap(one, other) for one, other in combinations(open_visits, 2))
