"""A time zone's definition for a calendar file (RFC 5545, VTIMEZONE): its changes of offset in some years.

Written here because a change must be given in the wall-clock time *before* it, also when the clock goes forward.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=64)
def definition(zone: ZoneInfo, first: int, last: int) -> Timezone:
    """What the zone's clocks do from the beginning of one year to the end of another."""
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 2, tzinfo=UTC)
    found = Timezone()
    found.add("tzid", zone.key)
    begin = start - STEP  # the zone may be ahead of UTC
    found.add_component(observance(begin, begin, zone))
    for change in changes(zone, begin, end):
        found.add_component(observance(change - MINUTE, change, zone))
    return found


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in `(start, end]` from which on the zone's offset or its name is another."""
    while start < end:
        after = min(start + STEP, end)
        if rules(after, zone) != rules(start, zone):
            yield first_minute(zone, start, after)
        start = after


def first_minute(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first minute at which the rules are those of `after`: there is one change between the two."""
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        before, after = (middle, after) if rules(middle, zone) == rules(before, zone) else (before, middle)
    return after


def rules(instant: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    """Offset and name of the zone's time at an instant."""
    local = instant.astimezone(zone)
    return local.utcoffset(), local.tzname()


def observance(before: datetime, start: datetime, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """The rules from `start` on; `before` is an instant at which the rules before it held."""
    local, old = start.astimezone(zone), before.astimezone(zone).utcoffset() or timedelta()
    found = TimezoneDaylight() if local.dst() else TimezoneStandard()
    found.add("dtstart", (start + old).replace(tzinfo=None))
    found.add("tzoffsetfrom", old)
    found.add("tzoffsetto", local.utcoffset() or timedelta())
    found.add("tzname", local.tzname() or zone.key)
    return found
