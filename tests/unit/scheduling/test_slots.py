"""Hours on days, both clock changes, and the grid. Most of the instants are facts found in other systems' tests."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.slots import (
    Span,
    Times,
    clipped,
    covers,
    is_free,
    merged,
    overlap,
    reaching,
    starts,
    whole_day,
    windows,
    without,
)
from shared.clock import day_of

NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")


def hours(*lines: str) -> list[Span]:
    found = []
    for line in lines:
        days, times = line.split(" ")
        start, end = times.split("-")
        found += [Span(weekday=day, from_=start, to=end) for day in days.split(",")]
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def opening(zone: ZoneInfo, within: tuple[str, str], *lines: str) -> list[str]:
    inside = (instant(within[0]), instant(within[1]))
    found = clipped(windows(hours(*lines), inside, zone), inside)
    return [f"{start:%m-%dT%H:%MZ}/{end:%m-%dT%H:%MZ}" for start, end in found]


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
    last_day = day_of(instant(now) + timedelta(minutes=20160), vancouver)
    asked = (instant(now) + timedelta(minutes=1440), whole_day(last_day, vancouver)[1])
    open_windows = list(windows(hours("mon,tue,wed,thu,fri 09:00-17:00"), asked, vancouver))
    found = [s for window in open_windows for s in starts(window, 30, 30) if asked[0] <= s < asked[1]]
    assert (found[0], found[-1]) == (instant(first), instant(last))


def test_intervals_that_touch_do_not_overlap():
    nine, ten, eleven = (instant(f"2026-03-02T{hour}:00Z") for hour in ("09", "10", "11"))
    assert not overlap((nine, ten), (ten, eleven))
    assert is_free((nine, ten), [(ten, eleven)])
    assert not is_free((nine, eleven), [(ten, eleven)])
    assert merged([(ten, eleven), (nine, ten)]) == [(nine, eleven)]
    assert covers([(nine, ten), (ten, eleven)], (nine, eleven))
    assert not covers([(nine, ten)], (nine, eleven))


def shown(pieces, zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [f"{a.astimezone(zone):%m-%dT%H:%M}/{b.astimezone(zone):%m-%dT%H:%M}" for a, b in pieces]


def pieces(*lines: str) -> list[tuple[datetime, datetime]]:
    return [tuple(instant(f"2025-12-{part}-05:00") for part in line.split("/")) for line in lines]


def test_what_is_taken_is_cut_out_of_what_is_open():
    assert shown(without(pieces("01T12:00/01T16:00"), pieces("01T10:00/01T14:00"))) == ["12-01T14:00/12-01T16:00"]
    stretches = pieces("01T00:00/03T00:00", "04T00:00/05T00:00", "06T00:00/08T00:00")
    assert shown(without(stretches, pieces("02T00:00/07T00:00"))) == [
        "12-01T00:00/12-02T00:00",
        "12-07T00:00/12-08T00:00",
    ]
    assert shown(without(pieces("01T09:00/01T17:00"), pieces("01T10:00/01T11:00", "01T12:00/01T13:00"))) == [
        "12-01T09:00/12-01T10:00",
        "12-01T11:00/12-01T12:00",
        "12-01T13:00/12-01T17:00",
    ]


def test_only_what_reaches_in_is_looked_at():
    taken = pieces("01T08:00/01T09:00", "01T09:30/01T10:30", "01T11:00/01T12:00", "01T13:00/01T14:00")
    (asked,) = pieces("01T10:00/01T13:00")
    assert shown(reaching(taken, asked)) == ["12-01T09:30/12-01T10:30", "12-01T11:00/12-01T12:00"]
    assert list(reaching([], asked)) == []


def test_other_hours_on_a_day_stand_in_place_of_the_weekly_ones():
    within = (instant(MONDAY_ON[0]), instant(MONDAY_ON[1]))
    days = {
        date(2025, 12, 1): [Times(from_="13:00", to="15:00"), Times(from_="22:00", to="01:00")],
        date(2025, 12, 2): [Times(from_="10:00", to="12:00")],
        date(2025, 12, 3): [],
    }
    found = windows(hours("mon,wed 09:00-17:00"), within, NEW_YORK, days)
    assert shown(found) == ["12-01T13:00/12-01T15:00", "12-01T22:00/12-02T01:00", "12-02T10:00/12-02T12:00"]
