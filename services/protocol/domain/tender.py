"""Which tender points are left, and how to treat them (domain.md §3.3, source A)."""

from bisect import insort_left
from itertools import chain

from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.lines import Line, line
from services.protocol.domain.state import Course


class TenderPoints(Struct, frozen=True, kw_only=True, gc=False):
    """Sites found when they were last looked for (`found_on`), and those found earlier that are gone.

    `seconds` is how long each is pressed, `how` how, absent where the protocol does not treat them.
    """

    left: list[str] = []
    found_on: str | None = None
    gone: list[str] = []
    how: Line | None = None
    seconds: int | None = None


def tender_points(definition: Definition, state: Course) -> TenderPoints:
    """Those found last, by a session or by a screening. A session that notes none may not have looked."""
    limit, how = definition.limits.tender_point_seconds, definition.tender_points
    found = [(one.on, points) for one in state.given if (points := one.session.tender_points)]
    if state.screened:
        insort_left(found, (state.screened.on, list(state.screened.tender_points)), key=lambda one: one[0])
    on, left = found[-1] if found else (None, [])
    earlier = dict.fromkeys(chain.from_iterable([points for _, points in found[:-1]]))
    return TenderPoints(
        left=list(left),
        found_on=on.isoformat() if on else None,
        gone=[point for point in earlier if point not in left],
        how=line(how) if how else None,
        seconds=limit.most if limit else None,
    )


def site_of(point: str) -> str:
    """`occiput` of `occiput_left`."""
    return point.rpartition("_")[0]
