"""Who waits, what is kept for them, and weeks without their visit, in words."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from services.web.answers.waiting import Alternative, Offer, Place, Step
from services.web.views.course import Known
from services.web.views.words import clock_time, full_date, minutes, moment, short_day
from shared.clock import day_of

WEEKDAYS = {
    "mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays", "fri": "Fridays", "sat": "Saturdays",
    "sun": "Sundays",
}  # fmt: skip
ANY = "any time"


class Line(Struct, frozen=True, kw_only=True):
    """A place on the waiting list; `offered` is the time kept for the client, `until` how long."""

    place: UUID
    client: UUID
    name: str
    wish: str
    offered: str = ""
    until: str = ""


class Choice(Struct, frozen=True, kw_only=True):
    """A time that can be booked instead: what the form sends, and what the button says."""

    starts_at: str
    therapist_id: UUID
    label: str


class Week(Struct, frozen=True, kw_only=True):
    """A week without its visit."""

    action: str
    course: UUID
    name: str
    day: str
    why: str
    choices: list[Choice]


def line(place: Place, name: str, known: Known) -> Line:
    """A place in words."""
    offer = place.offer
    return Line(
        place=place.waitlist_id,
        client=place.client_id,
        name=name,
        wish=wish(place, known.therapists),
        offered=offered(offer, known) if offer else "",
        until=moment(offer.until, known.zone) if offer else "",
    )


def wish(place: Place, therapists: Mapping[UUID, str]) -> str:
    """`60 min, Tuesdays or Fridays, 10:00–12:00, with Ana Petrov, from Wed 4 Mar 2026`."""
    of = place.prefer
    told = (
        " or ".join(WEEKDAYS[one] for one in of.weekdays),
        f"{of.begin or '00:00'}–{of.end or '24:00'}" if of.begin or of.end else "",
        f"with {therapists.get(of.therapist_id, 'a certain therapist')}" if of.therapist_id else "",
        f"from {full_date(place.first_day)}" if place.first_day else "",
        f"until {full_date(place.last_day)}" if place.last_day else "",
    )
    return ", ".join([minutes(place.minutes), *(filter(None, told) if any(told) else [ANY])])


def offered(offer: Offer, known: Known) -> str:
    """`Wed 4 Mar 2026, 11:00, Ana Petrov, Room 1`."""
    who, where = known.therapists.get(offer.therapist_id), known.rooms.get(offer.room_id)
    return ", ".join(filter(None, (moment(offer.starts_at, known.zone), who, where)))


def week(step: Step, name: str, known: Known) -> Week:
    """A week in words."""
    return Week(
        action=f"/waiting/weeks/{step.course_id}/{step.day}",
        course=step.course_id,
        name=name,
        day=full_date(step.day),
        why=step.detail,
        choices=[choice(one, known) for one in step.alternatives],
    )


def choice(one: Alternative, known: Known) -> Choice:
    """`Thu 5 Mar, 10:00, Ana Petrov`."""
    day = short_day(day_of(one.starts_at, known.zone))
    told = (day, clock_time(one.starts_at, known.zone), known.therapists.get(one.therapist_id))
    return Choice(
        starts_at=one.starts_at.isoformat(), therapist_id=one.therapist_id, label=", ".join(filter(None, told))
    )
