"""Visits as a calendar to subscribe to (RFC 5545). The same visits always give the same file, byte by byte."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from msgspec import Struct

from services.scheduling.domain.feed import FeedKind
from services.scheduling.feed_zone import definition
from shared.config import Practice

OVER = ("cancelled", "missed")
REFRESH = timedelta(hours=1)


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
    calendar = Calendar()
    name = f"Visits at {reader.practice.name}"
    calendar.add("prodid", "-//Seriatim//scheduling//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", reader.zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for year in years(visits, reader.zone):
        calendar.add_component(definition(reader.zone, *year))
    for visit in visits:
        calendar.add_component(event(visit, reader))
    file: bytes = calendar.to_ical()
    return file


def years(visits: Sequence[FeedVisit], zone: ZoneInfo) -> list[tuple[int, int]]:
    """The first and the last year of the visits; none without visits, for then no zone is named."""
    found = [one.astimezone(zone).year for visit in visits for one in (visit.starts_at, visit.ends_at)]
    return [(min(found), max(found))] if found else []


def event(visit: FeedVisit, reader: Reader) -> Event:
    """One visit, at the reader's own time."""
    found, over = Event(), visit.status in OVER
    found.add("uid", str(visit.appointment_id))
    found.add("dtstamp", visit.changed_at)
    found.add("last-modified", visit.changed_at)
    found.add("dtstart", visit.starts_at.astimezone(reader.zone))
    found.add("dtend", visit.ends_at.astimezone(reader.zone))
    found.add("sequence", visit.sequence)
    found.add("status", "CANCELLED" if over else "CONFIRMED")
    found.add("transp", "TRANSPARENT" if over else "OPAQUE")
    for name, text in words(visit, reader):
        found.add(name, text)
    return found


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
