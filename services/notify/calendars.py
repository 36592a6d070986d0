"""Visits as a calendar file in a mail: PUBLISH, so that nobody believes an answer in the mail program reaches us."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared import ical
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
    visits = [_shown(entry, practice, now) for entry in entries]
    return ical.calendar_file(visits, practice.tz, sender="notify").decode()


def _shown(entry: Entry, practice: Practice, now: datetime) -> ical.Visit:
    visit, place = entry.visit, practice.address
    return ical.Visit(
        uid=str(visit.appointment_id),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        sequence=visit.revision + entry.cancelled,
        changed_at=now,
        over=entry.cancelled,
        words=[("summary", f"Visit at {practice.name}"), *([("location", place)] if place else [])],
    )
