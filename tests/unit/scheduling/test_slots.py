"""Hours on days, both clock changes, and the grid. Most of the instants are facts found in other systems' tests."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.minutes import (
    Stretch,
    covers,
    instant,
    is_free,
    merged,
    reaching,
    starting,
    stretch,
    wall_clock,
)
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.runs import runs, worked
from services.scheduling.domain.slots import Interval, Span, Times, overlap, whole_day
from shared.clock import day_of

NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")


def hours(*lines: str) -> list[Span]:
    found = []
    for line in lines:
        days, times = line.split(" ")
        start, end = times.split("-")
        found += [Span(weekday=day, from_=start, to=end) for day in days.split(",")]
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def opening(zone: ZoneInfo, within: tuple[str, str], *lines: str) -> list[str]:
    inside = (at(within[0]), at(within[1]))
    first, last = stretch(inside)
    found = [(max(start, first), min(end, last)) for start, end in worked(hours(*lines), inside, zone, {})]
    return [f"{instant(start):%m-%dT%H:%MZ}/{instant(end):%m-%dT%H:%MZ}" for start, end in found]


MONDAY_ON = ("2025-11-30T00:00-05:00", "2025-12-04T00:00-05:00")


def test_two_spans_on_each_working_day():
    found = opening(NEW_YORK, MONDAY_ON, "mon,wed,thu 09:30-12:30", "mon,wed,thu 13:15-16:15")
    assert found == [
        "12-01T14:30Z/12-01T17:30Z", "12-01T18:15Z/12-01T21:15Z",
        "12-03T14:30Z/12-03T17:30Z", "12-03T18:15Z/12-03T21:15Z",
    ]  # fmt: skip


def test_a_span_may_end_after_midnight():
    assert opening(NEW_YORK, MONDAY_ON, "mon 15:20-01:20") == ["12-01T20:20Z/12-02T06:20Z"]


@pytest.mark.parametrize("end", ["00:00", "24:00"])
def test_midnight_to_midnight_is_the_whole_day(end):
    found = opening(NEW_YORK, MONDAY_ON, f"mon,tue 00:00-{end}")
    assert found == ["12-01T05:00Z/12-02T05:00Z", "12-02T05:00Z/12-03T05:00Z"]


def test_what_is_asked_for_cuts_a_span():
    assert opening(NEW_YORK, ("2025-12-02T12:00-05:00", MONDAY_ON[1]), "tue 10:00-16:00") == [
        "12-02T17:00Z/12-02T21:00Z"
    ]
    assert opening(NEW_YORK, (MONDAY_ON[0], "2025-12-02T14:30-05:00"), "tue 10:00-16:00") == [
        "12-02T15:00Z/12-02T19:30Z"
    ]


def test_the_evening_before_is_not_lost():
    asked = ("2026-01-14T19:00-05:00", "2026-01-15T05:00-05:00")
    assert opening(NEW_YORK, asked, "tue,wed,thu 20:00-02:00") == ["01-15T01:00Z/01-15T07:00Z"]


@pytest.mark.parametrize(
    ("day", "line", "expected"),
    [
        ("2026-03-08", "sun 10:00-16:00", "03-08T14:00Z/03-08T20:00Z"),
        ("2025-11-02", "sun 10:00-16:00", "11-02T15:00Z/11-02T21:00Z"),
        ("2026-03-08", "sun 00:30-06:30", "03-08T05:30Z/03-08T10:30Z"),
        ("2025-11-02", "sun 00:30-06:30", "11-02T04:30Z/11-02T11:30Z"),
    ],
)
def test_a_sunday_on_which_the_clocks_change(day, line, expected):
    asked = (f"{day}T00:00:00Z", (datetime.fromisoformat(day) + timedelta(days=2)).strftime("%Y-%m-%dT00:00Z"))
    assert opening(NEW_YORK, asked, line) == [expected]


def test_an_afternoon_on_the_day_of_the_change_keeps_its_wall_clock():
    asked = ("2025-03-09T00:00Z", "2025-03-10T00:00Z")
    assert opening(CHICAGO, asked, "sun 15:00-16:00") == ["03-09T20:00Z/03-09T21:00Z"]


def test_a_month_of_weekdays():
    asked = ("2023-11-05T13:26:14Z", "2023-12-01T00:00-05:00")
    found = opening(NEW_YORK, asked, "mon,tue,wed,thu,fri 09:00-17:00")
    assert len(found) == 19
    assert (found[0], found[-1]) == ("11-06T14:00Z/11-06T22:00Z", "11-30T14:00Z/11-30T22:00Z")


def test_the_last_day_of_a_range_is_not_lost():
    asked = ("2023-10-24T00:00+01:00", "2023-11-01T00:00+00:00")
    found = opening(ZoneInfo("Europe/London"), asked, "mon,tue,wed,thu,fri,sat,sun 08:00-17:00")
    assert found[-1] == "10-31T08:00Z/10-31T17:00Z"


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2024-03-01T00:00-08:00", "2024-03-04T09:00-08:00", "2024-03-15T16:30-07:00"),
        ("2025-06-01T00:00-07:00", "2025-06-02T09:00-07:00", "2025-06-13T16:30-07:00"),
        ("2025-06-27T00:00-07:00", "2025-06-30T09:00-07:00", "2025-07-11T16:30-07:00"),
    ],
)
def test_half_hours_of_a_fortnight_with_a_day_of_notice(now, first, last):
    vancouver = ZoneInfo("America/Vancouver")
    last_day = day_of(at(now) + timedelta(minutes=20160), vancouver)
    asked = (at(now) + timedelta(minutes=1440), whole_day(last_day, vancouver)[1])
    spans = worked(hours("mon,tue,wed,thu,fri 09:00-17:00"), asked, vancouver, {})
    begin, end = starting(asked)
    found = [one for span in spans for run in runs(span, span[1], 30, 30) for one in run if begin <= one < end]
    assert (instant(found[0]), instant(found[-1])) == (at(first), at(last))


def test_intervals_that_touch_do_not_overlap():
    instants = [at(f"2026-03-02T{hour}:00Z") for hour in ("09", "10", "11")]
    assert not overlap((instants[0], instants[1]), (instants[1], instants[2]))
    nine, ten, eleven = (stretch((one, one))[0] for one in instants)
    assert is_free((nine, ten), [(ten, eleven)])
    assert not is_free((nine, eleven), [(ten, eleven)])
    assert merged([(ten, eleven), (nine, ten)]) == [(nine, eleven)]
    assert covers([(nine, ten), (ten, eleven)], (nine, eleven))
    assert not covers([(nine, ten)], (nine, eleven))


def shown(times: Iterable[Stretch], zone: ZoneInfo = NEW_YORK) -> list[str]:
    both = ((instant(start).astimezone(zone), instant(end).astimezone(zone)) for start, end in times)
    return [f"{start:%m-%dT%H:%M}/{end:%m-%dT%H:%M}" for start, end in both]


def times(*lines: str) -> list[Interval]:
    both = (line.split("/") for line in lines)
    return [(at(f"2025-12-{start}-05:00"), at(f"2025-12-{end}-05:00")) for start, end in both]


def left(within: str, hours_: list[Span], *busy: str) -> list[str]:
    """What is free minute by minute, of hours less what is taken."""
    (inside,), one = times(within), UUID(int=1)
    ada = Worker(therapist_id=one, name="Ada", hours=hours_, rooms=[], taken=merged(map(stretch, times(*busy))))
    roster = Roster(zone=NEW_YORK, grid=1, workers={one: ada}, rooms={one: Workplace(room_id=one, name="Room")})
    return shown(merged((run.start, run.stop) for run in roster.free_runs(ada, inside, 1)))


def test_what_is_taken_is_cut_out_of_what_is_open():
    afternoon, day = hours("mon 12:00-16:00"), hours("mon 09:00-17:00")
    assert left("01T00:00/02T00:00", afternoon, "01T10:00/01T14:00") == ["12-01T14:00/12-01T16:00"]
    assert left("01T00:00/02T00:00", day, "01T10:00/01T11:00", "01T12:00/01T13:00") == [
        "12-01T09:00/12-01T10:00",
        "12-01T11:00/12-01T12:00",
        "12-01T13:00/12-01T17:00",
    ]


def test_what_is_taken_for_days_leaves_the_first_and_the_last():
    always = hours("mon,tue,thu,sat,sun 00:00-24:00")  # 1 and 2, 4, 6 and 7 December
    assert left("01T00:00/08T00:00", always, "02T00:00/07T00:00") == [
        "12-01T00:00/12-02T00:00",
        "12-07T00:00/12-08T00:00",
    ]


def test_only_what_reaches_in_is_looked_at():
    taken = [stretch(one) for one in times("01T08:00/01T09:00", "01T09:30/01T10:30", "01T11:00/01T12:00")]
    (asked,) = times("01T10:00/01T13:00")
    assert shown(reaching(taken, stretch(asked))) == ["12-01T09:30/12-01T10:30", "12-01T11:00/12-01T12:00"]
    assert list(reaching([], stretch(asked))) == []


def test_odd_seconds_are_rounded_outwards():
    odd = at("2026-03-02T09:00:30Z"), at("2026-03-02T10:00:30Z")
    assert [f"{instant(one):%H:%M}" for one in stretch(odd)] == ["09:00", "10:01"]
    assert [f"{instant(one):%H:%M}" for one in starting(odd)] == ["09:01", "10:01"]


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"])
@given(minute=st.integers(20_000_000, 40_000_000))
def test_the_wall_clock_is_the_zones(zone, minute):
    local = instant(minute).astimezone(ZoneInfo(zone))
    assert wall_clock(minute, ZoneInfo(zone)) == (local.toordinal(), local.hour * 60 + local.minute)


def test_other_hours_on_a_day_stand_in_place_of_the_weekly_ones():
    within = (at(MONDAY_ON[0]), at(MONDAY_ON[1]))
    days = {
        date(2025, 12, 1): [Times(from_="13:00", to="15:00"), Times(from_="22:00", to="01:00")],
        date(2025, 12, 2): [Times(from_="10:00", to="12:00")],
        date(2025, 12, 3): [],
    }
    found = worked(hours("mon,wed 09:00-17:00"), within, NEW_YORK, days)
    assert shown(found) == ["12-01T13:00/12-01T15:00", "12-01T22:00/12-02T01:00", "12-02T10:00/12-02T12:00"]
