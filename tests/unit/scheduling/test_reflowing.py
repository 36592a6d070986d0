"""Who takes which day when later visits are put right, and what others find taken after it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.placing import Placement
from services.scheduling.domain.reflowing import minutes_of, occupied, share, times_of, without
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import WEEKDAYS, Span
from services.scheduling.domain.visits import Appointment

ADA, BEN, ROOM = (UUID(int=n) for n in range(1, 4))


def visit(day: int, minutes: int = 60) -> Appointment:
    starts_at = datetime(2026, 3, day, 15, tzinfo=UTC)
    ends_at = starts_at + timedelta(minutes=minutes)
    return Appointment(
        appointment_id=UUID(int=100 + day), therapist_id=ADA, room_id=ROOM, starts_at=starts_at, ends_at=ends_at
    )


@pytest.mark.parametrize(
    ("later", "leaving", "days", "moves", "left"),
    [
        ((4, 9, 11), (), (4, 9, 11, 16), {}, (16,)),
        ((4, 9, 11), (), (6, 9, 11, 16), {4: 6}, (16,)),
        ((4, 9, 11), (), (6, 13, 16), {4: 6, 9: 13, 11: 16}, ()),
        ((4, 9, 11), (9,), (4, 9, 11), {9: 9}, ()),
        ((4, 9, 11), (9,), (4, 10, 11), {9: 10}, ()),
        ((), (), (6,), {}, (6,)),
    ],
)
def test_who_keeps_their_day_stays(later, leaving, days, moves, left):
    found = share(
        [visit(day) for day in later],
        {UUID(int=100 + day) for day in leaving},
        [date(2026, 3, day) for day in days],
        lambda one: one.starts_at.date(),
    )
    assert {one.starts_at.day: day.day for one, day in found.moves} == moves
    assert [day.day for day in found.fresh] == list(left)


def roster() -> Roster:
    hours = [Span(weekday=day, from_="09:00", to="17:00") for day in WEEKDAYS[:5]]
    people = (Worker(therapist_id=one, name="Ada", hours=hours, rooms=[], buffer_minutes=15) for one in (ADA, BEN))
    rooms = {ROOM: Workplace(room_id=ROOM, name="Room")}
    zone = ZoneInfo("America/New_York")
    return Roster(zone=zone, grid=15, workers={one.therapist_id: one for one in people}, rooms=rooms)


def test_what_one_client_was_given_the_next_finds_taken():
    one = visit(4)
    given = Placement(
        appointment_id=one.appointment_id, therapist_id=ADA, room_id=ROOM, starts_at=one.starts_at, ends_at=one.ends_at
    )
    found = occupied(roster(), [given])
    assert found.taken(found.workers[ADA], found.rooms[ROOM], one.time).rule == "therapist_taken"
    assert found.taken(found.workers[BEN], found.rooms[ROOM], one.time).rule == "room_taken"
    buffer = (one.ends_at, one.ends_at + timedelta(minutes=15))
    assert found.taken(found.workers[ADA], found.rooms[ROOM], buffer).rule == "therapist_taken"


def test_who_leaves_is_not_there():
    assert without(roster(), ADA).outside(without(roster(), ADA).workers[ADA], visit(4).time).rule == "outside_hours"
    assert without(roster(), ROOM).rooms_of(roster().workers[ADA]) == []
    assert without(roster(), BEN).workers[ADA].active


def test_lengths_and_times():
    assert [minutes_of(visit(4, minutes)) for minutes in (45, 60, 90)] == [45, 60, 90]
    assert times_of([visit(4), visit(6)], [visit(4).appointment_id]) == [visit(6).time]
