"""What `notify` publishes: who was told."""

from uuid import UUID

from shared.messages import Event
from shared.vocabulary import MessageKind


class MessageSent(Event, frozen=True, kw_only=True):
    """The mail server took the message."""

    client_id: UUID
    message_id: UUID
    kind: MessageKind
    channel: str
    appointment_ids: list[UUID] = []


class MessageFailed(Event, frozen=True, kw_only=True):
    """The message could not be sent; `error` is a code, never the server's text."""

    client_id: UUID
    message_id: UUID
    kind: MessageKind
    channel: str
    error: str


class NoteDelivered(Event, frozen=True, kw_only=True):
    """A therapist was sent the note for an appointment."""

    therapist_id: UUID
    client_id: UUID
    appointment_id: UUID
    course_id: UUID
    digest: str


PUBLISHED = (MessageSent, MessageFailed, NoteDelivered)
