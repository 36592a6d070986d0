"""How a session's minutes are shared out among its steps."""

from collections import Counter
from collections.abc import Sequence

from services.protocol.domain.definition import Step


def share_out(steps: Sequence[Step], minutes: int, most: int, *, intensive: bool) -> list[int]:
    """Minutes for each step; they add up, and no region has more than `most` (the whole body is no region)."""
    parts = _shared(steps, minutes, intensive=intensive)
    kept, spent = [], Counter[str]()
    for step, part in zip(steps, parts, strict=True):
        kept.append(part if _free(step) else min(part, most - spent[step.region or ""]))
        spent[step.region or ""] += kept[-1]
    # What a region may not have goes to the steps that may take any; where there is none, it stays with the region.
    weights = [step.share if _free(step) else 0 for step in steps]
    rest = by_weight(weights, sum(parts) - sum(kept))
    return [one + more for one, more in zip(kept, rest, strict=True)] if any(weights) else parts


def _free(step: Step) -> bool:
    return step.region is None or step.region == "full_body"


def _shared(steps: Sequence[Step], minutes: int, *, intensive: bool) -> list[int]:
    """Exact minutes first, half the session where it is asked for, the rest by shares (largest remainders)."""
    exact = [_exact(step, minutes, intensive=intensive) for step in steps]
    left = minutes - sum(part or 0 for part in exact)
    if left < 0:  # a visit too short for the exact minutes: everything by weight
        return by_weight([step.minutes or step.share for step in steps], minutes)
    shares = by_weight([step.share if part is None else 0 for step, part in zip(steps, exact, strict=True)], left)
    return [share if part is None else part for part, share in zip(exact, shares, strict=True)]


def _exact(step: Step, minutes: int, *, intensive: bool) -> int | None:
    return minutes // 2 if step.half_when_intensive and intensive else step.minutes


def by_weight(weights: Sequence[int], minutes: int) -> list[int]:
    """Whole minutes in proportion to the weights, by largest remainders; they add up where a weight is above 0."""
    total = sum(weights) or 1
    parts = [minutes * weight // total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda n: (-(minutes * weights[n] % total), n))
    for n in by_rest[: minutes - sum(parts)]:
        parts[n] += 1
    return parts
