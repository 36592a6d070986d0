"""Where to dwell: where the client hurts most, then where was treated least (domain.md §3.3)."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.tender import TenderPoints, site_of
from shared.events.records import SessionCompleted
from shared.vocabulary import Region, Side

REGION_OF_POINT: dict[str, Region] = {
    "occiput": "neck",
    "low_cervical": "neck",
    "trapezius": "shoulder",
    "supraspinatus": "upper_back",
    "second_rib": "chest",
    "lateral_epicondyle": "forearm",
    "gluteal": "gluteal",
    "greater_trochanter": "hip",
    "knee": "knee",
}


class Wanted(Struct, frozen=True, kw_only=True):
    """A region to dwell on, and why."""

    region: Region
    why: str
    source: str
    side: Side | None = None


def wanted(definition: Definition, points: TenderPoints, sessions: Sequence[SessionCompleted]) -> list[Wanted]:
    """The regions in focus, at most `focus_regions`: most tender points first, of equals the one treated least."""
    recent = sessions[-definition.policy.look_back_sessions :]
    treated = Counter[str]()
    for session in recent:
        for worked in session.regions:
            treated[worked.region] += worked.minutes
    sore = _sore(points)
    order = list(dict.fromkeys([*sore, *(usual.region for usual in definition.focus)]))
    order.sort(key=lambda region: (-len(sore.get(region, ())), treated[region]))
    first = order[: definition.policy.focus_regions]
    return [_wanted(definition, region, points, sore, _lately(treated[region], len(recent))) for region in first]


def _sore(points: TenderPoints) -> dict[Region, list[str]]:
    """Tender points left, by region."""
    found: dict[Region, list[str]] = {}
    for point in points.left:
        found.setdefault(REGION_OF_POINT[site_of(point)], []).append(point)
    return found


def _wanted(
    definition: Definition, region: Region, points: TenderPoints, sore: dict[Region, list[str]], lately: str
) -> Wanted:
    if there := sore.get(region):
        sides = {point.rpartition("_")[2] for point in there}
        side: Side | None = None if len(sides) > 1 else "left" if sides == {"left"} else "right"
        count = f"{len(there)} tender point{'s' if len(there) > 1 else ''} {points.when}"
        return Wanted(
            region=region, side=side, why=count + lately, source=points.how.source if points.how else "policy"
        )
    usual = next(one for one in definition.focus if one.region == region)
    return Wanted(region=region, why=usual.why + lately, source=usual.source)


def _lately(minutes: int, sessions: int) -> str:
    if not sessions:
        return ""
    worked = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"; {worked} in the last {sessions} sessions" if sessions > 1 else f"; {worked} last time"
