"""Appending: decided events to rows of the log, under the lock, if the log still ends where it was thought to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from shared.messages import Recorded
from shared.store.codec import Codec
from shared.store.unit import HeardUpto, Pending


async def append(
    connection: asyncpg.Connection,
    codec: Codec,
    head: int,
    events: Sequence[Pending],
    now: datetime,
    *,
    heard: Sequence[HeardUpto],
) -> int | None:
    """Append after position `head`; gives the last position then, absent when the log ends elsewhere by now.

    Raises `asyncpg.SerializationError` when another replica has heard what is `heard` here.

    The codec was made ready for the events' clients just before: nothing is awaited between that and the encoding.
    """
    rows = [_row(codec, pending) for pending in events]
    query = "select public.append_events($1, $2, $3, $4)"
    found: int | None = await connection.fetchval(query, head, rows, now, heard)
    return found


def _row(codec: Codec, pending: Pending) -> tuple[Any, ...]:
    """One `new_event` of schema.sql."""
    stream, version, client_id, cause = pending.stream, pending.version, pending.client_id, pending.cause
    data = codec.encode(pending.event, stream=stream, version=version, client_id=client_id)
    return (
        stream, version, pending.event_id, type(pending.event).__name__, data, client_id,
        cause.actor, cause.correlation_id, cause.causation_id,
    )  # fmt: skip


def as_recorded(pending: Pending, position: int, now: datetime) -> Recorded:
    """The event with the envelope it was stored in."""
    return Recorded(
        position=position,
        stream=pending.stream,
        version=pending.version,
        event_id=pending.event_id,
        event=pending.event,
        client_id=pending.client_id,
        cause=pending.cause,
        recorded_at=now,
    )
