"""Times in whole minutes since 1970, half-open: a search looks at thousands of them, and numbers are quick.

Nothing is lost by it: hours, visits and the grid are whole minutes, and what stands in the way is rounded outwards.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil, floor
from zoneinfo import ZoneInfo

from services.scheduling.domain.slots import Interval

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = EPOCH.date().toordinal()
DAY = 24 * 60
Stretch = tuple[int, int]


def stretch(time: Interval) -> Stretch:
    """All minutes that an interval reaches into."""
    return floor(time[0].timestamp() / 60), ceil(time[1].timestamp() / 60)


def starting(within: Interval) -> Stretch:
    """The minutes that begin inside an interval."""
    return ceil(within[0].timestamp() / 60), ceil(within[1].timestamp() / 60)


def instant(minute: int) -> datetime:
    """The instant (UTC) at which a minute begins."""
    return EPOCH + timedelta(minutes=minute)


def wall_clock(minute: int, zone: ZoneInfo) -> tuple[int, int]:
    """The day (its ordinal) and the minute of the day that the zone's clocks show."""
    offset = ahead(minute // DAY, zone)
    if offset is None:
        local = instant(minute).astimezone(zone)
        return local.toordinal(), local.hour * 60 + local.minute
    days, shown = divmod(minute + offset, DAY)
    return FIRST_DAY + days, shown


@lru_cache(maxsize=5_000)
def ahead(day: int, zone: ZoneInfo) -> int | None:
    """How many minutes the zone's clocks are ahead of UTC on the n-th day since 1970; none when that changes."""
    offsets = {instant(minute).astimezone(zone).utcoffset() for minute in (day * DAY, day * DAY + DAY)}
    offset = offsets.pop()
    return None if offsets or offset is None else int(offset / timedelta(minutes=1))


def merged(times: Iterable[Stretch]) -> list[Stretch]:
    """The same times, in order, without overlaps: what `is_free` needs."""
    return _joined(times, apart=0)


def unlapped(times: Iterable[Stretch]) -> list[Stretch]:
    """The same times, in order, overlapping ones made one. Those that only touch stay apart: each has its own grid."""
    return _joined(times, apart=1)


def _joined(times: Iterable[Stretch], *, apart: int) -> list[Stretch]:
    """Those that overlap by so many minutes made one; with none, those that touch too."""
    result: list[Stretch] = []
    last: int | None = None
    for time in sorted(times):
        if last is None or time[0] + apart > last:
            result.append(time)
            last = time[1]
        elif time[1] > last:
            last = time[1]
            result[-1] = (result[-1][0], last)
    return result


def is_free(time: Stretch, taken: Sequence[Stretch]) -> bool:
    """Whether nothing of `taken` (merged) reaches into the time."""
    before = bisect_left(taken, (time[1],))
    return before == 0 or taken[before - 1][1] <= time[0]


def reaching(taken: Sequence[Stretch], within: Stretch) -> Sequence[Stretch]:
    """Those pieces of `taken` (merged) that reach into `within`, whole."""
    first = bisect_left(taken, (within[0],))
    if first and taken[first - 1][1] > within[0]:
        first -= 1
    return taken[first : bisect_left(taken, (within[1],))]


def covers(times: Iterable[Stretch], time: Stretch) -> bool:
    """Whether the times together reach over all of one; one may begin where another ends."""
    return any(start <= time[0] and time[1] <= end for start, end in merged(times))
