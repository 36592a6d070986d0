"""One message and what may happen to it: due, claimed, sent, tried again, given up, withdrawn."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from shared.events.notify import MessageFailed
from shared.messages import Event, Instant
from shared.vocabulary import MessageKind

Status = Literal["planned", "due", "sending", "sent", "failed", "withdrawn"]


class Message(Struct, frozen=True, kw_only=True):
    """A message to one person. `due_at` is when it next needs attention, `until` when it is no longer of use.

    Reminders name their visit, its revision and the lead time; other messages do not. `covers` are visits whose own
    reminders this message stands for (after an outage). `failures` counts attempts in vain, those too
    that ended before a sender could claim the message.
    """

    client_id: UUID
    message_id: UUID
    kind: MessageKind
    channel: str
    due_at: datetime
    until: datetime
    status: Status = "planned"
    attempt: int = 0
    failures: int = 0
    unknown: int = 0
    started_at: datetime | None = None
    appointment_id: UUID | None = None
    revision: int = 0
    lead: str | None = None
    covers: tuple[UUID, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nobody has begun to send it and nobody may have received it."""
        return self.status in ("planned", "due") and not self.unknown


# Events ----------------------------------------------------------------


class DeliveryEvent(Event, frozen=True, kw_only=True):
    """What happens to one message."""

    client_id: UUID
    message_id: UUID


class MessageDue(DeliveryEvent, frozen=True, kw_only=True):
    """Its time has come; a sender takes it up."""


class SendingStarted(DeliveryEvent, frozen=True, kw_only=True):
    """A sender claimed the attempt: from now on the message may be out. The claim lapses at `lapses_at`."""

    attempt: int
    started_at: Instant
    lapses_at: Instant
    covers: tuple[UUID, ...] = ()


class AttemptFailed(DeliveryEvent, frozen=True, kw_only=True):
    """Tried in vain, or nobody knows (`unknown`); the next try is at `retry_at`. `error` is a code."""

    error: str
    retry_at: Instant
    unknown: bool = False


class MessagePostponed(DeliveryEvent, frozen=True, kw_only=True):
    """Quiet hours have begun where the client is: not now, at `due_at`."""

    due_at: Instant


class MessageWithdrawn(DeliveryEvent, frozen=True, kw_only=True):
    """Not sent after all; `reason` is a code."""

    reason: str


EVENTS: tuple[type[Event], ...] = (
    MessageDue,
    SendingStarted,
    AttemptFailed,
    MessagePostponed,
    MessageWithdrawn,
    MessageFailed,
)


def evolve(message: Message, event: Event) -> Message:
    """The message after what happened to it."""
    match event:
        case MessageDue():
            return replace(message, status="due")
        case SendingStarted():
            return _claimed(message, event)
        case AttemptFailed():
            unknown, failures = message.unknown + event.unknown, message.failures + 1
            return replace(message, status="planned", due_at=event.retry_at, unknown=unknown, failures=failures)
        case MessagePostponed():
            return replace(message, status="planned", due_at=event.due_at)
    return replace(message, status=_end(event))


def _claimed(message: Message, event: SendingStarted) -> Message:
    return replace(
        message,
        status="sending",
        attempt=event.attempt,
        started_at=event.started_at,
        due_at=event.lapses_at,
        covers=message.covers + event.covers,
    )


def _end(event: Event) -> Status:
    match event:
        case MessageWithdrawn() | MessageFailed(error="too_late"):
            return "withdrawn"
        case MessageFailed():
            return "failed"
    return "sent"
