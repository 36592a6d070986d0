"""Calendar files (RFC 5545), for mails and for feeds: the same visits always give the same file, byte by byte.

A zone's definition is written here because a change of offset must be given in the wall-clock time *before* it, also
when the clock goes forward; the library gives the time after it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vText
from msgspec import Struct

REFRESH = timedelta(hours=1)
ANY_YEAR = 2000
STEP = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Visit(Struct, frozen=True, kw_only=True):
    """A visit as a calendar shows it. `sequence` grows with every change of it, `changed_at` is when it last did.

    `words` are pairs of property and text, such as `("summary", "Visit")`.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime
    over: bool
    words: Sequence[tuple[str, str]]


def calendar_file(visits: Sequence[Visit], zone: ZoneInfo, *, sender: str, name: str = "") -> bytes:
    """The file, at the reader's own times. One with a `name` is subscribed to; one without is sent, as PUBLISH.

    Without visits it holds the zone alone: a calendar with no part at all is none (RFC 5545, 3.6).
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Seriatim//{sender}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for line in _subscribed(name, zone) if name else [("method", "PUBLISH")]:
        calendar.add(*line)
    calendar.add_component(definition(zone, *_years(visits, zone)))
    for visit in visits:
        calendar.add_component(_event(visit, zone))
    file: bytes = calendar.to_ical()
    return file


def _subscribed(name: str, zone: ZoneInfo) -> Iterator[tuple[str, object] | tuple[str, object, dict[str, str]]]:
    """What a program shows of a calendar, and how often it looks again. `vText`: the library knows no type of these."""
    yield "name", vText(name)
    yield "x-wr-calname", vText(name)
    yield "x-wr-timezone", zone.key
    yield "refresh-interval", REFRESH, {"VALUE": "DURATION"}
    yield "x-published-ttl", "PT1H"


def _years(visits: Sequence[Visit], zone: ZoneInfo) -> tuple[int, int]:
    """The first and the last year the file speaks of; any year will do where it speaks of none."""
    found = [one.astimezone(zone).year for visit in visits for one in (visit.starts_at, visit.ends_at)]
    return min(found, default=ANY_YEAR), max(found, default=ANY_YEAR)


def _event(visit: Visit, zone: ZoneInfo) -> Event:
    found = Event()
    found.add("uid", visit.uid)
    found.add("dtstamp", visit.changed_at)
    found.add("last-modified", visit.changed_at)
    found.add("dtstart", visit.starts_at.astimezone(zone))
    found.add("dtend", visit.ends_at.astimezone(zone))
    found.add("sequence", visit.sequence)
    found.add("status", "CANCELLED" if visit.over else "CONFIRMED")
    found.add("transp", "TRANSPARENT" if visit.over else "OPAQUE")
    for name, text in visit.words:
        found.add(name, text)
    return found


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
