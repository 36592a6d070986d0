"""Commands and answers that the tests of a correspondence share."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notify.domain.correspondence import (
    DropVisit,
    NoteVisit,
    RecordSent,
    decider,
)
from services.notify.domain.delivery import FallDue, StartSending
from services.notify.domain.due import Policy
from services.notify.domain.letter import Change
from services.notify.domain.planning import PlanReminders
from services.notify.domain.state import Correspondence, letter_id, reminder_id
from tests.spec import Then

DECIDER = decider(Policy(zone="America/New_York"))
CLIENT = UUID(int=1)
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
VISIT = datetime(2026, 3, 18, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def visit_id(n: int) -> UUID:
    return UUID(int=100 + n)


def booked(n: int = 0, *, at: datetime = NOON, starts_at: datetime = VISIT) -> NoteVisit:
    change = UUID(int=1000 + n)
    return NoteVisit(
        client_id=CLIENT, appointment_id=visit_id(n), revision=0, starts_at=starts_at, made_at=at, change_id=change
    )


def moved(n: int = 0, *, to: datetime, at: datetime = NOON, was: datetime = VISIT, revision: int = 1) -> NoteVisit:
    change = UUID(int=2000 + 10 * n + revision)
    return NoteVisit(
        client_id=CLIENT,
        appointment_id=visit_id(n),
        revision=revision,
        starts_at=to,
        made_at=at,
        change_id=change,
        was_at=was,
    )


def cancelled(n: int = 0, *, at: datetime = NOON, starts_at: datetime = VISIT) -> DropVisit:
    change = UUID(int=3000 + n)
    return DropVisit(client_id=CLIENT, appointment_id=visit_id(n), starts_at=starts_at, at=at, change_id=change)


def planned(now: datetime = NOON) -> PlanReminders:
    return PlanReminders(client_id=CLIENT, zone="America/New_York", now=now)


def reminders(done: Then) -> dict[tuple[int, str], str]:
    found = [message for message in done.state.messages.values() if message.lead]
    return {(message.revision, message.lead): message.status for message in found}


def letters(state: Correspondence) -> list[str]:
    return [f"{message.kind} {message.status}" for message in state.messages.values() if not message.lead]


def sent(message_id: UUID, now: datetime, *, seen: dict[UUID, Change] | None = None) -> list[object]:
    start = StartSending(message_id=message_id, now=now, seen=seen)
    return [FallDue(now=now), start, RecordSent(message_id=message_id, appointment_ids=(visit_id(0),))]


LETTER = letter_id(UUID(int=1000))
BOOKING = {visit_id(0): Change(what="booked", about=visit_id(0), starts_at=VISIT)}
P2D = reminder_id(visit_id(0), 0, "P2D")
