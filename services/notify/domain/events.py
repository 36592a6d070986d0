"""What a client's correspondence consists of: its events. What they mean together is in `correspondence.py`."""

from typing import Literal
from uuid import UUID

from services.notify.domain import message
from services.notify.domain.letter import Change
from services.notify.domain.message import DeliveryEvent
from shared.events.notify import MessageSent
from shared.messages import Event, Instant
from shared.vocabulary import MessageKind

Channel = Literal["email", "sms"]


class VisitNoted(Event, frozen=True, kw_only=True):
    """A visit was agreed, or moved, at `made_at`; its reminders are still to be planned."""

    client_id: UUID
    appointment_id: UUID
    revision: int
    starts_at: Instant
    made_at: Instant


class VisitDropped(Event, frozen=True, kw_only=True):
    """The visit was called off."""

    client_id: UUID
    appointment_id: UUID


class VisitsPlanned(Event, frozen=True, kw_only=True):
    """The reminders of these visits are planned, in the zone the client lives in."""

    client_id: UUID
    appointment_ids: list[UUID]


class ReminderPlanned(DeliveryEvent, frozen=True, kw_only=True):
    """A reminder of this visit (as of this revision) is due at `due_at` and of use until `until`."""

    appointment_id: UUID
    revision: int
    lead: str
    channel: str
    due_at: Instant
    until: Instant


class LetterOpened(DeliveryEvent, frozen=True, kw_only=True):
    """News for the client: they are gathered until `due_at`."""

    channel: str
    due_at: Instant
    until: Instant


class ChangeGathered(DeliveryEvent, frozen=True, kw_only=True):
    """The letter says this, which makes it a letter of this kind."""

    kind: MessageKind
    change: Change


class ChangeAnnulled(DeliveryEvent, frozen=True, kw_only=True):
    """The letter no longer says anything about this: the client never heard of it and need not."""

    kind: MessageKind
    about: UUID


class PreferencesSet(Event, frozen=True, kw_only=True):
    """What the client wishes; what is absent is the practice's default. Not one channel: no messages at all."""

    client_id: UUID
    set_at: Instant
    channels: list[Channel] | None = None
    lead_times: list[str] | None = None
    quiet_from: str | None = None
    quiet_to: str | None = None
    language: str | None = None


class ClientForgotten(Event, frozen=True, kw_only=True):
    """The client was erased: nothing is sent any more."""

    client_id: UUID


class AlarmSet(Event, frozen=True, kw_only=True):
    """When the next of the client's messages needs attention; absent when none does."""

    client_id: UUID
    at: Instant | None


EVENTS: tuple[type[Event], ...] = (
    VisitNoted,
    VisitDropped,
    VisitsPlanned,
    ReminderPlanned,
    LetterOpened,
    ChangeGathered,
    ChangeAnnulled,
    PreferencesSet,
    ClientForgotten,
    AlarmSet,
    MessageSent,
    *message.EVENTS,
)
