"""The best free time of a day for what was wished."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.choosing import Wish, choose
from services.scheduling.domain.fitting import Want, alternatives, fit
from services.scheduling.domain.habits import FreeDays
from services.scheduling.domain.minutes import Stretch, merged, stretch
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import WEEKDAYS, Span
from shared.decider import Refusal, Unknown

ZONE = ZoneInfo("America/New_York")
ADA, BEN, ROOM, ATTIC = (UUID(int=n) for n in range(1, 5))
MONDAY = date(2026, 3, 2)
DAWN = datetime(2026, 3, 1, tzinfo=UTC)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def taken(*times: tuple[int, int, int]) -> list[Stretch]:
    return [stretch((local(day, start), local(day, end))) for day, start, end in times]


def roster(ada: list[Stretch] | None = None, ben: list[Stretch] | None = None, **more: object) -> Roster:
    hours = [Span(weekday=day, from_="09:00", to="12:00") for day in WEEKDAYS[:5]]
    people = (
        Worker(therapist_id=ADA, name="Ada", hours=hours, rooms=[ROOM], taken=ada or []),
        Worker(therapist_id=BEN, name="Ben", hours=hours, rooms=[], buffer_minutes=15, taken=ben or []),
    )
    rooms = {ROOM: Workplace(room_id=ROOM, name="Room"), ATTIC: Workplace(room_id=ATTIC, name="Attic")}
    return Roster(zone=ZONE, grid=15, workers={one.therapist_id: one for one in people}, rooms=rooms, **more)


WISH = Wish(weekdays=["mon"], from_="10:00", to="11:00", therapist_id=ADA)


@pytest.mark.parametrize(
    ("ada", "ben", "day", "expected"),
    [
        ((), (), 2, (0, ADA, 10, None)),
        (((2, 10, 11),), (), 2, (1, BEN, 10, "another therapist")),
        (((2, 10, 11),), ((2, 10, 11),), 2, (1, ADA, 9, "another time")),
        (((2, 9, 12),), ((2, 10, 11),), 2, (1, BEN, 11, "another time, another therapist")),
        ((), (), 3, (2, ADA, 10, "another weekday")),
        (((3, 10, 11),), (), 3, (2, BEN, 10, "another weekday, another therapist")),
    ],
)
def test_the_nearest_to_the_wish(ada, ben, day, expected):
    choice = choose(roster(taken(*ada), taken(*ben)), date(2026, 3, day), WISH, 60, DAWN)
    slot = choice.slot
    assert (choice.rank, slot.therapist_id, slot.starts_at.astimezone(ZONE).hour, choice.why) == expected


def test_a_day_without_a_free_time_has_none():
    busy = taken((2, 9, 12))
    assert choose(roster(busy, busy), MONDAY, WISH, 60, DAWN) is None
    assert choose(roster(closed=busy), MONDAY, WISH, 60, DAWN) is None
    assert choose(roster(client_taken=busy), MONDAY, WISH, 60, DAWN) is None


def test_nothing_is_chosen_that_is_over():
    choice = choose(roster(), MONDAY, Wish(), 60, local(2, 10, 5))
    assert choice.slot.starts_at == local(2, 10, 15)


def test_a_visit_lies_inside_the_wished_time():
    choice = choose(roster(), MONDAY, Wish(from_="10:00", to="10:30"), 60, DAWN)
    assert choice.rank == 1


def test_the_buffer_after_a_visit_must_be_free_too():
    busy = taken((2, 11, 12))
    found, morning = roster(ben=busy), (local(2, 9), local(2, 12))
    starts = [one.starts_at for one in found.slots(found.workers[BEN], morning, 60)]
    assert starts == [local(2, 9), local(2, 9, 15), local(2, 9, 30), local(2, 9, 45)]


def test_a_room_is_found_and_named_when_none_is_free():
    full = Workplace(room_id=ROOM, name="Room", taken=taken((2, 9, 12)))
    free = Workplace(room_id=ATTIC, name="Attic")
    found = roster()
    wanted = Want(appointment_id=UUID(int=9), therapist_id=BEN, starts_at=local(2, 10), minutes=60)
    one_left = Roster(zone=ZONE, grid=15, workers=found.workers, rooms={ROOM: full, ATTIC: free})
    assert fit(one_left, wanted).room_id == ATTIC
    none_left = Roster(zone=ZONE, grid=15, workers=found.workers, rooms={ROOM: full})
    assert fit(none_left, wanted).taken.rule == "room_taken"
    nowhere = fit(Roster(zone=ZONE, grid=15, workers=found.workers, rooms={}), wanted)
    assert (nowhere.room_id, nowhere.against.rule) == (None, "no_room")
    assert "There is no room in which Ben works." in nowhere.against.detail
    with pytest.raises(Unknown):
        fit(Roster(zone=ZONE, grid=15, workers={}, rooms={}), wanted)


def test_hours_are_judged_across_their_seams():
    spans = [Span(weekday="mon", from_="22:00", to="24:00"), Span(weekday="tue", from_="00:00", to="02:00")]
    night = Worker(therapist_id=ADA, name="Ada", hours=spans, rooms=[])
    over_midnight = (local(2, 23, 30), local(3, 0, 30))
    assert roster().outside(night, over_midnight) is None
    assert roster().outside(night, (local(3, 1, 30), local(3, 2, 30))).rule == "outside_hours"


def test_alternatives_start_on_the_first_day_that_is_possible():
    wanted = Want(appointment_id=UUID(int=9), therapist_id=ADA, starts_at=local(2, 10), minutes=60)
    refusal = Refusal(rule="break", detail="Break.", earliest=date(2026, 3, 10))
    found = alternatives(roster(), fit(roster(), wanted), refusal, DAWN)
    assert [one["starts_at"] for one in found] == [local(10, 10), local(10, 9, 45), local(10, 10, 15)]


def test_who_has_no_room_for_the_visit_is_offered_the_nearest_times_of_those_who_have():
    found = roster(ben=taken((2, 10, 11)))
    wide = Workplace(room_id=ATTIC, name="Attic", equipment=["wide_table"])
    found = Roster(zone=ZONE, grid=15, workers=found.workers, rooms={ROOM: found.rooms[ROOM], ATTIC: wide})
    wanted = Want(
        appointment_id=UUID(int=9), therapist_id=ADA, starts_at=local(2, 10), minutes=60, equipment=["wide_table"]
    )
    nowhere = fit(found, wanted)
    assert nowhere.against.detail.startswith("There is no room with wide_table in which Ada works.")
    near = alternatives(found, nowhere, nowhere.against, DAWN)
    assert {(one["therapist_id"], one["room_id"]) for one in near} == {(BEN, ATTIC)}
    assert [one["starts_at"] for one in near] == [local(2, 11), local(3, 9), local(3, 9, 15)]


HOURS = st.lists(st.tuples(st.integers(2, 6), st.integers(9, 11)), max_size=9)


@settings(max_examples=100)
@given(
    ada=HOURS,
    ben=HOURS,
    who=st.sampled_from([ADA, BEN]),
    start=st.sampled_from(["08:00", "09:00", "10:15", "11:00"]),
    minutes=st.sampled_from([45, 60, 90]),
)
def test_a_day_has_the_rank_of_its_best_time(ada, ben, who, start, minutes):
    found = roster(*(merged(taken(*((day, hour, hour + 1) for day, hour in busy))) for busy in (ada, ben)))
    wish = Wish(weekdays=["mon", "wed"], from_=start, to=f"{int(start[:2]) + 1:02}{start[2:]}", therapist_id=who)
    free = FreeDays(found, minutes, (DAWN, local(8, 0)))
    for day in (MONDAY + timedelta(days=n) for n in range(6)):
        choice = choose(found, day, wish, minutes, DAWN)
        assert free.rank(day, wish) == (choice and choice.rank)
