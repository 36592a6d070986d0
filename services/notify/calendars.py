"""Visits as a calendar file (RFC 5545): PUBLISH, so that nobody believes an answer in the mail program reaches us."""

from collections.abc import Sequence
from datetime import date, datetime

from icalendar import Calendar, Event
from msgspec import Struct

from shared.config import Practice
from shared.questions.scheduling import VisitFacts


class Entry(Struct, frozen=True, kw_only=True):
    """A visit as the client's calendar should have it."""

    visit: VisitFacts
    cancelled: bool = False


def calendar_file(entries: Sequence[Entry], practice: Practice, now: datetime) -> str | None:
    """The file, times in the practice's zone; nothing without a visit."""
    if not entries:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//Seriatim//notify//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(_event(entry, practice, now))
    years = [entry.visit.starts_at.astimezone(practice.tz).year for entry in entries]
    # Without limits the zone's whole history and future would be in every mail.
    calendar.add_missing_timezones(first_date=date(min(years), 1, 1), last_date=date(max(years) + 1, 1, 1))
    file: bytes = calendar.to_ical()
    return file.decode()


def _event(entry: Entry, practice: Practice, now: datetime) -> Event:
    visit, event = entry.visit, Event()
    event.add("uid", str(visit.appointment_id))
    event.add("dtstamp", now)
    event.add("dtstart", visit.starts_at.astimezone(practice.tz))
    event.add("dtend", visit.ends_at.astimezone(practice.tz))
    event.add("sequence", visit.revision + entry.cancelled)
    event.add("summary", f"Visit at {practice.name}")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if practice.address:
        event.add("location", practice.address)
    return event
