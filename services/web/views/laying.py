"""Laying a column of the day: stretches of time become entries whose heights, in units of 5 minutes, fill it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

UNIT = 5
LONGEST_SPAN = 48
SHORTEST_VISIT = 4


class Item(Struct, frozen=True, kw_only=True):
    """An entry of a column. `kind`: visit, free, off or gap (nothing to say); `span` is in units of 5 minutes."""

    kind: str
    span: int
    times: str = ""
    name: str = ""
    what: str = ""
    where: str = ""
    href: str = ""
    tone: str = ""


class Stretch(Struct, frozen=True, kw_only=True):
    """A part of the day, `[begin, end)`, and what stands there."""

    begin: datetime
    end: datetime
    item: Item


def nothing(end: datetime) -> Stretch:
    """Nothing, at the very end: it makes every column as long as the clock."""
    return Stretch(begin=end, end=end, item=Item(kind="gap", span=0))


def lay(stretches: Iterable[Stretch], cursor: datetime) -> Iterator[Item]:
    """Fill a column from the top. What overlaps what stands above it is pushed down, and the next gap is shorter."""
    for stretch in stretches:
        if gap := max(units(cursor, stretch.begin), 0):
            yield from _pieces(Item(kind="gap", span=0), gap)
            cursor = stretch.begin
        least = SHORTEST_VISIT if stretch.item.kind == "visit" else 0
        if (height := max(units(cursor, stretch.end), least)) > 0:
            yield from _pieces(stretch.item, height)
            cursor += timedelta(minutes=UNIT * height)


def units(begin: datetime, end: datetime) -> int:
    """How many units of 5 minutes lie between."""
    return round((end - begin) / timedelta(minutes=UNIT))


def _pieces(item: Item, height: int) -> Iterator[Item]:
    """Cut what is longer than the stylesheet's longest span; the words stay in the first piece."""
    yield replace(item, span=min(height, LONGEST_SPAN))
    for done in range(LONGEST_SPAN, height, LONGEST_SPAN):
        yield Item(kind=item.kind, tone=item.tone, span=min(height - done, LONGEST_SPAN))
