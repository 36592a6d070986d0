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


def anchored(definition: Definition, state: Course) -> Anchored | None:
    """Absent where the protocol has no event, or the course names none."""
    anchor, at = definition.anchor, state.opened.event_at
    if anchor is None or at is None:
        return None
    return Anchored(at=at, session_at=at - dt.timedelta(minutes=anchor.minutes_before), source=anchor.source)
