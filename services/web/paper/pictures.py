"""The pictures on paper: the time plan as a bar, and the body with focus regions and tender points, in grey."""

from collections.abc import Iterable, Sequence

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from services.web.paper.lettering import BOLD, PLAIN
from services.web.views.bodymap import Dot, Picture, Shape
from services.web.views.figure import HEAD, Point
from services.web.views.outline import curves
from services.web.views.plan import Plan

BAR, BAND, SCALE = 20.0, 10.0, 9.0
INK, LINE, TINT, PALE = 0.1, 0.45, 0.82, 0.93


def bar_height(plan: Plan) -> float:
    """How high the bar is, with positions and scale, in points."""
    return BAR + (BAND if plan.positions else 0) + SCALE


def draw_bar(paper: Canvas, plan: Plan, left: float, top: float, width: float) -> None:
    """Draw the time plan; `top` is its upper edge."""
    for n, part in enumerate(plan.segments):
        _cell(paper, left + width * part.left / 100, top - BAR, width * part.width / 100, BAR, shade=(TINT, 1)[n % 2])
        _label(paper, left + width * (part.left + part.width / 2) / 100, top - 14, part.text, font=BOLD, size=10)
    for part in plan.positions:
        _cell(paper, left + width * part.left / 100, top - BAR - BAND, width * part.width / 100, BAND, shade=PALE)
        _label(paper, left + width * (part.left + part.width / 2) / 100, top - BAR - 7.5, part.text)
    for tick in plan.ticks:
        _label(paper, left + width * tick.left / 100, top - bar_height(plan) + 1, tick.text)


def _cell(paper: Canvas, left: float, foot: float, width: float, height: float, *, shade: float) -> None:
    paper.setFillGray(shade)
    paper.setStrokeGray(LINE)
    paper.setLineWidth(0.6)
    paper.rect(left, foot, width, height, fill=1)


def _label(paper: Canvas, middle: float, foot: float, text: str, *, font: str = PLAIN, size: float = 7) -> None:
    paper.setFillGray(INK)
    paper.setFont(font, size)
    paper.drawCentredString(middle, foot, text)


def draw_bodies(
    paper: Canvas, pictures: Sequence[Picture], left: float, top: float, *, width: float, height: float
) -> None:
    """Draw the views beside each other inside a box of this size."""
    room = width / len(pictures)
    for n, picture in enumerate(pictures):
        scale = min(room / picture.frame[2], (height - 10) / picture.frame[3])
        paper.saveState()
        paper.translate(left + room * (n + 0.5), top)
        paper.scale(scale, -scale)
        _draw_body(paper, picture)
        paper.restoreState()
        _label(paper, left + room * (n + 0.5), top - height + 1, picture.view.capitalize(), font=BOLD, size=8)


def _draw_body(paper: Canvas, picture: Picture) -> None:
    clip = paper.beginPath()
    clip.rect(*picture.frame)
    paper.clipPath(clip, stroke=0)
    _outline(paper, picture.outline)
    paper.drawPath(_trace(paper, HEAD, 1))
    for shape in picture.shapes:
        _mark(paper, shape)
    for shape in picture.shapes:
        _badge(paper, *shape.middle, str(shape.number))
    for dot in picture.dots:
        _dot(paper, dot)
    for side, x in (("right", 60 * picture.right), ("left", -60 * picture.right)):
        _upright(paper, x, 60, side, font=PLAIN, size=11)


def _outline(paper: Canvas, halves: Iterable[Sequence[Point]]) -> None:
    paper.setStrokeGray(LINE)
    paper.setLineWidth(0.9)
    for points in halves:
        for sign in (1, -1):
            paper.drawPath(_trace(paper, points, sign))


def _trace(paper: Canvas, points: Sequence[Point], sign: int) -> PDFPathObject:
    drawn = paper.beginPath()
    drawn.moveTo(points[0][0] * sign, points[0][1])
    for first, second, end in curves(points):
        drawn.curveTo(first[0] * sign, first[1], second[0] * sign, second[1], end[0] * sign, end[1])
    drawn.close()
    return drawn


def _mark(paper: Canvas, shape: Shape) -> None:
    """A focus region: grey, hatched and with a thick edge, so that it also stands out on a bad copy."""
    paper.saveState()
    paper.setFillGray(TINT)
    paper.setStrokeGray(INK)
    paper.setLineWidth(1.8)
    paper.drawPath(_trace(paper, shape.points, shape.sign), fill=1)
    paper.restoreState()


def _dot(paper: Canvas, dot: Dot) -> None:
    paper.setStrokeGray(INK)
    paper.setLineWidth(1.8)
    if dot.gone:
        paper.line(dot.x - 4, dot.y - 4, dot.x + 4, dot.y + 4)
        paper.line(dot.x - 4, dot.y + 4, dot.x + 4, dot.y - 4)
        return
    paper.setFillGray(1)
    paper.circle(dot.x, dot.y, 5, fill=1)
    paper.setFillGray(INK)
    paper.circle(dot.x, dot.y, 1.6, stroke=0, fill=1)


def _badge(paper: Canvas, x: float, y: float, text: str) -> None:
    paper.setFillGray(INK)
    paper.circle(x, y, 7, stroke=0, fill=1)
    _upright(paper, x, y + 4, text, font=BOLD, size=11, shade=1)


def _upright(paper: Canvas, x: float, y: float, text: str, *, font: str, size: float, shade: float = INK) -> None:
    """Write in a picture, whose vertical runs downward."""
    paper.saveState()
    paper.translate(x, y)
    paper.scale(1, -1)
    paper.setFillGray(shade)
    paper.setFont(font, size)
    paper.drawCentredString(0, 0, text)
    paper.restoreState()
