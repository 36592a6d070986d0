"""How a client's visits usually are, and when anybody works: what new times are compared with."""

from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.choosing import Wish
from services.scheduling.domain.minutes import wall_clock
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.runs import worked
from services.scheduling.domain.slots import WEEKDAYS, Interval
from services.scheduling.domain.visits import Appointment


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


def working_days(found: Roster, within: Interval) -> set[date]:
    """The days on which anybody works."""
    spans = (span for one in found.workers.values() for span in worked(one.hours, within, found.zone, one.days))
    return {date.fromordinal(wall_clock(minute, found.zone)[0]) for span in spans for minute in span}
