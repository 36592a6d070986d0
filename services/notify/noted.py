"""A note in the short lines of a mail: what its therapist reads of it the evening before."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.notify.words import Voice, words

FIELDS = (
    "ordinal",
    "phase",
    "minutes",
    "label",
    "focus",
    "positions",
    "sequence",
    "not_yet",
    "cautions",
    "tell",
    "exercise",
    "adapted",
)


def short(found: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    """The note as its template takes it; what it lacks is None or empty. Nothing is told twice."""
    last = found.get("last_session") or {}
    against = [{"text": one["text"], "source": one.get("source")} for one in last.get("deviations") or []]
    told = [one["text"] for one in against]
    return {name: found.get(name) for name in FIELDS} | {
        "last_session": {name: said for name, said in last.items() if name not in ("ordinal", "deviations")},
        "against": against,
        "changed": [one for one in found.get("changed") or [] if one["text"] not in told],
        "tender_points": list(_points(found.get("tender_points") or {}, voice)),
    }


def _points(points: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """Those to treat and when they were found, those gone, and how one is treated."""
    found, seconds = points.get("found_on"), points.get("seconds")
    if left := points.get("left"):
        since = f", found on {voice.date(date.fromisoformat(found))}" if found else ""
        each = f", {seconds} seconds each" if seconds else ""
        yield f"To treat{since}{each}: {_pairs(left)}"
    if gone := points.get("gone"):
        yield f"Gone: {_pairs(gone)}"
    if left and points.get("how"):
        yield words(points["how"])


def _pairs(points: Sequence[str]) -> str:
    """`knee left and right, occiput left`."""
    sides: dict[str, list[str]] = {}
    for point in points:
        site, _, side = point.rpartition("_")
        sides.setdefault(site, []).append(side)
    return ", ".join(f"{words(site)} {' and '.join(sorted(both))}" for site, both in sides.items())
