"""How a client's visits usually are, and which days come near to that: what new times are compared with."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.choosing import Wish
from services.scheduling.domain.openings import Openings, on_wished_weekday, openings
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import WEEKDAYS, Interval
from services.scheduling.domain.visits import Appointment
from shared.clock import parse_time


class Habits(Struct, frozen=True, kw_only=True):
    """The visit of each day, and the first of each weekday (Monday is 0)."""

    zone: ZoneInfo
    on: dict[int, Appointment]
    at: dict[date, Appointment]

    def wish(self, day: date) -> Wish:
        """The time and therapist of the day's own visit, else those of its weekday, else of the first visit."""
        first = self.at[min(self.at)]
        like = self.at.get(day) or self.on.get(day.weekday(), first)
        start, end = (instant.astimezone(self.zone) for instant in like.time)
        return Wish(
            weekdays={WEEKDAYS[weekday] for weekday in self.on},
            from_=f"{start:%H:%M}",
            to=f"{end:%H:%M}",
            therapist_id=like.therapist_id,
            equipment=like.equipment,
        )


def minute_of(text: str | None) -> int:
    """A time of day as a minute of the day."""
    found = parse_time(text or "00:00")
    return found.hour * 60 + found.minute


class FreeDays:
    """The days with a free time of so many minutes that begins inside `within`, looked for once for all of them."""

    def __init__(self, roster: Roster, minutes: int, within: Interval) -> None:
        self.roster, self.minutes, self.within = roster, minutes, within
        self.bits: dict[UUID | None, int] = {one: 1 << place for place, one in enumerate(roster.workers)}
        self._tables: dict[frozenset[str], Openings] = {}

    def rank(self, day: date, wish: Wish) -> int | None:
        """0 where the wished therapist is free at the wished time, 1 on a wished weekday, 2 on another; none without.

        It is the rank that `choose` would give, for wishes as habits are: of one therapist at one time.
        """
        opening = self._table(frozenset(wish.equipment)).get(day)
        if opening is None:
            return None
        if not on_wished_weekday(wish, day):
            return 2
        start, end = minute_of(wish.from_), minute_of(wish.to)
        free = opening.times.get(start, 0) & self.bits.get(wish.therapist_id, 0)
        return 0 if free and start + self.minutes <= end else 1

    def _table(self, equipment: frozenset[str]) -> Openings:
        if equipment not in self._tables:
            wish = Wish(equipment=equipment)
            self._tables[equipment] = openings(self.roster, wish, self.minutes, self.within)
        return self._tables[equipment]
