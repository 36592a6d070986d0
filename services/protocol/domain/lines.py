"""Sentences of a note, each with its source."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from services.protocol.domain.cadence import Standing
from services.protocol.domain.sentences import Moment, Sourced
from shared.events.records import SessionCompleted

QUARTER = 13
"""Weekly sessions of maintenance in a quarter of a year."""


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """A sentence and where it comes from."""

    text: str
    source: str


def line(sourced: Sourced) -> Line:
    """The sentence without the sessions it is for."""
    return Line(text=sourced.text, source=sourced.source)


def lines(
    sentences: Iterable[Sourced], ordinal: int, before: Sequence[SessionCompleted], now: Collection[Moment] = ()
) -> list[Line]:
    """Those for this session: from one to another, right after a flag or at a moment where they name one."""
    return [line(one) for one in sentences if _is_for(one, ordinal, before, now)]


def _is_for(sentence: Sourced, ordinal: int, before: Sequence[SessionCompleted], now: Collection[Moment]) -> bool:
    if ordinal < sentence.since or (sentence.until is not None and ordinal > sentence.until):
        return False
    if sentence.at and not any(moment in now for moment in sentence.at):
        return False
    return sentence.after is None or (bool(before) and getattr(before[-1], sentence.after))


def moments(ordinal: int, standing: Standing) -> Iterator[Moment]:
    """Which moments of the course the next session is."""
    if ordinal == 1:
        yield "course_start"
    if standing.phase and standing.phase.sessions == standing.done + 1:
        yield "phase_end"
    if standing.phase and standing.phase.kind == "maintenance" and standing.done % QUARTER == QUARTER - 1:
        yield "quarter"
