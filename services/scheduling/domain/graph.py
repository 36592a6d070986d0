"""Choices of days as a graph: in each layer the days of one session, each with those of the next that may follow."""

from collections.abc import Callable, Sequence
from datetime import date

Node = tuple[date, tuple[int, ...]]
"""A day, and the places of the days in the next layer that may follow it."""
Layers = Sequence[Sequence[Node]]


def cheapest(layers: Layers, cost: Callable[[int, date], int]) -> tuple[int, list[list[Node]]]:
    """The lowest sum of `cost(layer, day)` over a way through all layers, and what lies on such ways."""
    ahead: list[list[int]] = [[]]
    for n in range(len(layers) - 1, -1, -1):
        costs, after = {day: cost(n, day) for day, _ in layers[n]}, ahead[-1]
        ahead.append([costs[day] + min([after[k] for k in onward], default=0) for day, onward in layers[n]])
    ahead.reverse()
    return min(ahead[0], default=0), pruned(layers, ahead)


def pruned(layers: Layers, ahead: Sequence[Sequence[int]]) -> list[list[Node]]:
    """The layers without the days that no way of lowest cost takes. `ahead` is the cost from each day to the end."""
    result: list[list[Node]] = []
    least = min(ahead[0], default=0)
    kept = [n for n, total in enumerate(ahead[0]) if total == least]
    for n, layer in enumerate(layers):
        after = ahead[n + 1]
        best = [[k for k in layer[one][1] if after[k] == min(after[j] for j in layer[one][1])] for one in kept]
        later = sorted({k for onward in best for k in onward})
        places = {k: place for place, k in enumerate(later)}
        result.append(
            [(layer[one][0], tuple(places[k] for k in onward)) for one, onward in zip(kept, best, strict=True)]
        )
        kept = later
    return result
