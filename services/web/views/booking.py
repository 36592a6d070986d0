"""Visits proposed, moved and added, in lines to read out on the telephone."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.booking import Affected, Changed, Moved, NewVisit, Proposal, Proposed, Righted, Unplaced
from services.web.answers.scheduling import Visit
from services.web.views.course import Known, day_words
from services.web.views.words import clock_time, readable, short_day
from shared.clock import day_of

REASONS = {
    "client_ill": "the client is ill",
    "client_away": "the client is away",
    "client_wish": "the client wishes it",
    "therapist_ill": "the therapist is ill",
    "therapist_away": "the therapist is away",
    "practice_closed": "the practice is closed",
    "medical_need": "a medical reason",
    "moved_away": "the client moved away",
    "other": "another reason",
}


class Line(Struct, frozen=True, kw_only=True):
    """A visit or a break in a list; `note` is what is to be said of it, `value` what a form sends for it."""

    ordinal: str = ""
    on: str
    note: str = ""
    value: str = ""


def when(instant: datetime, known: Known, theirs: ZoneInfo | None = None) -> str:
    """`Wed 4 Mar, 11:00`, for a client elsewhere also with the time on their own clock."""
    told = f"{day_words(day_of(instant, known.zone), known.today)}, {clock_time(instant, known.zone)}"
    here, there = instant.astimezone(known.zone), instant.astimezone(theirs or known.zone)
    if here.utcoffset() == there.utcoffset():
        return told
    same_day = here.date() == there.date()
    return f"{told} ({'' if same_day else short_day(there.date()) + ', '}{there:%H:%M} where the client is)"


def where(visit: Proposed | NewVisit | Moved | Visit, known: Known) -> str:
    """Who gives it, and in which room."""
    return ", ".join(filter(None, (known.therapists.get(visit.therapist_id), known.rooms.get(visit.room_id))))


def proposed(found: Proposal, minutes: int, known: Known, theirs: ZoneInfo | None) -> list[Line]:
    """The visits and the breaks between them, in order."""
    visits = [
        (
            day_of(one.starts_at, known.zone),
            Line(
                ordinal=str(one.ordinal),
                on=when(one.starts_at, known, theirs),
                note=", ".join(filter(None, (where(one, known), one.why))),
                value=f"{one.starts_at.isoformat()} {minutes} {one.therapist_id} {one.room_id}",
            ),
        )
        for one in found.appointments
    ]
    return [line for _, line in sorted([*visits, *pauses(found, known)], key=lambda pair: pair[0])]


def pauses(found: Proposal, known: Known) -> list[tuple[date, Line]]:
    """The breaks."""
    return [
        (one.begin, Line(on=f"No massage until {day_words(one.first_day, known.today)}", note="break"))
        for one in found.breaks
    ]


def unplaced(found: Sequence[Unplaced], known: Known) -> list[Line]:
    """The sessions that found no day, with the nearest free times."""
    return [
        Line(ordinal=str(one.ordinal), on=one.why, note=" · ".join(when(near.starts_at, known) for near in one.options))
        for one in found
    ]


def changes(found: Changed | Righted, known: Known, theirs: ZoneInfo | None = None) -> list[Line]:
    """What is moved, added, and what does not fit any more."""
    left = (found.unplaced if isinstance(found, Righted) else found.affected) or []
    return [
        *(moved(one, known, theirs) for one in found.moved),
        *(Line(on=when(one.starts_at, known, theirs), note=f"new, {where(one, known)}") for one in found.booked),
        *(stays(one, known) for one in left),
    ]


def moved(one: Moved, known: Known, theirs: ZoneInfo | None) -> Line:
    """A visit that is moved: from when to when."""
    if one.was == one.to:
        return Line(on=when(one.to, known, theirs), note=f"same time, {where(one, known)}")
    return Line(on=f"{when(one.was, known)} → {when(one.to, known, theirs)}", note=where(one, known))


def stays(one: Affected, known: Known) -> Line:
    """A visit that stays although it does not fit."""
    return Line(on=when(one.starts_at, known), note=f"stays, but: {readable(one.detail)}")
