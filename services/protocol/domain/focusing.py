"""Where to dwell: where the client hurts most, then where was treated least (domain.md §3.3)."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.state import Given
from services.protocol.domain.tender import TenderPoints, site_of
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


class Wanted(Struct, frozen=True, kw_only=True, gc=False):
    """A region to dwell on, and why."""

    region: Region
    why: str
    source: str
    side: Side | None = None


def wanted(definition: Definition, points: TenderPoints, given: Sequence[Given]) -> list[Wanted]:
    """The regions in focus, at most `focus_regions`: most tender points first, of equals the one treated least."""
    recent = [one.session for one in given[-definition.policy.look_back_sessions :]]
    treated = defaultdict[str, int](int)
    for session in recent:
        for worked in session.regions:
            treated[worked.region] += worked.minutes
    sore, when = _sore(points), _when(points, given)
    order = sorted({**sore, **definition.usual}, key=lambda region: (-len(sore.get(region, ())), treated[region]))
    focus = [(region, _lately(treated[region], len(recent))) for region in order[: definition.policy.focus_regions]]
    return [
        _hurts(points, region, sore[region], when + lately) if region in sore else _usual(definition, region, lately)
        for region, lately in focus
    ]


def _sore(points: TenderPoints) -> dict[Region, list[str]]:
    """Tender points left, by region."""
    found: dict[Region, list[str]] = {}
    for point in points.left:
        found.setdefault(REGION_OF_POINT[site_of(point)], []).append(point)
    return found


def _when(points: TenderPoints, given: Sequence[Given]) -> str:
    return "last time" if given and given[-1].on.isoformat() == points.found_on else f"on {points.found_on}"


def _hurts(points: TenderPoints, region: Region, there: list[str], when: str) -> Wanted:
    """A region with tender points; those of one side name the side."""
    sides = {point.rpartition("_")[2] for point in there}
    side: Side | None = None if len(sides) > 1 else "left" if sides == {"left"} else "right"
    why = f"{len(there)} tender point{'s' if len(there) > 1 else ''} {when}"
    return Wanted(region=region, side=side, why=why, source=points.how.source if points.how else "policy")


def _usual(definition: Definition, region: Region, lately: str) -> Wanted:
    usual = definition.usual[region]
    return Wanted(region=region, why=usual.why + lately, source=usual.source)


def _lately(minutes: int, sessions: int) -> str:
    if not sessions:
        return ""
    worked = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"; {worked} in the last {sessions} sessions" if sessions > 1 else f"; {worked} last time"
