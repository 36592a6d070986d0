"""Free times of a therapist: buffers add up, holidays and other hours count, a room must have what is needed."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.minutes import Stretch, is_free, merged, stretch
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import Span, Times, whole_day

NEW_YORK = ZoneInfo("America/New_York")
ADA, FRONT, GARDEN = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = date(2026, 3, 2)
WEEK = (whole_day(MONDAY, NEW_YORK)[0], whole_day(MONDAY + timedelta(days=6), NEW_YORK)[1])


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=NEW_YORK).astimezone(UTC)


def between(line: str) -> tuple[datetime, datetime]:
    start, end = map(instant, line.split("/"))
    return start, end


def times(*lines: str) -> list[Stretch]:
    return merged(stretch(between(line)) for line in lines)


def worker(*hours: str, **more) -> Worker:
    spans = [line.replace("-", " ").split() for line in hours or ("mon 09:00-12:00",)]
    return Worker(
        therapist_id=ADA,
        name="Ada",
        hours=[Span(weekday=day, from_=start, to=end) for day, start, end in spans],
        rooms=[],
        **more,
    )


def roster(one: Worker, grid: int = 30, **more) -> Roster:
    rooms = more.pop("rooms", {FRONT: Workplace(room_id=FRONT, name="Front room")})
    return Roster(zone=NEW_YORK, grid=grid, workers={ADA: one}, rooms=rooms, **more)


def offered(found: Roster, minutes: int = 60, **more) -> list[str]:
    slots = found.slots(found.workers[ADA], WEEK, minutes, **more)
    return [f"{slot.starts_at.astimezone(NEW_YORK):%dT%H:%M}" for slot in slots]


def test_buffers_of_neighbours_add_up():
    # The visit at ten keeps ten minutes before and twenty after; a new one brings five before and fifteen after.
    taken = times("02T09:50/02T11:20")
    one = worker("mon 08:00-14:00", taken=taken, buffer_minutes=15, buffer_before_minutes=5)
    found = roster(one, grid=5)
    starts = offered(found)
    assert [start for start in starts if start < "02T11:00"][-2:] == ["02T08:30", "02T08:35"]
    assert next(start for start in starts if start > "02T11:00") == "02T11:25"
    for start, rule in (
        ("02T08:35", None),
        ("02T08:40", "therapist_taken"),
        ("02T11:20", "therapist_taken"),
        ("02T11:25", None),
    ):
        time = (instant(start), instant(start) + timedelta(hours=1))
        refusal = found.taken(one, found.rooms[FRONT], time)
        assert (refusal and refusal.rule) == rule


def test_a_buffer_may_reach_beyond_the_hours():
    assert offered(roster(worker(buffer_minutes=30, buffer_before_minutes=30))) == [
        "02T09:00", "02T09:30", "02T10:00", "02T10:30", "02T11:00",
    ]  # fmt: skip


def test_a_visit_may_run_from_one_span_into_the_next():
    one = worker("mon 22:00-24:00", "tue 00:00-01:00")
    assert offered(roster(one)) == ["02T22:00", "02T22:30", "02T23:00", "02T23:30", "03T00:00"]
    assert roster(one).outside(one, between("02T23:30/03T00:30")) is None


def test_each_span_has_its_own_grid():
    assert offered(roster(worker("mon 09:00-10:40", "mon 10:40-12:00"))) == [
        "02T09:00", "02T09:30", "02T10:00", "02T10:30", "02T10:40",
    ]  # fmt: skip


def test_other_hours_on_a_day_off_and_a_day_off_in_the_week():
    days = {MONDAY: [], MONDAY + timedelta(days=1): [Times(from_="14:00", to="15:30")]}
    one = worker("mon 09:00-12:00", days=days)
    assert offered(roster(one)) == ["03T14:00", "03T14:30"]
    assert roster(one).outside(one, between("03T14:00/03T15:00")) is None
    refusal = roster(one).outside(one, between("02T10:00/02T11:00"))
    assert refusal is not None
    assert refusal.rule == "outside_hours"


def test_a_holiday_is_refused_by_its_name():
    closed = [stretch(whole_day(MONDAY, NEW_YORK))]
    one = worker()
    found = roster(one, closed=closed, holidays={MONDAY: "Founders' Day"})
    assert offered(found) == []
    refusal = found.outside(one, between("02T10:00/02T11:00"))
    assert refusal is not None
    assert (refusal.rule, refusal.detail) == (
        "closed_day",
        "The practice is closed on this public holiday (Founders' Day).",
    )


def test_a_room_must_have_what_the_visit_needs():
    rooms = {
        FRONT: Workplace(room_id=FRONT, name="Front room", equipment=["heat_lamp"]),
        GARDEN: Workplace(
            room_id=GARDEN,
            name="Garden room",
            equipment=["heat_lamp", "wide_table"],
            taken=times("02T09:00/02T10:30"),
        ),
    }
    found = roster(worker(), rooms=rooms)
    assert offered(found, needs=["wide_table"]) == ["02T10:30", "02T11:00"]
    assert len(offered(found, needs=["heat_lamp"])) == 5
    assert offered(found, needs=["hoist"]) == []


def test_the_client_and_the_closures_are_in_the_way():
    found = roster(worker(), client_taken=times("02T09:00/02T10:00"), closed=times("02T11:30/02T13:00"))
    assert offered(found) == ["02T10:00", "02T10:30"]


@pytest.mark.parametrize("minutes", [30, 45])
@settings(max_examples=60)
@given(data=st.data())
def test_a_time_is_offered_when_and_only_when_it_can_be_booked(data, minutes):
    grid = 15
    quarter = st.integers(0, 5 * 96)

    def pieces():
        drawn = data.draw(st.lists(st.tuples(quarter, st.integers(1, 12)), max_size=12))
        return merged(
            (stretch(WEEK)[0] + 15 * start, stretch(WEEK)[0] + 15 * (start + length)) for start, length in drawn
        )

    one = worker(
        "mon 09:00-17:00", "tue 22:00-02:00", "wed 00:00-03:00", "thu 08:00-12:00", "thu 11:00-15:00",
        taken=pieces(), away=pieces(),
        buffer_minutes=data.draw(st.sampled_from([0, 10, 20])),
        buffer_before_minutes=data.draw(st.sampled_from([0, 5, 20])),
    )  # fmt: skip
    room = Workplace(room_id=FRONT, name="Front room", taken=pieces())
    found = roster(one, grid=grid, rooms={FRONT: room}, closed=pieces(), client_taken=pieces())
    slots = {slot.starts_at for slot in found.slots(one, WEEK, minutes)}
    start = WEEK[0]
    while start < WEEK[1]:
        time = (start, start + timedelta(minutes=minutes))
        refused = found.outside(one, time) or found.taken(one, room, time)
        client = not is_free(stretch(time), found.client_taken)
        assert (start in slots) == (refused is None and not client)
        start += timedelta(minutes=grid)
