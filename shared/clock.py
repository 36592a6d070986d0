"""The only place that tells the time, and the only rules for days and wall-clock times."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from unicodedata import decimal
from zoneinfo import ZoneInfo

import msgspec

YEARS = range(1900, 2201)
"""In no other year is anything reckoned: then no sum of days leaves the calendar."""


class Clock:
    """Real time, or a simulated time that stands still until it is moved."""

    def __init__(self, simulated: datetime | None = None) -> None:
        self._simulated = simulated.astimezone(UTC) if simulated else None
        self._watchers: list[Callable[[], None]] = []

    @property
    def simulated(self) -> bool:
        """Whether the time is moved by hand."""
        return self._simulated is not None

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._simulated or datetime.now(UTC)

    def move(self, now: datetime) -> None:
        """Take over a later simulated time; an earlier one is old news and ignored."""
        if self._simulated and now > self._simulated:
            self._simulated = now.astimezone(UTC)
            for wake in self._watchers:
                wake()

    def watch(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever the simulated time moves."""
        self._watchers.append(wake)


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Nothing is earlier or later: what would lie beyond them in another zone is there. Old rows may hold such days."""


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day an instant falls on."""
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        return instant.date()


def after(day: date, days: int) -> date:
    """So many days later (earlier, below 0), as far as there are days."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def at(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time.

    A time that does not exist moves forward by the gap's length (02:30 becomes 03:30); one that happens twice is
    the first. `fold=0` gives both: before the gap's offset is used for it, which lands after the gap.
    """
    local = datetime.combine(day, time(clock_time.hour, clock_time.minute), tzinfo=zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return FIRST if day.year == FIRST.year else LAST


def parse_time(text: str) -> time:
    """`"09:30"`; the end of a day may be written `"24:00"` and reads as midnight.

    What older versions stored is read as it was meant: with a line break after it, or with digits of another script.
    """
    plain = _plain(text)
    return time.fromisoformat("00:00" if plain == "24:00" else plain)


def _plain(text: str) -> str:
    return "".join(str(decimal(one)) if one.isdecimal() else one for one in text.strip())


def before(instant: datetime, lead: str, zone: ZoneInfo) -> datetime:
    """`instant` less an ISO 8601 lead time: `PT3H` is elapsed time, `P2D` the same wall-clock time days earlier."""
    if _plain(lead).startswith("PT"):
        return instant.astimezone(UTC) - duration(lead)
    local = instant.astimezone(zone)
    return at(local.date() - duration(lead), local.time(), zone)


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds, also as older versions stored it."""
    return msgspec.convert(_plain(text), timedelta)
