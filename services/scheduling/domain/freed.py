"""A time that became free: what of it would suit somebody who waits, and until when they may answer."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.choosing import wish_on
from services.scheduling.domain.roster import Roster, Slot
from services.scheduling.domain.slots import A_DAY, WEEKDAYS, Interval, Times, on, overlap
from services.scheduling.domain.waiting import Wanted
from shared.clock import day_of


class Freed(Struct, frozen=True, kw_only=True):
    """When a therapist became free; without one, everybody did (a closure was taken back)."""

    therapist_id: UUID | None
    starts_at: datetime
    ends_at: datetime

    @property
    def time(self) -> Interval:
        """From when to when."""
        return self.starts_at, self.ends_at


def suiting(
    roster: Roster, freed: Freed, wanted: Wanted, after: datetime, offered: Collection[tuple[UUID, datetime]]
) -> list[Slot]:
    """Free times that use the freed one, begin after an instant and are as wanted; those inside it come first."""
    found = (
        slot
        for slot in using(roster, freed, wanted)
        if slot.starts_at > after and (slot.therapist_id, slot.starts_at) not in offered and suits(roster, slot, wanted)
    )
    return sorted(found, key=lambda slot: (slot.starts_at < freed.starts_at, slot.starts_at))


def using(roster: Roster, freed: Freed, wanted: Wanted) -> Iterator[Slot]:
    """All free times of that length that reach into the freed one, of the therapists concerned."""
    within = (freed.starts_at - timedelta(minutes=wanted.minutes), freed.ends_at)
    for worker in roster.workers.values():
        mine = worker.therapist_id
        if freed.therapist_id in (None, mine) and wanted.therapist_id in (None, mine):
            slots = roster.slots(worker, within, wanted.minutes, wanted.equipment)
            yield from (one for one in slots if overlap((one.starts_at, one.ends_at), freed.time))


def suits(roster: Roster, slot: Slot, wanted: Wanted) -> bool:
    """Whether weekday, day and time of day are as wanted: here a wish is a condition."""
    day = day_of(slot.starts_at, roster.zone)
    first, last = wish_on(day, wanted.wish, roster)
    return (
        (not wanted.weekdays or WEEKDAYS[day.weekday()] in wanted.weekdays)
        and (wanted.first_day or day) <= day <= (wanted.last_day or day)
        and first <= slot.starts_at
        and slot.ends_at <= last
    )


def answer_by(now: datetime, length: timedelta, quiet: Times, zone: ZoneInfo) -> datetime:
    """When so much time has gone by outside the quiet hours: nobody need answer at night."""
    awake, day, left = Times(from_=quiet.to, to=quiet.from_), day_of(now, zone) - A_DAY, length
    while True:
        start, end = on(awake, day, zone)
        start = max(start, now)
        if start + left <= end:
            return start + left
        left -= max(end - start, timedelta(0))
        day += A_DAY
