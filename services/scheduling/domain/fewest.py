"""The fewest of some (therapists, rooms) that are enough for every visit: an exact search.

Each is a bit. A layer holds a visit's possible days, each with the bits of those who are free then and the places of
the days in the next layer that may follow.
"""

from collections.abc import Iterator, Sequence

Options = Sequence[Sequence[tuple[int, tuple[int, ...]]]]


def fewest(layers: Options, most: int) -> int | None:
    """The smallest set of at most so many with which there is a way through all layers; none when there is none."""
    needs = sorted({union(layer) for layer in layers}, key=int.bit_count)
    if needs and not needs[0]:
        return None
    for size in range(1, most + 1):
        if (found := enough(layers, needs, 0, size, set())) is not None:
            return found
    return None


def enough(layers: Options, needs: Sequence[int], chosen: int, more: int, tried: set[int]) -> int | None:
    """The set grown by at most `more` until it is enough.

    Whoever is missing on a visit that nobody chosen can take, or at the edge of what can be reached with those
    chosen: one of them belongs to every set that is enough, so trying each of them leaves none out.
    """
    missing = next((need for need in needs if not need & chosen), 0) or stuck(layers, chosen)
    if not missing:
        return chosen
    if more:
        for bit in bits(missing):
            if chosen | bit not in tried:
                tried.add(chosen | bit)
                if (found := enough(layers, needs, chosen | bit, more - 1, tried)) is not None:
                    return found
    return None


def stuck(layers: Options, chosen: int) -> int:
    """Who could help on where no way goes on with those chosen; nobody when there is a way to the end."""
    reached, wanted = set(range(len(layers[0]))), 0
    for layer in layers:
        after: set[int] = set()
        for one in reached:
            if layer[one][0] & chosen:
                after.update(layer[one][1])
            else:
                wanted |= layer[one][0]
        last, reached = reached, after
    return 0 if any(layers[-1][one][0] & chosen for one in last) else wanted


def union(layer: Sequence[tuple[int, tuple[int, ...]]]) -> int:
    """All who are free on any of the layer's days."""
    found = 0
    for mask, _ in layer:
        found |= mask
    return found


def bits(mask: int) -> Iterator[int]:
    """The bits that are set, the lowest first."""
    while mask:
        yield mask & -mask
        mask &= mask - 1
