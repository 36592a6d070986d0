"""What one therapist is told: the events, and what they add up to. The decisions are in `briefing.py`."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.notify.domain import message
from services.notify.domain.message import DeliveryEvent, Message
from shared.events.notify import MessageFailed, NoteDelivered
from shared.messages import Event, Instant


def stream(therapist_id: UUID) -> str:
    """The stream of one therapist's notes."""
    return f"briefing-{therapist_id}"


# Events ----------------------------------------------------------------


class NotePlanned(DeliveryEvent, frozen=True, kw_only=True):
    """The note for this visit is due at `due_at`; `number` counts the times it was planned."""

    therapist_id: UUID
    appointment_id: UUID
    course_id: UUID
    number: int
    starts_at: Instant
    due_at: Instant


class BriefingAlarmSet(Event, frozen=True, kw_only=True):
    """When the next of the therapist's notes needs attention; absent when none does."""

    therapist_id: UUID
    at: Instant | None


EVENTS: tuple[type[Event], ...] = (NotePlanned, BriefingAlarmSet, NoteDelivered, *message.EVENTS)

# State -----------------------------------------------------------------


class Note(Struct, frozen=True, kw_only=True):
    """The newest note planned for a visit; `digest` is that of the last one delivered."""

    client_id: UUID
    course_id: UUID
    message_id: UUID
    number: int
    starts_at: datetime
    digest: str | None = None


class Briefing(Struct, frozen=True, kw_only=True):
    """A therapist's notes by appointment, and the messages that carry them."""

    therapist_id: UUID | None = None
    notes: dict[UUID, Note] = {}
    messages: dict[UUID, Message] = {}
    alarm: datetime | None = None


def evolve(state: Briefing, event: Event) -> Briefing:
    """Fold an event into the state."""
    match event:
        case NotePlanned():
            return _planned(state, event)
        case NoteDelivered():
            note = replace(state.notes[event.appointment_id], digest=event.digest)
            sent = replace(state.messages[note.message_id], status="sent")
            return _with_message(replace(state, notes={**state.notes, event.appointment_id: note}), sent)
        case BriefingAlarmSet():
            return replace(state, alarm=event.at)
        case DeliveryEvent() | MessageFailed():
            return _with_message(state, message.evolve(state.messages[event.message_id], event))
    raise TypeError(type(event).__name__)


def _planned(state: Briefing, event: NotePlanned) -> Briefing:
    before = state.notes.get(event.appointment_id)
    note = Note(
        client_id=event.client_id,
        course_id=event.course_id,
        message_id=event.message_id,
        number=event.number,
        starts_at=event.starts_at,
        digest=before.digest if before and before.starts_at == event.starts_at else None,
    )
    notes = {**state.notes, event.appointment_id: note}
    return _with_message(replace(state, therapist_id=event.therapist_id, notes=notes), _message(event))


def _with_message(state: Briefing, changed: Message) -> Briefing:
    return replace(state, messages={**state.messages, changed.message_id: changed})


def _message(event: NotePlanned) -> Message:
    return Message(
        client_id=event.client_id,
        message_id=event.message_id,
        kind="note",
        channel="email",
        due_at=event.due_at,
        until=event.starts_at,
        appointment_id=event.appointment_id,
    )
