"""Two columns on one page: the largest letters in which everything fits, and never a second page."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.web.paper.blocks import Block, Drawing, Heading, Sentence
from services.web.paper.lettering import wrap, writable

SIZES = tuple(size / 4 for size in range(44, 23, -1))
"""Letters from 11 down to 6 points, as large as they go."""
LEADING, INDENT = 1.13, 1.4
"""How high a line is, and how far a paragraph hangs behind its mark, in letters."""
HEADING = 1.4
"""How high a heading is, in lines."""
DRAWING, SMALLEST_DRAWING = 15.0, 135.0
"""How high the drawing is, in letters; and in points at least."""


class Row(Struct, frozen=True, kw_only=True):
    """A line of text, or the drawing; `height` in points, `keep` rows after it must stand in the same column."""

    height: float
    text: str = ""
    bold: str = ""
    mark: str = ""
    indent: float = 0
    title: bool = False
    drawing: Drawing | None = None
    keep: int = 0


class Placed(Struct, frozen=True, kw_only=True):
    """A row in its column, `top` points below the column's head."""

    column: int
    top: float
    row: Row


class Fitted(Struct, frozen=True, kw_only=True):
    """What fits: the size of its letters, where each row stands, and how many rows had to be left out."""

    size: float
    rows: list[Placed]
    left_out: int


def fit(blocks: Sequence[Block], width: float, height: float) -> Fitted:
    """Set the blocks into two columns of this size, as large as they go; only what 6 points cannot hold is left out."""
    largest = bisect_left(SIZES, True, key=lambda size: _set(blocks, size, width, height).left_out == 0)
    fitted = _set(blocks, SIZES[min(largest, len(SIZES) - 1)], width, height)
    return _cut(fitted, height) if fitted.left_out else fitted


def _set(blocks: Sequence[Block], size: float, width: float, height: float) -> Fitted:
    rows = list(_rows(blocks, size, width))
    placed = list(_place(rows, height))
    return Fitted(size=size, rows=placed, left_out=len(rows) - len(placed))


def _cut(fitted: Fitted, height: float) -> Fitted:
    """Leave the last line free, to say that the note goes on."""
    foot = height - fitted.size * LEADING
    kept = [one for one in fitted.rows if one.column == 0 or one.top + one.row.height <= foot]
    return Fitted(size=fitted.size, rows=kept, left_out=fitted.left_out + len(fitted.rows) - len(kept))


def _place(rows: Sequence[Row], height: float) -> Iterator[Placed]:
    column, top = 0, 0.0
    for n, row in enumerate(rows):
        needed = sum(one.height for one in rows[n : n + 1 + row.keep])
        if top + needed > height + 0.01:
            column, top = column + 1, 0.0
        if column > 1 or needed > height:
            return
        yield Placed(column=column, top=top, row=row)
        top += row.height


def _rows(blocks: Sequence[Block], size: float, width: float) -> Iterator[Row]:
    line = size * LEADING
    for block in blocks:
        if isinstance(block, Heading):
            yield Row(height=line * HEADING, bold=writable(block.text), title=True, keep=1)
        elif isinstance(block, Sentence):
            yield from _sentence(block, size, width)
        else:
            yield Row(height=max(size * DRAWING, SMALLEST_DRAWING), drawing=block)


def _sentence(block: Sentence, size: float, width: float) -> Iterator[Row]:
    """A paragraph, hanging behind its mark."""
    indent = size * INDENT
    broken = wrap(writable(block.bold), writable(block.text), size, width - indent)
    for n, (bold, text) in enumerate(broken):
        mark = writable(block.mark) if n == 0 else ""
        yield Row(height=size * LEADING, bold=bold, text=text, mark=mark, indent=indent)
