"""The best free time of a day for what was wished."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from services.scheduling.domain.roster import Roster, Slot, Worker
from services.scheduling.domain.slots import WEEKDAYS, Interval, whole_day
from shared.clock import at, parse_time

ANOTHER_DAY = "another weekday"
ANOTHER_TIME = "another time"
ANOTHER_THERAPIST = "another therapist"


class Wish(Struct, frozen=True, kw_only=True):
    """What the client would like. Empty or absent is any; the visit lies inside `[from_, to]` of the wall clock.

    `equipment` is no wish: a room without it will not do.
    """

    weekdays: Collection[str] = ()
    from_: str | None = None
    to: str | None = None
    therapist_id: UUID | None = None
    equipment: Collection[str] = ()


class Choice(Struct, frozen=True, kw_only=True):
    """A free time of a day. `rank` 0 is as wished, 1 on a wished weekday, 2 on another; `why` says what is other."""

    slot: Slot
    rank: int
    why: str | None = None


def choose(roster: Roster, day: date, wish: Wish, minutes: int, not_before: datetime) -> Choice | None:
    """The day's best free time: the wish itself, then the therapist changes, then the time, then both."""
    whole, wished = whole_day(day, roster.zone), wish_on(day, wish, roster)
    wished_day = not wish.weekdays or WEEKDAYS[day.weekday()] in wish.weekdays
    mine, anybody = favourites(roster, wish), list(roster.workers.values())
    for why, workers, within in (
        (None, mine, wished),
        (ANOTHER_THERAPIST, anybody, wished),
        (ANOTHER_TIME, mine, whole),
        (f"{ANOTHER_TIME}, {ANOTHER_THERAPIST}", anybody, whole),
    ):
        inside = (max(within[0], not_before), within[1])
        slots = (slot for one in workers for slot in roster.slots(one, inside, minutes, wish.equipment))
        if slot := nearest(slots, inside[1], wished[0]):
            return rated(slot, wished_day=wished_day, why=why)
    return None


def rated(slot: Slot, *, wished_day: bool, why: str | None) -> Choice:
    """The free time with its rank."""
    if not wished_day:
        return Choice(slot=slot, rank=2, why=f"{ANOTHER_DAY}, {why}" if why else ANOTHER_DAY)
    return Choice(slot=slot, rank=1 if why else 0, why=why)


def nearest(slots: Iterable[Slot], until: datetime, wished: datetime) -> Slot | None:
    """Of the free times that end in time, the one nearest to the wished instant; the earlier therapist on a tie."""
    in_time = (slot for slot in slots if slot.ends_at <= until)
    return min(in_time, key=lambda slot: abs(slot.starts_at - wished), default=None)


def favourites(roster: Roster, wish: Wish) -> list[Worker]:
    """The wished therapist, or everybody."""
    if wish.therapist_id is None:
        return list(roster.workers.values())
    return [one for one in (roster.workers.get(wish.therapist_id),) if one]


def wish_on(day: date, wish: Wish, roster: Roster) -> Interval:
    """The wished time of day, as instants."""
    start, end = whole_day(day, roster.zone)
    if wish.from_:
        start = at(day, parse_time(wish.from_), roster.zone)
    if wish.to and wish.to.strip() != "24:00":
        end = at(day, parse_time(wish.to), roster.zone)
    return start, end
