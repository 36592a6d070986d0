"""Where the work is: focus regions numbered, tender points marked, areas for connective-tissue massage framed."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from services.web.answers.note import Arrow, Focus, Note, TenderPoints
from services.web.views.figure import AREAS, HALF_WIDTH, HEIGHT, NUMBERS, SHAPES, SITES, Area, Point, View, side_sign
from services.web.views.outline import centre
from services.web.views.words import spoken

SIDES = ("left", "right")
VIEWS: tuple[View, ...] = ("front", "back")
UPPER_BODY = 226
"""Where the pictures end when nothing is marked below."""
ROOM_BELOW = 14


class Shape(Struct, frozen=True, kw_only=True):
    """A marked shape: its corners on one half, `sign` -1 where it is the mirror half, its number and where that is."""

    points: Sequence[Point]
    sign: int
    number: int = 0
    middle: Point


class Dot(Struct, frozen=True, kw_only=True):
    """A tender point in the picture; `gone` when it was not tender any more."""

    x: float
    y: float
    gone: bool


class Picture(Struct, frozen=True, kw_only=True):
    """One view of the body: its halves' outlines, what is marked, and from where to where it is shown."""

    view: View
    frame: tuple[float, float, float, float]
    outline: list[Sequence[Point]]
    shapes: list[Shape]
    dots: list[Dot]
    right: int
    words: str


class AreaPicture(Struct, frozen=True, kw_only=True):
    """An area of connective-tissue massage; arrows only where the practice has entered them."""

    name: str
    view: View
    frame: tuple[float, float, float, float]
    outline: list[Sequence[Point]]
    shapes: list[Shape]
    arrows: list[tuple[Point, Point, int]]
    words: str


def pictures(note: Note) -> list[Picture]:
    """Draw both views; they are cut below the waist when nothing is marked there."""
    shapes = {view: list(_focus_shapes(view, note.focus)) for view in VIEWS}
    dots = {view: list(_dots(view, note.tender_points)) for view in VIEWS}
    if not any([*shapes.values(), *dots.values()]):
        return []
    lowest = max([y for view in VIEWS for y in _depths(shapes[view], dots[view])])
    bottom = UPPER_BODY if lowest <= UPPER_BODY else min(lowest + ROOM_BELOW, HEIGHT)
    return [_picture(view, shapes[view], dots[view], bottom) for view in VIEWS]


def _picture(view: View, shapes: list[Shape], dots: list[Dot], bottom: float) -> Picture:
    return Picture(
        view=view,
        frame=(-HALF_WIDTH, 0, 2 * HALF_WIDTH, bottom),
        outline=list(SHAPES[view].values()),
        shapes=shapes,
        dots=dots,
        right=side_sign(view, "right"),
        words=_words(view, shapes, dots),
    )


def _words(view: View, shapes: Sequence[Shape], dots: Sequence[Dot]) -> str:
    """Say what the picture shows; what the numbers stand for is in the list beside it."""
    numbers = ", ".join(str(number) for number in sorted({shape.number for shape in shapes}))
    still, gone = sum(not dot.gone for dot in dots), sum(dot.gone for dot in dots)
    focus = f"focus {numbers}" if numbers else "no focus"
    return f"Body, {view}: {focus}; tender points to treat: {still}, gone: {gone}. The lists beside it say the same."


def _depths(shapes: Iterable[Shape], dots: Iterable[Dot]) -> Iterator[float]:
    yield from (y for shape in shapes for _, y in shape.points)
    yield from (dot.y for dot in dots)


def _focus_shapes(view: View, focus: Sequence[Focus]) -> Iterator[Shape]:
    for number, item in enumerate(focus, 1):
        names = SHAPES[view] if item.region == "full_body" else [item.region]
        yield from _marked(view, names, [item.side] if item.side else SIDES, number)


def _marked(view: View, names: Iterable[str], sides: Iterable[str], number: int = 0) -> Iterator[Shape]:
    """Give the shapes of some regions; a region this view does not show is left out."""
    for name in names:
        if name in SHAPES[view]:
            yield from (_shape(view, name, side_sign(view, side), number) for side in sides)


def _shape(view: View, name: str, sign: int, number: int) -> Shape:
    points = SHAPES[view][name]
    x, y = NUMBERS.get((view, name)) or centre(points)
    return Shape(points=points, sign=sign, number=number, middle=(x * sign, y))


def _dots(view: View, points: TenderPoints | None) -> Iterator[Dot]:
    if points is None:
        return
    for slugs, gone in ((points.left, False), (points.gone, True)):
        for slug in slugs:
            site, _, side = slug.rpartition("_")
            if SITES.get(site, ("", ()))[0] == view:
                x, y = SITES[site][1]
                yield Dot(x=x * side_sign(view, side), y=y, gone=gone)


def area_pictures(note: Note) -> list[AreaPicture]:
    """Draw the areas the note names; one we have no picture of is left to its name."""
    return [_area(AREAS[slug], note.arrows.get(slug, [])) for slug in note.body_maps if slug in AREAS]


def area_names(note: Note) -> list[str]:
    """Name the areas we have no picture of."""
    return [spoken(slug) for slug in note.body_maps if slug not in AREAS]


def _area(area: Area, arrows: Sequence[Arrow]) -> AreaPicture:
    entered = sorted(arrows, key=lambda arrow: arrow.order)
    said = f" {len(entered)} pulls, in the practice's own order." if entered else ""
    return AreaPicture(
        name=area.name,
        view=area.view,
        frame=area.frame,
        outline=list(SHAPES[area.view].values()),
        shapes=list(_marked(area.view, area.regions, SIDES)),
        arrows=[(_place(area, arrow.begin), _place(area, arrow.end), arrow.order) for arrow in entered],
        words=f"Area on the {area.view} of the body: {area.name}.{said}",
    )


def _place(area: Area, point: Point) -> Point:
    left, top, width, height = area.frame
    return left + point[0] * width, top + point[1] * height
