"""The day board: one ordered list a therapist, with visits, free times and time off; the clock is only paint."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from services.web.answers.scheduling import Slot, Therapist, Visit
from services.web.views.laying import Item, Stretch, lay, nothing, units
from services.web.views.words import STATES, clock_time, short_day
from shared.clock import at, day_of, parse_time

SHORT_VISIT = 9
LATE = timedelta(minutes=10)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Column(Struct, frozen=True, kw_only=True):
    """A therapist's day. `visits` is how many are not called off."""

    therapist_id: UUID
    name: str
    visits: int
    items: tuple[Item, ...]


class Board(Struct, frozen=True, kw_only=True):
    """All columns, and the full hours beside them."""

    columns: tuple[Column, ...]
    hours: tuple[str, ...]


class Facts(Struct, frozen=True, kw_only=True):
    """What a board is made of. `names` maps clients, `rooms` rooms to what they are called."""

    on: date
    now: datetime
    zone: ZoneInfo
    therapists: Sequence[Therapist]
    visits: Sequence[Visit]
    slots: Sequence[Slot]
    names: Mapping[UUID, str]
    rooms: Mapping[UUID, str]


def board(facts: Facts) -> Board:
    """Lay out a day: all columns share one scale, from the first to the last full hour in use."""
    begin, end = _frame(facts)
    full_hours = range(int((end - begin).total_seconds() // 3600))
    return Board(
        columns=tuple(_column(facts, therapist, begin, end) for therapist in facts.therapists),
        hours=tuple(clock_time(begin + timedelta(hours=n), facts.zone) for n in full_hours),
    )


def _frame(facts: Facts) -> tuple[datetime, datetime]:
    worked = [span for therapist in facts.therapists for span in _hours(facts, therapist)]
    spans = worked + [(visit.starts_at, visit.ends_at) for visit in facts.visits] or [_usual(facts)]
    begin = min(span[0] for span in spans).astimezone(facts.zone).replace(minute=0)
    end = max(span[1] for span in spans).astimezone(facts.zone)
    whole = end if end.minute == 0 else end.replace(minute=0) + timedelta(hours=1)
    return begin.astimezone(UTC), whole.astimezone(UTC)


def _usual(facts: Facts) -> tuple[datetime, datetime]:
    return at(facts.on, time(9), facts.zone), at(facts.on, time(17), facts.zone)


def _hours(facts: Facts, therapist: Therapist) -> list[tuple[datetime, datetime]]:
    today = [hours for hours in therapist.hours if hours.weekday == WEEKDAYS[facts.on.weekday()]]
    return sorted(_worked(facts, parse_time(hours.begin), parse_time(hours.end)) for hours in today)


def _worked(facts: Facts, begin: time, end: time) -> tuple[datetime, datetime]:
    """Give a span of working hours; an end at or before the beginning lies on the next day."""
    last = facts.on if end > begin else facts.on + timedelta(days=1)
    return at(facts.on, begin, facts.zone), at(last, end, facts.zone)


def _column(facts: Facts, therapist: Therapist, begin: datetime, end: datetime) -> Column:
    visits = [visit for visit in facts.visits if visit.therapist_id == therapist.therapist_id]
    stretches = [
        *(_visit(facts, visit) for visit in visits if visit.status != "cancelled"),
        *_free(facts, therapist.therapist_id),
        *(_off(facts, therapist, begin, end) if therapist.hours else ()),
    ]
    return Column(
        therapist_id=therapist.therapist_id,
        name=therapist.name,
        visits=sum(visit.status != "cancelled" for visit in visits),
        items=tuple(lay([*sorted(stretches, key=lambda stretch: stretch.begin), nothing(end)], begin)),
    )


def _visit(facts: Facts, visit: Visit) -> Stretch:
    return Stretch(begin=visit.starts_at, end=visit.ends_at, item=visit_item(facts, visit))


def visit_item(facts: Facts, visit: Visit) -> Item:
    """Say who comes, when, for which session, where, and how it stands."""
    return Item(
        kind="visit",
        span=units(visit.starts_at, visit.ends_at),
        times=_times(facts, visit.starts_at, visit.ends_at),
        name=facts.names.get(visit.client_id, "Name not available"),
        what=f"session {visit.ordinal}" if visit.ordinal else "",
        where=f"{facts.rooms.get(visit.room_id, 'Room')}, {state_of(facts, visit)}",
        href=f"/courses/{visit.course_id}" if visit.course_id else f"/clients/{visit.client_id}",
        tone=_tone(facts, visit),
    )


def asked_about(facts: Facts, visit: Visit) -> Item:
    """A visit of an earlier day without an outcome: its day, and the page on which to say what happened."""
    item, on = visit_item(facts, visit), day_of(visit.starts_at, facts.zone)
    return replace(item, times=f"{short_day(on)}, {item.times}", href=f"/visits/{visit.appointment_id}")


def is_open_since_before(visit: Visit, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a visit of an earlier day has no outcome: nobody can be late for it any more."""
    return visit.status in ("booked", "arrived") and day_of(visit.starts_at, zone) < day_of(now, zone)


def is_late(visit: Visit, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a visit of today should have begun and nobody has said who came."""
    today = day_of(visit.starts_at, zone) == day_of(now, zone)
    return visit.status == "booked" and today and now > visit.starts_at + LATE


def state_of(facts: Facts, visit: Visit) -> str:
    """Say in words how a visit stands."""
    if is_open_since_before(visit, facts.now, facts.zone):
        return "what happened?"
    return "not here yet" if is_late(visit, facts.now, facts.zone) else STATES.get(visit.status, visit.status)


def _tone(facts: Facts, visit: Visit) -> str:
    usual = {"fulfilled": "done", "missed": "missed", "arrived": "here"}.get(visit.status, "")
    asked = is_late(visit, facts.now, facts.zone) or is_open_since_before(visit, facts.now, facts.zone)
    tone = "unsure" if asked else usual
    return f"{tone} short".strip() if units(visit.starts_at, visit.ends_at) <= SHORT_VISIT else tone


def _free(facts: Facts, therapist_id: UUID) -> Iterator[Stretch]:
    """Free times that touch or overlap are one stretch."""
    slots = sorted((slot.starts_at, slot.ends_at) for slot in facts.slots if slot.therapist_id == therapist_id)
    while slots:
        begin, end = slots.pop(0)
        while slots and slots[0][0] <= end:
            end = max(end, slots.pop(0)[1])
        yield Stretch(begin=begin, end=end, item=Item(kind="free", span=0, times=_times(facts, begin, end)))


def _off(facts: Facts, therapist: Therapist, begin: datetime, end: datetime) -> Iterator[Stretch]:
    cursor = begin
    for opens, closes in [*_hours(facts, therapist), (end, end)]:
        if opens > cursor:
            yield Stretch(begin=cursor, end=opens, item=Item(kind="off", span=0, what="Not working"))
        cursor = max(cursor, closes)


def _times(facts: Facts, begin: datetime, end: datetime) -> str:
    return f"{clock_time(begin, facts.zone)}–{clock_time(end, facts.zone)}"
