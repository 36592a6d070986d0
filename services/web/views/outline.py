"""From corner points to smooth closed curves, as SVG and as the segments any canvas draws."""

from collections.abc import Iterator, Sequence

from services.web.views.figure import Point

ROUNDNESS = 0.14

Curve = tuple[Point, Point, Point]


def curves(points: Sequence[Point], roundness: float = ROUNDNESS) -> Iterator[Curve]:
    """Give the cubic curves (two handles and the end) that lead from the first point once round through all."""
    size = len(points)
    for n in range(size):
        before, begin, end, after = points[n - 1], points[n], points[(n + 1) % size], points[(n + 2) % size]
        yield _along(begin, end, before, roundness), _along(end, begin, after, roundness), end


def _along(at: Point, neighbour: Point, other: Point, roundness: float) -> Point:
    """A handle at a point: parallel to the line between its two neighbours."""
    return at[0] + (neighbour[0] - other[0]) * roundness, at[1] + (neighbour[1] - other[1]) * roundness


def path(points: Sequence[Point], sign: int = 1) -> str:
    """Write a closed curve as the `d` of an SVG path; `sign` -1 mirrors it."""
    start = f"M{_number(points[0][0] * sign)} {_number(points[0][1])}"
    steps = (" ".join(f"{_number(x * sign)} {_number(y)}" for x, y in curve) for curve in curves(points))
    return f"{start}{''.join(f'C{step}' for step in steps)}Z"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def centre(points: Sequence[Point]) -> Point:
    """The middle of a shape's corners, where a number may stand."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
