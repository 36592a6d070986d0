"""The free times of each day that come nearest to what is wished for, ready to be compared with those of other days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from services.scheduling.domain.choosing import Wish, wish_on
from services.scheduling.domain.roster import Roster, Workplace
from services.scheduling.domain.slots import WEEKDAYS, Interval, is_free

WEEKDAY, HOURS, THERAPIST = 4, 2, 1
"""What a wish weighs that a visit does not meet: the therapist is given up first, the weekday last (policy)."""


class Opening(Struct):
    """What a day has to offer. `unmet` is the weight of the wishes that no free time of the day meets.

    `times` are the free times that miss no more than that: from the minute of the day (wall clock) to whoever is free
    then, the therapist at place n of the roster as the bit 1 << n; `starts` are the same times as instants.
    """

    unmet: int
    times: dict[int, int]
    starts: dict[int, datetime]


Openings = Mapping[date, Opening]


class Moment(Struct, frozen=True):
    """A start on the wall clock, and whether a visit then lies outside the wished hours."""

    day: date
    minute: int
    outside: bool


UNSEEN = Moment(date.min, 0, outside=False)
"""A start that nobody has looked at."""


def openings(roster: Roster, wish: Wish, minutes: int, within: Interval) -> dict[date, Opening]:
    """Every day with a free time that begins inside `within`."""
    found: dict[date, Opening] = {}
    of_rooms: dict[tuple[UUID, ...], dict[datetime, Moment | None]] = {}
    for place, worker in enumerate(roster.workers.values()):
        other = THERAPIST * (wish.therapist_id not in (None, worker.therapist_id))
        known, rooms = of_rooms.setdefault(tuple(worker.rooms), {}), roster.rooms_of(worker, wish.equipment)
        for start in roster.free_starts(worker, within, minutes):
            if (moment := known.get(start, UNSEEN)) is UNSEEN:
                moment = known[start] = moment_in_room(start, minutes, wish, roster, rooms)
            if moment:
                add(found, moment, start, other + HOURS * moment.outside, 1 << place)
    for day, opening in found.items():
        opening.unmet += WEEKDAY * (not on_wished_weekday(wish, day))
    return found


def add(found: dict[date, Opening], moment: Moment, start: datetime, unmet: int, who: int) -> None:
    """Note a free time, if the day has none that misses less."""
    opening = found.get(moment.day)
    if opening is None or unmet < opening.unmet:
        found[moment.day] = Opening(unmet, {moment.minute: who}, {moment.minute: start})
    elif unmet == opening.unmet:
        opening.times[moment.minute] = opening.times.get(moment.minute, 0) | who
        opening.starts[moment.minute] = start


def moment_in_room(
    start: datetime, minutes: int, wish: Wish, roster: Roster, rooms: Sequence[Workplace]
) -> Moment | None:
    """The start, if one of the rooms is free then: the same for all therapists who may use the same rooms."""
    time = start, start + timedelta(minutes=minutes)
    if not any(is_free(time, room.taken) for room in rooms):
        return None
    return moment_of(start, minutes, wish, roster)


def moment_of(start: datetime, minutes: int, wish: Wish, roster: Roster) -> Moment:
    """The start as the practice's clock shows it."""
    local = start.astimezone(roster.zone)
    day, outside = local.date(), False
    if wish.from_ or wish.to:
        first, last = wish_on(day, wish, roster)
        outside = start < first or start + timedelta(minutes=minutes) > last
    return Moment(day, local.hour * 60 + local.minute, outside)


def on_wished_weekday(wish: Wish, day: date) -> bool:
    """Whether the day is one of those wished for, or any will do."""
    return not wish.weekdays or WEEKDAYS[day.weekday()] in wish.weekdays
