"""Visits as a calendar to subscribe to. The same visits always give the same file, byte by byte."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.feed import FeedKind
from shared import ical
from shared.config import Practice

OVER = ("cancelled", "missed")


class FeedVisit(Struct, frozen=True, kw_only=True):
    """A visit as a calendar shows it. `sequence` grows with every change, `changed_at` is when it last did."""

    appointment_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    sequence: int
    changed_at: datetime
    therapist_name: str
    room_name: str


class Reader(Struct, frozen=True, kw_only=True):
    """For whom the calendar is, and in which zone they live."""

    kind: FeedKind
    zone: ZoneInfo
    practice: Practice


def calendar_text(visits: Sequence[FeedVisit], reader: Reader) -> bytes:
    """The file. No client's name is in it; a therapist's has no person's name at all."""
    name = f"Visits at {reader.practice.name}"
    return ical.calendar_file([_shown(one, reader) for one in visits], reader.zone, sender="scheduling", name=name)


def _shown(visit: FeedVisit, reader: Reader) -> ical.Visit:
    return ical.Visit(
        uid=str(visit.appointment_id),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        sequence=visit.sequence,
        changed_at=visit.changed_at,
        over=visit.status in OVER,
        words=words(visit, reader),
    )


def words(visit: FeedVisit, reader: Reader) -> list[tuple[str, str]]:
    """What the calendar says: the therapist needs the room, the client where to go and whom to call."""
    if reader.kind == "therapist":
        return [("summary", "Visit"), ("location", visit.room_name)]
    practice = reader.practice
    call = f" Telephone {practice.phone}." if practice.phone else ""
    found = [
        ("summary", f"Visit at {practice.name}"),
        ("description", f"With {visit.therapist_name}, {visit.room_name}.{call}"),
    ]
    return [*found, ("location", practice.address)] if practice.address else found
