"""Courses that belong to an event rather than to a cadence (domain.md §4)."""

import datetime as dt

from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.state import Course


class Anchored(Struct, frozen=True, kw_only=True):
    """The event the course is for, and when its session should begin."""

    at: dt.datetime
    session_at: dt.datetime
    source: str


def session_at(definition: Definition, event_at: dt.datetime | None) -> dt.datetime | None:
    """When the session for the event should begin."""
    if definition.anchor is None or event_at is None:
        return None
    return event_at - dt.timedelta(minutes=definition.anchor.minutes_before)


def anchored(definition: Definition, state: Course) -> Anchored | None:
    """Absent where the protocol has no event, or the course names none."""
    at, anchor = state.opened.event_at, definition.anchor
    begins = session_at(definition, at)
    return Anchored(at=at, session_at=begins, source=anchor.source) if at and begins and anchor else None
