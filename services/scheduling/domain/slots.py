"""Working hours: spans of wall-clock time on days. Intervals are UTC and half-open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from shared.clock import after, at, day_of, parse_time

Interval = tuple[datetime, datetime]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TimeOfDay = str
"""A wall-clock time as it is stored. The door lets in `values.TimeOfDay` only; older versions let in more."""
A_DAY = timedelta(days=1)


class Times(Struct, frozen=True, kw_only=True):
    """Working hours as wall-clock times. An end at or before the start lies on the next day."""

    from_: TimeOfDay = field(name="from")
    to: TimeOfDay


class Span(Times, frozen=True, kw_only=True):
    """Working hours on a weekday."""

    weekday: Weekday


Days = Mapping[date, Sequence[Times]]
"""Other hours on single days, in place of the weekly ones that begin that day; none at all is a day off."""


def shifts(hours: Iterable[Span], within: Interval, zone: ZoneInfo, days: Days) -> Iterator[tuple[Times, date]]:
    """All spans of the days that `within` touches, and of the day before, from which one may reach over midnight."""
    weekly: dict[str, list[Span]] = {}
    for span in hours:
        weekly.setdefault(span.weekday, []).append(span)
    first, last = after(day_of(within[0], zone), -1), day_of(within[1], zone)
    for day in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)):
        for times in days.get(day, weekly.get(WEEKDAYS[day.weekday()], ())):
            yield times, day


def on(span: Times, day: date, zone: ZoneInfo) -> Interval:
    """The span on one day, as instants."""
    start, end = parse_time(span.from_), parse_time(span.to)
    return at(day, start, zone), at(after(day, 1) if end <= start else day, end, zone)


def whole_day(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day of the practice: 23, 24 or 25 hours."""
    midnight = parse_time("00:00")
    return at(day, midnight, zone), at(after(day, 1), midnight, zone)


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two half-open intervals share an instant; ones that only touch do not."""
    return one[0] < other[1] and other[0] < one[1]
