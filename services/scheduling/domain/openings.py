"""The free times of each day that come nearest to what is wished for, ready to be compared with those of other days."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from services.scheduling.domain.choosing import Wish, wish_on
from services.scheduling.domain.minutes import Stretch, is_free, stretch, wall_clock
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import WEEKDAYS, Interval

WEEKDAY, HOURS, THERAPIST = 4, 2, 1
"""What a wish weighs that a visit does not meet: the therapist is given up first, the weekday last (policy)."""


class Opening(Struct):
    """What a day has to offer. `unmet` is the weight of the wishes that no free time of the day meets.

    `times` are the free times that miss no more than that: from the minute of the day (wall clock) to whoever is free
    then, the therapist at place n of the roster as the bit 1 << n; `starts` are the same times in minutes since 1970.
    """

    unmet: int
    times: dict[int, int]
    starts: dict[int, int]


Openings = Mapping[date, Opening]
Who = dict[int, int]
"""From starts in minutes since 1970 to whoever is free then, as bits."""


class Moment(Struct, frozen=True):
    """A start on the wall clock: the day's ordinal, the minute of the day, and whether it lies outside the wish."""

    day: int
    minute: int
    outside: bool


def openings(roster: Roster, wish: Wish, minutes: int, within: Interval) -> dict[date, Opening]:
    """Every day with a free time that begins inside `within`."""
    found: dict[int, Opening] = {}
    for (rooms, unmet), who in free_starts(roster, wish, minutes, within).items():
        taken = [roster.rooms[one].taken for one in rooms]
        for start, mask in who.items():
            if somewhere((start, start + minutes), taken):
                moment = moment_of(start, minutes, wish, roster)
                add(found, moment, start, mask, unmet + HOURS * moment.outside)
    days = {date.fromordinal(day): opening for day, opening in found.items()}
    for day, opening in days.items():
        opening.unmet += WEEKDAY * (not on_wished_weekday(wish, day))
    return days


def free_starts(roster: Roster, wish: Wish, minutes: int, within: Interval) -> dict[tuple[tuple[UUID, ...], int], Who]:
    """When anybody is free: apart for those who may use other rooms, and for those who were not wished for."""
    found: dict[tuple[tuple[UUID, ...], int], Who] = {}
    for place, worker in enumerate(roster.workers.values()):
        rooms = tuple(room.room_id for room in roster.rooms_of(worker, wish.equipment))
        other = THERAPIST * (wish.therapist_id not in (None, worker.therapist_id))
        who = found.setdefault((rooms, other), {})
        for run in roster.free_runs(worker, within, minutes) if rooms else ():
            for start in run:
                who[start] = who.get(start, 0) | 1 << place
    return found


def somewhere(time: Stretch, rooms: list[Sequence[Stretch]]) -> bool:
    """Whether one of the rooms is free. It comes to the front: it is likely to be free a quarter of an hour later."""
    for place, taken in enumerate(rooms):
        if is_free(time, taken):
            rooms.insert(0, rooms.pop(place))
            return True
    return False


def add(found: dict[int, Opening], moment: Moment, start: int, who: int, unmet: int) -> None:
    """Note a free time, if the day has none that misses less. Of an hour that the clocks show twice one is kept."""
    opening, minute = found.get(moment.day), moment.minute
    if opening is None or unmet < opening.unmet:
        found[moment.day] = Opening(unmet, {minute: who}, {minute: start})
    elif unmet == opening.unmet and opening.starts.setdefault(minute, start) == start:
        opening.times[minute] = opening.times.get(minute, 0) | who


def moment_of(start: int, minutes: int, wish: Wish, roster: Roster) -> Moment:
    """The start as the practice's clock shows it."""
    day, minute = wall_clock(start, roster.zone)
    if wish.from_ is None and wish.to is None:
        return Moment(day, minute, outside=False)
    first, last = stretch(wish_on(date.fromordinal(day), wish, roster))
    return Moment(day, minute, outside=start < first or start + minutes > last)


def on_wished_weekday(wish: Wish, day: date) -> bool:
    """Whether the day is one of those wished for, or any will do."""
    return not wish.weekdays or WEEKDAYS[day.weekday()] in wish.weekdays
