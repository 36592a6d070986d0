"""Text in the fonts every PDF reader brings: what they can write, how wide it is, where it breaks."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from reportlab.pdfbase.pdfmetrics import stringWidth

PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
ENCODING = "cp1252"
IN_WORDS = {"→": "to", "≤": "at most", "≥": "at least", "\N{NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " "}


@lru_cache(maxsize=4096)
def _measure(word: str, font: str) -> float:
    """How wide a word is in letters of one point; it grows with their size."""
    return float(stringWidth(word, font, 1))


def width_of(word: str, font: str, size: float) -> float:
    """How wide a word is in points."""
    return _measure(word, font) * size


def writable(text: str) -> str:
    """Put text into the letters the fonts have; a letter they lack loses its accent, or is left out."""
    return "".join(_letters(letter) for letter in text)


def is_writable(text: str) -> bool:
    """Whether each letter can be put into the fonts' letters, if need be without its accent: nothing is left out."""
    return all(letter.isspace() or unicodedata.combining(letter) or _letters(letter) for letter in text)


def _letters(letter: str) -> str:
    if letter in IN_WORDS:
        return IN_WORDS[letter]
    if _known(letter):
        return letter
    plain = unicodedata.name(letter, "").partition(" WITH ")[0]
    try:
        found = unicodedata.lookup(plain)
    except KeyError:
        return ""
    return found if _known(found) else ""


def _known(letter: str) -> bool:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return letter.isprintable()


def wrap(bold: str, plain: str, size: float, width: float) -> Iterator[tuple[str, str]]:
    """Break bold words and the plain ones that run on behind them into lines of at most `width` points."""
    words = [(word, font) for text, font in ((bold, BOLD), (plain, PLAIN)) for word in _pieces(text, font, size, width)]
    line: list[tuple[str, str]] = []
    used = 0.0
    for word, font in words:
        needed = width_of(f"{word} ", font, size)
        if line and used + needed > width:
            yield _parts(line)
            line, used = [], 0.0
        line.append((word, font))
        used += needed
    if line:
        yield _parts(line)


def _parts(line: list[tuple[str, str]]) -> tuple[str, str]:
    by_font = {of: " ".join(word for word, font in line if font == of) for of in (BOLD, PLAIN)}
    return by_font[BOLD], by_font[PLAIN]


def _pieces(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """Words, those longer than a line cut to its width."""
    for word in text.split():
        rest = word
        while len(rest) > 1 and width_of(f"{rest} ", font, size) > width:
            fits = max(1, int(len(rest) * 0.9 * width / width_of(f"{rest} ", font, size)))
            yield rest[:fits]
            rest = rest[fits:]
        if rest:
            yield rest
