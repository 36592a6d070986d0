"""Timers: what must happen later. Set and stopped by events, fired once each, in order of the time they are due."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from shared.messages import Command, Event


class SetTimer(Struct, frozen=True, kw_only=True):
    """Fire at `due_at`; replaces a timer of the same kind and key."""

    kind: str
    key: UUID
    due_at: datetime


class StopTimer(Struct, frozen=True, kw_only=True):
    """Do not fire after all."""

    kind: str
    key: UUID


Timers = dict[type[Event], Callable[[Any], Iterable[SetTimer | StopTimer]]]
Due = dict[str, Callable[[SetTimer, datetime], tuple[str, Command]]]
"""Kind of timer → what it asks for when it fires: `(timer, now) -> (stream, command)`."""


def statement(change: SetTimer | StopTimer) -> tuple[str, tuple[object, ...]]:
    """The row a timer stands for."""
    if isinstance(change, StopTimer):
        return "delete from public.timer where kind = $1 and key = $2", (change.kind, change.key)
    return (
        """
        insert into public.timer (kind, key, due_at) values ($1, $2, $3)
        on conflict (kind, key) do update set due_at = excluded.due_at
        """,
        (change.kind, change.key, change.due_at),
    )
