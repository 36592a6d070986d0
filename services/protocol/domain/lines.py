"""Sentences of a note, each with its source."""

from collections.abc import Iterable, Iterator

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


class Next(Struct, frozen=True, kw_only=True, gc=False):
    """The session sentences are for: its place in the protocol, what gates let through, the session before it."""

    place: int
    opened: frozenset[str]
    last: SessionCompleted | None
    moments: frozenset[Moment]


def lines(sentences: Iterable[Sourced], session: Next) -> list[Line]:
    """Those for this session."""
    return [line(one) for one in sentences if _is_for(one, session)]


def _is_for(sentence: Sourced, session: Next) -> bool:
    if session.place < sentence.since or (sentence.until is not None and session.place > sentence.until):
        return False
    if (sentence.needs and sentence.needs not in session.opened) or sentence.unless in session.opened:
        return False
    if sentence.at and session.moments.isdisjoint(sentence.at):
        return False
    return sentence.after is None or (session.last is not None and getattr(session.last, sentence.after))


def moments(ordinal: int, standing: Standing) -> Iterator[Moment]:
    """Which moments of the course the next session is."""
    if ordinal == 1:
        yield "course_start"
    if standing.phase and standing.phase.sessions == standing.done + 1:
        yield "phase_end"
    if standing.phase and standing.phase.kind == "maintenance" and standing.done % QUARTER == QUARTER - 1:
        yield "quarter"
