"""Starting points on the grid of each span. The numbers and instants are facts found in another system's tests."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.minutes import Stretch, instant, is_free, merged, starting, stretch
from services.scheduling.domain.runs import runs, worked
from services.scheduling.domain.slots import Span

NEW_YORK = ZoneInfo("America/New_York")


def hours(*lines: str) -> list[Span]:
    found = []
    for line in lines:
        days, times = line.split(" ")
        start, end = times.split("-")
        found += [Span(weekday=day, from_=start, to=end) for day in days.split(",")]
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def pieces(*lines: str) -> list[Stretch]:
    return [stretch((at(f"2025-12-{start}-05:00"), at(f"2025-12-{end}-05:00"))) for start, _, end in parts(lines)]


def parts(lines: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [line.partition("/") for line in lines]


def starts(span: Stretch, minutes: int, grid: int, taken: Sequence[Stretch] = ()) -> list[int]:
    return [start for run in runs(span, span[1], minutes, grid, taken) for start in run]


def clock(starts: Iterable[int]) -> list[str]:
    return [f"{instant(one).astimezone(NEW_YORK):%H:%M}" for one in starts]


def test_the_grid_starts_with_the_span():
    span = stretch((at("2026-03-02T09:10-05:00"), at("2026-03-02T10:30-05:00")))
    assert clock(starts(span, 50, 15)) == ["09:10", "09:25", "09:40"]


DAY = ("2021-06-21T00:00Z", "2021-06-22T00:00Z")


def offered(within: tuple[str, str], minutes: int, *lines: str) -> list[int]:
    inside = (at(within[0]), at(within[1]))
    first, last = starting(inside)
    spans = worked(hours(*lines), inside, ZoneInfo("UTC"), {})
    return [one for span in spans for one in starts(span, minutes, minutes) if first <= one < last]


@pytest.mark.parametrize(
    ("within", "minutes", "line", "count"),
    [
        (DAY, 60, "mon 00:00-24:00", 24),
        (("2021-06-20T11:59:59Z", "2021-06-21T00:00Z"), 60, "sun 00:00-24:00", 12),
        (("2021-06-21T12:59:59Z", "2021-06-22T00:00Z"), 60, "mon 00:00-24:00", 11),
        (DAY, 20, "mon 00:00-24:00", 72),
        (DAY, 20, "mon 00:00-23:45", 71),
    ],
)
def test_as_many_slots_as_fit_into_a_day(within, minutes, line, count):
    assert len(offered(within, minutes, line)) == count


def test_spans_that_overlap_are_one():
    assert len(offered(DAY, 20, "mon 11:00-12:00", "mon 14:00-15:00")) == 6
    assert len(offered(DAY, 20, "mon 11:00-12:00", "mon 11:20-12:40")) == 5


def test_the_last_quarter_of_an_evening_is_offered():
    # The case gives the second span as [18:30Z, 20:59:59Z): hours here are whole minutes, so that is 23:00.
    brussels, day = ZoneInfo("Europe/Brussels"), (at("2023-07-13T02:00Z"), at("2023-07-13T22:00Z"))
    spans = worked(hours("thu 09:00-17:00", "thu 20:30-23:00"), day, brussels, {})
    assert instant(starts(spans[-1], 15, 15)[-1]) == at("2023-07-13T22:45+02:00")


def test_the_grid_goes_on_behind_what_is_taken():
    (span,) = pieces("01T09:00/01T12:00")
    taken = pieces("01T09:20/01T10:05", "01T11:00/01T11:15")
    assert clock(starts(span, 30, 15, taken)) == ["10:15", "10:30", "11:15", "11:30"]


def test_starting_points_are_the_same_as_when_each_is_tried():
    (span,) = pieces("01T09:00/01T17:00")
    taken = merged(pieces("01T08:30/01T09:10", "01T10:00/01T10:20", "01T10:25/01T10:40", "01T13:59/01T16:01"))
    for minutes, grid in ((15, 5), (20, 15), (45, 10), (60, 7), (90, 15)):
        tried = [one for one in starts(span, minutes, grid) if is_free((one, one + minutes), taken)]
        assert starts(span, minutes, grid, taken) == tried
