"""Days and wall-clock times survive clock changes (architecture.md §4, domain.md §3.8)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from shared.clock import Clock, at, before, day_of, duration, parse_time

NEW_YORK = ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock_time", "expected"),
    [
        (date(2026, 3, 7), time(10), "2026-03-07T15:00"),
        (date(2026, 3, 8), time(10), "2026-03-08T14:00"),
        (date(2026, 11, 1), time(10), "2026-11-01T15:00"),
        (date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),  # does not exist: 03:30 instead
        (date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),  # happens twice: the first
    ],
)
def test_a_wall_clock_time_is_an_instant(day: date, clock_time: time, expected: str) -> None:
    assert at(day, clock_time, NEW_YORK) == utc(expected)


def test_days_earlier_is_the_same_wall_clock_time_across_a_clock_change() -> None:
    visit = at(date(2026, 3, 9), time(10), NEW_YORK)
    assert before(visit, "P2D", NEW_YORK) == at(date(2026, 3, 7), time(10), NEW_YORK)


def test_hours_earlier_is_elapsed_time_across_a_clock_change() -> None:
    visit = at(date(2026, 3, 8), time(4), NEW_YORK)
    assert before(visit, "PT3H", NEW_YORK).astimezone(NEW_YORK).time() == time(0)


def test_a_lead_time_into_the_gap_moves_forward() -> None:
    visit = at(date(2026, 3, 10), time(2, 30), NEW_YORK)
    assert before(visit, "P2D", NEW_YORK) == at(date(2026, 3, 8), time(3, 30), NEW_YORK)


def test_the_day_is_the_practices() -> None:
    assert day_of(utc("2026-03-03T04:59"), NEW_YORK) == date(2026, 3, 2)


def test_durations_are_iso_8601() -> None:
    assert duration("P2DT3H").total_seconds() == 51 * 3600


def test_a_simulated_clock_moves_only_forward_and_wakes_who_watches() -> None:
    clock, woken = Clock(utc("2026-03-02T13:00")), []
    clock.watch(lambda: woken.append(clock.now()))
    clock.move(utc("2026-03-02T14:00"))
    clock.move(utc("2026-03-02T12:00"))
    assert clock.now() == utc("2026-03-02T14:00")
    assert woken == [utc("2026-03-02T14:00")]


def test_a_real_clock_cannot_be_moved() -> None:
    clock = Clock()
    clock.move(utc("2126-01-01T00:00"))
    assert clock.now().year < 2126


def test_a_simulated_clock_tells_utc_wherever_it_was_set() -> None:
    assert Clock(datetime.fromisoformat("2026-02-13T09:00:00-05:00")).now().isoformat() == "2026-02-13T14:00:00+00:00"


@pytest.mark.parametrize("text", ["21:03", "21:03\n", " 21:03 ", "21:0٣", "２１:０３"])
def test_a_time_of_an_older_version_is_read_as_it_was_meant(text: str) -> None:
    assert parse_time(text) == time(21, 3)


@pytest.mark.parametrize("text", ["24:00", "24:00\n", "٢٤:٠٠"])
def test_the_end_of_a_day_reads_as_midnight(text: str) -> None:
    assert parse_time(text) == time(0)


@pytest.mark.parametrize("text", ["P12D", "P12D\n", "P1٢D"])
def test_a_lead_time_of_an_older_version_is_read_as_it_was_meant(text: str) -> None:
    assert duration(text).days == 12
