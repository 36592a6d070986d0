"""The openings of a day are its free slots that come nearest to the wish, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from services.scheduling.domain.choosing import Wish
from services.scheduling.domain.minutes import instant, stretch
from services.scheduling.domain.openings import openings
from services.scheduling.domain.slots import Span
from tests.unit.scheduling.test_choosing import ADA, BEN, ROOM, local, roster, taken

WEEK = (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wish", "unmet"),
    [
        (Wish(), 0),
        (Wish(therapist_id=ADA), 0),
        (Wish(from_="10:00", to="11:00", therapist_id=ADA), 1),
        (Wish(from_="07:00", to="08:00", therapist_id=ADA), 2),
        (Wish(weekdays=["tue"]), 4),
    ],
)
def test_a_day_offers_the_slots_that_miss_least(wish: Wish, unmet: int):
    found = roster(taken((2, 10, 11)), taken((2, 9, 10)))
    opening = openings(found, wish, 60, WEEK)[local(2, 9).date()]
    assert opening.unmet == unmet
    for place, worker in enumerate(found.workers.values()):
        free = {slot.starts_at for slot in found.slots(worker, WEEK, 60)}
        offered = {instant(opening.starts[minute]) for minute, who in opening.times.items() if who >> place & 1}
        assert offered <= free


def test_without_a_wish_every_slot_is_an_opening_in_practice_time():
    found = roster(taken((2, 10, 11)), taken((4, 9, 12)))
    table = openings(found, Wish(), 60, WEEK)
    slots = {
        (slot.starts_at, slot.therapist_id) for one in found.workers.values() for slot in found.slots(one, WEEK, 60)
    }
    ours = {
        (instant(opening.starts[minute]), (ADA, BEN)[place])
        for opening in table.values()
        for minute, who in opening.times.items()
        for place in (0, 1)
        if who >> place & 1
    }
    assert ours == slots
    monday = table[local(2, 9).date()]
    assert instant(monday.starts[540]) == local(2, 9)
    assert min(
        instant(opening.starts[minute]) - local(2, 0) for opening in table.values() for minute in opening.times
    ) == timedelta(hours=9)


def test_of_an_hour_that_comes_twice_nobody_is_offered_who_is_not_free():
    night = (datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 11, 3, tzinfo=UTC))
    one, two = (stretch((at, at + timedelta(hours=1))) for at in (local_at(5), local_at(6)))  # both are 01:00 to 02:00
    hours = [Span(weekday="sun", from_="00:30", to="04:00")]
    found = roster([one], [two])
    workers = {key: replace(worker, hours=hours) for key, worker in found.workers.items()}
    found = replace(found, workers=workers)
    (opening,) = openings(found, Wish(), 30, night).values()
    for minute, who in opening.times.items():
        for place, worker in enumerate(workers.values()):
            if who >> place & 1:
                start = instant(opening.starts[minute])
                assert found.taken(worker, found.rooms[ROOM], (start, start + timedelta(minutes=30))) is None


def local_at(hour: int) -> datetime:
    return datetime(2025, 11, 2, hour, tzinfo=UTC)
