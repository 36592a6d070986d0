"""Facts that say the same many times, said once: an earlier version took lists of any length."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from shared.events.records import ExerciseLogged, RegionWorked, SessionCompleted


def compact(event: Any) -> Any:
    """The same fact in fewer words, where there are any to spare."""
    match event:
        case ExerciseLogged():
            return replace(event, regions=list(dict.fromkeys(event.regions)))
        case SessionCompleted():
            points = list(dict.fromkeys(event.tender_points))
            return replace(event, regions=_merged(event.regions), tender_points=points)
    return event


def _merged(regions: Iterable[RegionWorked]) -> list[RegionWorked]:
    """One entry for each region and side: the minutes together, each technique once."""
    found: dict[tuple[str, str | None], RegionWorked] = {}
    for worked in regions:
        known = found.get((worked.region, worked.side))
        techniques = dict.fromkeys([*(known.techniques if known else ()), *worked.techniques])
        minutes = worked.minutes + (known.minutes if known else 0)
        found[worked.region, worked.side] = replace(worked, minutes=minutes, techniques=list(techniques))
    return list(found.values())
