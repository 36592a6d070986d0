"""What is known of one client's visits and messages: the state, and how each event changes it."""

from datetime import datetime
from typing import assert_never
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from services.notify.domain import message
from services.notify.domain.events import (
    AlarmSet,
    ChangeAnnulled,
    ChangeGathered,
    ClientForgotten,
    LetterOpened,
    PreferencesSet,
    ReminderPlanned,
    VisitDropped,
    VisitNoted,
    VisitsPlanned,
)
from services.notify.domain.letter import Change, Contents, with_change
from services.notify.domain.message import DeliveryEvent, Message, SendingStarted
from shared.events.notify import MessageFailed, MessageSent
from shared.messages import Event


def stream(client_id: UUID) -> str:
    """The stream of one client's messages."""
    return f"correspondence-{client_id}"


class Visit(Struct, frozen=True):
    """A visit as last heard of."""

    revision: int
    starts_at: datetime
    made_at: datetime
    planned: bool = False
    dropped: bool = False


class Correspondence(Struct, frozen=True, kw_only=True):
    """What is known of one client's visits and messages; `letter` is the one that still gathers."""

    client_id: UUID | None = None
    visits: dict[UUID, Visit] = {}
    messages: dict[UUID, Message] = {}
    contents: dict[UUID, Contents] = {}
    letter: UUID | None = None
    letter_sent_at: datetime | None = None
    preferences: PreferencesSet | None = None
    alarm: datetime | None = None
    forgotten: bool = False

    @property
    def channel(self) -> str | None:
        """Where this client is told: by e-mail if they take e-mail, else by what they take, if anything."""
        channels = self.preferences.channels if self.preferences else None
        if channels is None or "email" in channels:
            return "email"
        return channels[0] if channels else None

    def reminders_of(self, appointment_id: UUID) -> tuple[UUID, ...]:
        """The reminders of a visit that are still to go out."""
        waiting = (m for m in self.messages.values() if m.appointment_id == appointment_id)
        return tuple(m.message_id for m in waiting if m.status in ("planned", "due"))

    def unplanned(self, now: datetime) -> list[UUID]:
        """Coming visits whose reminders are still to be planned."""
        visits = self.visits.items()
        return [key for key, visit in visits if not (visit.planned or visit.dropped) and visit.starts_at > now]

    def stays(self, now: datetime, besides: Contents) -> int:
        """How many coming visits a letter does not touch."""
        kept = (key for key, visit in self.visits.items() if not visit.dropped and visit.starts_at > now)
        return sum(key not in besides for key in kept)

    def next_visit(self, now: datetime) -> datetime | None:
        """When the client comes next."""
        coming = (v.starts_at for v in self.visits.values() if not v.dropped and v.starts_at > now)
        return min(coming, default=None)


def reminder_id(appointment_id: UUID, revision: int, lead: str) -> UUID:
    """The same reminder always has the same id, so it cannot be planned or sent twice."""
    return uuid5(NAMESPACE_URL, f"reminder:{appointment_id}:{revision}:{lead}")


def letter_id(change_id: UUID) -> UUID:
    """A letter is named after the first change in it (the id of the event heard)."""
    return uuid5(NAMESPACE_URL, f"letter:{change_id}")


def evolve(state: Correspondence, event: Event) -> Correspondence:
    """Fold an event into the state."""
    state = replace(state, client_id=event.client_id)  # type: ignore[attr-defined] # every event here names its client
    match event:
        case VisitNoted() | VisitDropped() | VisitsPlanned():
            return replace(state, visits=_visits(state.visits, event))
        case PreferencesSet():
            visits = {key: replace(visit, planned=False) for key, visit in state.visits.items()}
            return replace(state, preferences=event, visits=visits)
        case ClientForgotten():
            return replace(state, forgotten=True)
        case AlarmSet():
            return replace(state, alarm=event.at)
        case LetterOpened() | ChangeGathered() | ChangeAnnulled():
            return _write(state, event)
    return _deliver(state, event)


def _visits(visits: dict[UUID, Visit], event: VisitNoted | VisitDropped | VisitsPlanned) -> dict[UUID, Visit]:
    match event:
        case VisitNoted():
            return {**visits, event.appointment_id: Visit(event.revision, event.starts_at, event.made_at)}
        case VisitDropped():
            return {**visits, event.appointment_id: replace(visits[event.appointment_id], dropped=True)}
        case VisitsPlanned():
            return {**visits, **{key: replace(visits[key], planned=True) for key in event.appointment_ids}}
    assert_never(event)


def _write(state: Correspondence, event: LetterOpened | ChangeGathered | ChangeAnnulled) -> Correspondence:
    match event:
        case LetterOpened():
            opened = _with_message(state, _letter(event))
            return replace(opened, letter=event.message_id, contents={**state.contents, event.message_id: {}})
        case ChangeGathered():
            return _say(state, event, event.change.about, event.change)
        case ChangeAnnulled():
            return _say(state, event, event.about, None)
    assert_never(event)


def _deliver(state: Correspondence, event: Event) -> Correspondence:
    match event:
        case ReminderPlanned():
            return _with_message(state, reminder(event))
        case SendingStarted(message_id=state.letter):
            return replace(_carry(state, event), letter=None, letter_sent_at=event.started_at)
        case DeliveryEvent() | MessageSent() | MessageFailed():
            return _carry(state, event)
    raise TypeError(type(event).__name__)


def _with_message(state: Correspondence, changed: Message) -> Correspondence:
    return replace(state, messages={**state.messages, changed.message_id: changed})


def _carry(state: Correspondence, event: DeliveryEvent | MessageSent | MessageFailed) -> Correspondence:
    changed = message.evolve(state.messages[event.message_id], event)
    ended = state.letter == event.message_id and changed.status not in ("planned", "due")
    return replace(_with_message(state, changed), letter=None if ended else state.letter)


def _say(
    state: Correspondence, event: ChangeGathered | ChangeAnnulled, about: UUID, change: Change | None
) -> Correspondence:
    contents = with_change(state.contents[event.message_id], about, change)
    renamed = _with_message(state, replace(state.messages[event.message_id], kind=event.kind))
    return replace(renamed, contents={**state.contents, event.message_id: contents})


def reminder(event: ReminderPlanned) -> Message:
    """The message a planned reminder is."""
    return Message(
        client_id=event.client_id,
        message_id=event.message_id,
        kind="reminder",
        channel=event.channel,
        due_at=event.due_at,
        until=event.until,
        appointment_id=event.appointment_id,
        revision=event.revision,
        lead=event.lead,
    )


def _letter(event: LetterOpened) -> Message:
    return Message(
        client_id=event.client_id,
        message_id=event.message_id,
        kind="change",
        channel=event.channel,
        due_at=event.due_at,
        until=event.until,
    )
