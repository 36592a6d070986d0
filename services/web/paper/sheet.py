"""The sheet: who and which session above, the time plan, two columns of text, sources below. Always one page."""

from io import BytesIO
from typing import Literal

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfgen.canvas import Canvas

from services.web.paper.blocks import blocks, sourced
from services.web.paper.columns import LEADING, Fitted, Placed, fit
from services.web.paper.lettering import BOLD, PLAIN, is_writable, width_of, wrap, writable
from services.web.paper.pictures import INK, bar_height, draw_bar, draw_bodies
from services.web.views.note import Page
from services.web.views.sentences import Line

SIZES = {"A4": A4, "Letter": LETTER}
MARGIN, GUTTER = 28.0, 12.0
SMALL, FOOT_LINES = 7.0, 4
UNWRITTEN = "Name: ______________________"
"""Stands for a name of which the fonts lack a letter, to be filled in by hand."""
CLOSING = "The note says what the protocol says; the therapist decides."


def draw(note: Page, *, name: str, visit: str, practice: str, size: Literal["A4", "Letter"]) -> bytes:
    """Draw the note as a PDF of one page. Its properties name the session's number only, and nobody."""
    file, paper_size = BytesIO(), SIZES[size]
    paper = Canvas(file, pagesize=paper_size, lang="en", invariant=1)
    paper.setTitle(f"Note for session {note.ordinal}")
    paper.setAuthor("Seriatim")
    _draw_page(paper, note, _headline(note, name, visit), writable(practice), paper_size)
    paper.showPage()
    paper.save()
    return file.getvalue()


def _headline(note: Page, name: str, visit: str) -> tuple[str, str]:
    """Whose note it is, and which session, when, how long."""
    which = ", ".join(filter(None, (f"Session {note.ordinal}", note.phase, visit, note.length)))
    return _named(name), writable(which)


def _named(name: str) -> str:
    """The whole name, or a line to write it on: half a name could be another client's."""
    return " ".join(writable(name).split()) if name.strip() and is_writable(name) else UNWRITTEN


def _draw_page(
    paper: Canvas, note: Page, headline: tuple[str, str], practice: str, paper_size: tuple[float, float]
) -> None:
    width, height = paper_size[0] - 2 * MARGIN, paper_size[1]
    foot = _draw_foot(paper, note, practice, width)
    top = _draw_head(paper, note, headline, height - MARGIN, width)
    draw_bar(paper, note.plan, MARGIN, top, width)
    top -= bar_height(note.plan)
    top -= _draw_prone(paper, note.prone, top, width)
    column = (width - GUTTER) / 2
    _draw_columns(paper, fit(blocks(note), column, top - foot), top, column)


def _draw_head(paper: Canvas, note: Page, headline: tuple[str, str], top: float, width: float) -> float:
    """Draw the head and the label; gives how far down the page it reaches."""
    paper.setFillGray(INK)
    top = _lines(paper, (headline[0], ""), 15, top, width=width, most=1)
    top = _lines(paper, ("", headline[1]), 9.5, top, width=width, most=2)
    if note.label:
        top = _lines(paper, (writable(note.label), ""), 10, top - 2, width=width, most=2)
    return top - 5


def _draw_prone(paper: Canvas, sentence: Line | None, top: float, width: float) -> float:
    """Draw how long the client lies prone; gives how much room it took."""
    if sentence is None:
        return 0
    _lines(paper, ("", writable(sourced(sentence.text, sentence.source))), 8, top, width=width, most=1)
    return 8 * LEADING + 2


def _draw_foot(paper: Canvas, note: Page, practice: str, width: float) -> float:
    """Draw sources and the closing; gives the lower edge of what stands above it."""
    said = [*(f"{source}." for source in note.sources), f"Prepared {note.prepared}.", CLOSING, practice]
    words = "", writable(" ".join(said))
    needed = min(len(list(wrap(*words, SMALL, width - SMALL))), FOOT_LINES)
    top = MARGIN + needed * SMALL * LEADING
    _lines(paper, words, SMALL, top, width=width, most=FOOT_LINES)
    return top + 4


def _lines(paper: Canvas, words: tuple[str, str], size: float, top: float, *, width: float, most: int) -> float:
    """Write bold and plain words on at most so many lines; gives the edge under them. Three dots end what goes on."""
    lines = list(wrap(*words, size, width - size))
    for n, (strong, rest) in enumerate(lines[:most]):
        top -= size * LEADING
        cut = "…" if n + 1 == most < len(lines) else ""
        text = (strong + cut, rest) if strong and not rest else (strong, rest + cut)
        _write(paper, MARGIN, top + size * 0.2, text, size)
    return top


def _draw_columns(paper: Canvas, fitted: Fitted, top: float, width: float) -> None:
    for placed in fitted.rows:
        left = MARGIN + placed.column * (width + GUTTER)
        _draw_row(paper, placed, fitted.size, (left, top), width)
    if fitted.left_out:
        last = max(placed.top + placed.row.height for placed in fitted.rows if placed.column == 1)
        text = f"The note goes on: {fitted.left_out} more lines stand on the screen."
        _write(paper, MARGIN + width + GUTTER, top - last - fitted.size, (text, ""), fitted.size)


def _draw_row(paper: Canvas, placed: Placed, size: float, corner: tuple[float, float], width: float) -> None:
    """Draw a row of the column whose upper left corner this is."""
    row, left, head = placed.row, corner[0], corner[1] - placed.top
    if row.drawing:
        draw_bodies(paper, row.drawing.pictures, left, head, width=width, height=row.height)
        return
    foot = head - row.height + size * 0.25
    paper.setFillGray(INK)
    _write(paper, left, foot, (row.mark, ""), size)
    _write(paper, left + row.indent, foot, (row.bold, row.text), size)
    if row.title:
        paper.setLineWidth(0.5)
        paper.line(left, foot - size * 0.2, left + width, foot - size * 0.2)


def _write(paper: Canvas, left: float, foot: float, words: tuple[str, str], size: float) -> None:
    """Write bold words and the plain ones behind them."""
    bold, plain = words
    paper.setFont(BOLD, size)
    paper.drawString(left, foot, bold)
    paper.setFont(PLAIN, size)
    paper.drawString(left + (width_of(f"{bold} ", BOLD, size) if bold else 0), foot, plain)
