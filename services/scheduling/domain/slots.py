"""When somebody is free: hours on days, less what is taken, cut into a grid. Intervals are UTC and half-open."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from shared.clock import at, day_of, parse_time

Interval = tuple[datetime, datetime]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TimeOfDay = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
A_DAY = timedelta(days=1)


class Times(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working hours as wall-clock times. An end at or before the start lies on the next day."""

    from_: TimeOfDay = field(name="from")
    to: TimeOfDay


class Span(Times, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working hours on a weekday."""

    weekday: Weekday


Days = Mapping[date, Sequence[Times]]
"""Other hours on single days, in place of the weekly ones that begin that day; none at all is a day off."""


def windows(hours: Iterable[Span], within: Interval, zone: ZoneInfo, days: Days | None = None) -> Iterator[Interval]:
    """The spans that touch `within`, whole, in order of their days; right across both clock changes."""
    weekly: dict[str, list[Span]] = {}
    for span in hours:
        weekly.setdefault(span.weekday, []).append(span)
    day, last = day_of(within[0], zone) - A_DAY, day_of(within[1], zone)
    while day <= last:
        usual = weekly.get(WEEKDAYS[day.weekday()], ())
        for times in (days or {}).get(day, usual):
            window = on(times, day, zone)
            if window[0] < window[1] and overlap(window, within):
                yield window
        day += A_DAY


def on(span: Times, day: date, zone: ZoneInfo) -> Interval:
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
    return _joined(pieces, touching=True)


def unlapped(pieces: Iterable[Interval]) -> list[Interval]:
    """The same times, in order, overlapping ones made one. Those that only touch stay apart: each has its own grid."""
    return _joined(pieces, touching=False)


def _joined(pieces: Iterable[Interval], *, touching: bool) -> list[Interval]:
    result: list[Interval] = []
    for start, end in sorted(pieces):
        if result and (start < result[-1][1] or (touching and start == result[-1][1])):
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def obstacle(interval: Interval, taken: Sequence[Interval]) -> Interval | None:
    """The last piece of `taken` (merged) that reaches into the interval."""
    last = bisect_left(taken, (interval[1],)) - 1
    return taken[last] if last >= 0 and taken[last][1] > interval[0] else None


def is_free(interval: Interval, taken: Sequence[Interval]) -> bool:
    """Whether nothing of `taken` (merged) reaches into the interval."""
    return obstacle(interval, taken) is None


def reaching(taken: Sequence[Interval], within: Interval) -> Sequence[Interval]:
    """Those pieces of `taken` (merged) that reach into `within`, whole."""
    first = bisect_left(taken, (within[0],))
    if first and taken[first - 1][1] > within[0]:
        first -= 1
    return taken[first : bisect_left(taken, (within[1],))]


def without(pieces: Iterable[Interval], taken: Sequence[Interval]) -> Iterator[Interval]:
    """What is left of each piece when `taken` (merged) is cut out of it."""
    for start, end in pieces:
        inside = clipped(reaching(taken, (start, end)), (start, end))
        edges = [(start, start), *inside, (end, end)]
        yield from ((before[1], after[0]) for before, after in pairwise(edges) if before[1] < after[0])


def covers(pieces: Iterable[Interval], interval: Interval) -> bool:
    """Whether the pieces together reach over all of the interval; one may begin where another ends."""
    return any(start <= interval[0] and interval[1] <= end for start, end in merged(pieces))


def reaches(spans: Sequence[Interval]) -> Iterator[tuple[Interval, datetime]]:
    """Each span (unlapped) with the instant until which work goes on after it without a gap."""
    ends: list[datetime] = []
    for span, after in zip(reversed(spans), [None, *reversed(spans)], strict=False):
        ends.append(ends[-1] if after and after[0] == span[1] else span[1])
    return zip(spans, reversed(ends), strict=True)


def starts(
    window: Interval, minutes: int, grid: int, taken: Sequence[Interval] = (), until: datetime | None = None
) -> Iterator[datetime]:
    """The grid's instants from a span's start at which a visit of so many minutes fits.

    It ends by `until` (the span's end, unless another span goes on there) and meets nothing of `taken` (merged).
    """
    start, length, step = window[0], timedelta(minutes=minutes), timedelta(minutes=grid)
    while start < window[1] and start + length <= (until or window[1]):
        if found := obstacle((start, start + length), taken):
            start += -((start - found[1]) // step) * step  # the grid's first instant that is not before its end
        else:
            yield start
            start += step
