"""Whole minutes, shared out by weight so that they add up."""

from collections.abc import Sequence

from services.protocol.domain.catalogue import Move, Stage


def of_stages(stages: Sequence[Stage], minutes: int, exact: Sequence[int | None], *, gentle: bool) -> list[int]:
    """Minutes of each stage: the exact ones first, the rest by shares; every stage keeps its least."""
    weights = [stage.share * (stage.gentle_percent if gentle else 100) for stage in stages]
    parts = fill(weights, minutes, exact)
    for n, stage in enumerate(stages):
        missing = min(stage.least, minutes) - parts[n]
        while missing > 0:
            most = max(range(len(parts)), key=lambda m: (m != n, exact[m] is None, parts[m]))
            parts[n], parts[most], missing = parts[n] + 1, parts[most] - 1, missing - 1
    return parts


def of_moves(moves: Sequence[Move], minutes: int) -> list[int]:
    """Minutes of each technique of a stage; exact ones have theirs where the stage is long enough."""
    exact = [move.minutes for move in moves]
    return fill([move.minutes or move.share for move in moves], minutes, exact)


def fill(weights: Sequence[int], minutes: int, exact: Sequence[int | None]) -> list[int]:
    """Exact minutes where given, what is left by weight; everything by weight where it is too short for them."""
    left = minutes - sum(part or 0 for part in exact)
    if left < 0:
        return by_weight(weights, minutes)
    shares = by_weight([weight if part is None else 0 for weight, part in zip(weights, exact, strict=True)], left)
    return [share if part is None else part for part, share in zip(exact, shares, strict=True)]


def by_weight(weights: Sequence[int], minutes: int) -> list[int]:
    """Whole minutes in proportion to the weights, by largest remainders; they add up where a weight is above 0."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [minutes * weight // total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda n: (-(minutes * weights[n] % total), n))
    for n in by_rest[: minutes - sum(parts)]:
        parts[n] += 1
    return parts


def within(room: Sequence[int], minutes: int) -> list[int]:
    """Even parts, none with more than its room; less than `minutes` in all where there is no more room."""
    parts, open_parts = [0] * len(room), list(range(len(room)))
    while minutes and (open_parts := [n for n in open_parts if parts[n] < room[n]]):
        for n, more in zip(open_parts, by_weight([1] * len(open_parts), minutes), strict=True):
            taken = min(more, room[n] - parts[n])
            parts[n] += taken
            minutes -= taken
    return parts
