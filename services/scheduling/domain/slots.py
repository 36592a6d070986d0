"""When somebody is free: hours on days, less what is taken, cut into a grid. Intervals are UTC and half-open."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from shared.clock import at, day_of, parse_time

Interval = tuple[datetime, datetime]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TimeOfDay = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
A_DAY = timedelta(days=1)


class Span(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working hours on a weekday, as wall-clock times. An end at or before the start lies on the next day."""

    weekday: Weekday
    from_: TimeOfDay = field(name="from")
    to: TimeOfDay


def windows(hours: Iterable[Span], within: Interval, zone: ZoneInfo) -> Iterator[Interval]:
    """The spans of `hours` that touch `within`, whole, in order of their days; right across both clock changes."""
    by_weekday: dict[str, list[Span]] = {}
    for span in hours:
        by_weekday.setdefault(span.weekday, []).append(span)
    day = day_of(within[0], zone) - A_DAY
    while day <= day_of(within[1], zone):
        for span in by_weekday.get(WEEKDAYS[day.weekday()], ()):
            window = on(span, day, zone)
            if window[0] < window[1] and overlap(window, within):
                yield window
        day += A_DAY


def on(span: Span, day: date, zone: ZoneInfo) -> Interval:
    """The span on one day, as instants."""
    start, end = parse_time(span.from_), parse_time(span.to)
    return at(day, start, zone), at(day + A_DAY if end <= start else day, end, zone)


def whole_day(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day of the practice: 23, 24 or 25 hours."""
    midnight = parse_time("00:00")
    return at(day, midnight, zone), at(day + A_DAY, midnight, zone)


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two half-open intervals share an instant; ones that only touch do not."""
    return one[0] < other[1] and other[0] < one[1]


def clipped(pieces: Iterable[Interval], within: Interval) -> list[Interval]:
    """What of the pieces lies inside `within`."""
    cut = ((max(start, within[0]), min(end, within[1])) for start, end in pieces)
    return [piece for piece in cut if piece[0] < piece[1]]


def merged(pieces: Iterable[Interval]) -> list[Interval]:
    """The same times, in order, without overlaps: what `is_free` needs."""
    result: list[Interval] = []
    for start, end in sorted(pieces):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def is_free(interval: Interval, taken: Sequence[Interval]) -> bool:
    """Whether nothing of `taken` (merged) reaches into the interval."""
    last = bisect_left(taken, interval[1], key=lambda piece: piece[0]) - 1
    return last < 0 or taken[last][1] <= interval[0]


def covers(pieces: Iterable[Interval], interval: Interval) -> bool:
    """Whether the pieces together reach over all of the interval; one may begin where another ends."""
    return any(start <= interval[0] and interval[1] <= end for start, end in merged(pieces))


def starts(window: Interval, minutes: int, grid: int) -> Iterator[datetime]:
    """The grid's instants from the start of a span at which a visit of so many minutes still fits into it."""
    start, length, step = window[0], timedelta(minutes=minutes), timedelta(minutes=grid)
    while start + length <= window[1]:
        yield start
        start += step
