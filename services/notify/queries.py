"""What notify answers over HTTP: a client's messages, a therapist's notes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from shared.messages import Instant
from shared.store.store import Store


class MessageView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. `error` is the code of why it failed or was withdrawn, or of the last attempt in vain."""

    message_id: UUID
    kind: str
    channel: str
    due_at: Instant
    status: str
    lead: str | None = None
    sent_at: Instant | None = None
    appointment_id: UUID | None = None
    appointment_ids: list[UUID] | None = None
    error: str | None = None


class Messages(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of messages, first due first."""

    messages: list[MessageView]
    next_cursor: str | None = None


class BriefingView(Struct, frozen=True, kw_only=True):
    """A note a therapist was sent."""

    message_id: UUID
    client_id: UUID
    appointment_id: UUID
    course_id: UUID
    delivered_at: Instant


class Briefings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of notes delivered, newest first."""

    briefings: list[BriefingView]
    next_cursor: str | None = None


KNOWN = "not exists (select from forgotten where forgotten.client_id = message.client_id)"


async def messages_of(store: Store, client_id: UUID, limit: int, after: int) -> Messages:
    """The client's messages, and the notes for their visits; none of an erased client."""
    rows = await store.fetch(
        f"select * from message where client_id = $1 and {KNOWN} order by due_at, message_id limit $2 offset $3",
        client_id,
        limit + 1,
        after,
    )
    more = str(after + limit) if len(rows) > limit else None
    return Messages(messages=[_message(row) for row in rows[:limit]], next_cursor=more)


async def briefings_of(store: Store, therapist_id: UUID, limit: int, after: int) -> Briefings:
    """Notes delivered to the therapist, but those about erased clients."""
    rows = await store.fetch(
        f"select * from message where therapist_id = $1 and status = 'sent' and {KNOWN} "
        "order by sent_at desc, message_id limit $2 offset $3",
        therapist_id,
        limit + 1,
        after,
    )
    more = str(after + limit) if len(rows) > limit else None
    return Briefings(briefings=[_briefing(row) for row in rows[:limit]], next_cursor=more)


def _message(row: Mapping[str, Any]) -> MessageView:
    status = "planned" if row["status"] in ("due", "sending") else row["status"]
    return MessageView(
        message_id=row["message_id"],
        kind=row["kind"],
        channel=row["channel"],
        due_at=row["due_at"],
        status=status,
        lead=row["lead"],
        sent_at=row["sent_at"],
        appointment_id=row["appointment_id"],
        appointment_ids=list(row["appointment_ids"]) or None,
        error=row["error"],
    )


def _briefing(row: Mapping[str, Any]) -> BriefingView:
    return BriefingView(
        message_id=row["message_id"],
        client_id=row["client_id"],
        appointment_id=row["appointment_id"],
        course_id=row["course_id"],
        delivered_at=row["sent_at"],
    )
