"""Other times of the same week, for a regular visit that cannot be at its usual time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from services.scheduling.domain.choosing import Wish, choose
from services.scheduling.domain.rolling import Alternative, Rhythm
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY
from shared.clock import at, parse_time


def alternatives(roster: Roster, rhythm: Rhythm, day: date, not_before: datetime) -> list[Alternative]:
    """The best free time of each day of the week (Monday to Sunday), the nearest day first, later rather than earlier.

    Of a day the time nearest to the usual one; with another therapist before at another time.
    """
    monday = day - day.weekday() * A_DAY
    days = sorted((monday + number * A_DAY for number in range(7)), key=lambda other: (abs(other - day), other < day))
    return list(best(roster, rhythm, days, not_before))


def best(roster: Roster, rhythm: Rhythm, days: list[date], not_before: datetime) -> Iterator[Alternative]:
    """For each of the days that has one, its free time."""
    for day in days:
        choice = choose(roster, day, usual(roster, rhythm, day), rhythm.minutes, not_before)
        if choice:
            slot = choice.slot
            yield Alternative(starts_at=slot.starts_at, ends_at=slot.ends_at, therapist_id=slot.therapist_id)


def usual(roster: Roster, rhythm: Rhythm, day: date) -> Wish:
    """The usual time of day and therapist."""
    start = at(day, parse_time(rhythm.time), roster.zone)
    end = (start + timedelta(minutes=rhythm.minutes)).astimezone(roster.zone)
    return Wish(from_=rhythm.time, to=f"{end:%H:%M}", therapist_id=rhythm.therapist_id, equipment=rhythm.equipment)
