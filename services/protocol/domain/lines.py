"""Sentences of a note, each with its source."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from services.protocol.domain.definition import Sourced
from shared.events.records import SessionCompleted


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """A sentence and where it comes from."""

    text: str
    source: str


def line(sourced: Sourced) -> Line:
    """The sentence without the sessions it is for."""
    return Line(text=sourced.text, source=sourced.source)


def lines(sentences: Iterable[Sourced], ordinal: int, before: Sequence[SessionCompleted]) -> list[Line]:
    """Those for this session: from one to another, and where they name a flag only right after it."""
    return [line(one) for one in sentences if _is_for(one, ordinal, before)]


def _is_for(sentence: Sourced, ordinal: int, before: Sequence[SessionCompleted]) -> bool:
    if ordinal < sentence.since or (sentence.until is not None and ordinal > sentence.until):
        return False
    return sentence.after is None or (bool(before) and getattr(before[-1], sentence.after))
