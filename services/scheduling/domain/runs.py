"""Working hours as minutes since 1970, and the free starts in them as runs on the grid."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.scheduling.domain.minutes import Stretch, reaching, stretch, unlapped
from services.scheduling.domain.slots import Days, Interval, Span, Times, on, shifts


def worked(hours: Iterable[Span], within: Interval, zone: ZoneInfo, days: Days) -> list[Stretch]:
    """The spans that touch `within`, whole, in order; overlapping ones made one."""
    first, last = stretch(within)
    spans = (worked_on(times, day, zone) for times, day in shifts(hours, within, zone, days))
    return unlapped(span for span in spans if span[0] < last and first < span[1] and span[0] < span[1])


@lru_cache(maxsize=20_000)
def worked_on(times: Times, day: date, zone: ZoneInfo) -> Stretch:
    """One span of hours on a day; remembered, because a practice has few kinds of days."""
    return stretch(on(times, day, zone))


def reaches(spans: Sequence[Stretch]) -> Iterator[tuple[Stretch, int]]:
    """Each span (unlapped) with the minute until which work goes on after it without a gap."""
    ends: list[int] = []
    for span, after in zip(reversed(spans), [None, *reversed(spans)], strict=False):
        ends.append(ends[-1] if after and after[0] == span[1] else span[1])
    return zip(spans, reversed(ends), strict=True)


def runs(span: Stretch, until: int, minutes: int, grid: int, taken: Sequence[Stretch] = ()) -> Iterator[range]:
    """The starts on the span's grid from which a visit of so many minutes is over by `until`.

    It meets nothing of `taken` (merged), so there is a run before, between and after each two pieces of it.
    """
    start, end = span
    free = start
    for piece in (*reaching(taken, (start, until)), (until, until)):
        first = start - (start - free) // grid * grid  # the first on the grid that is not before `free`
        last = min(piece[0] - minutes + 1, end)
        if first < last:
            yield range(first, last, grid)
        free = piece[1]
