"""The time plan: steps from minute to minute, as a bar and as a list, with the positions under them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from services.web.answers.note import Note, Step
from services.web.views.words import minutes, place, spoken

WIDE_ENOUGH = 2.9
"""Percent of the bar a step needs for its number to fit on a small screen."""
WORDS_FIT = 14
TICK, WIDE_TICK, LONG = 10, 30, 120


class Segment(Struct, frozen=True, kw_only=True):
    """A stretch of the bar in percent of it; `text` is empty where there is no room for it."""

    left: float
    width: float
    text: str = ""


class Tick(Struct, frozen=True, kw_only=True):
    """A full ten minutes on the scale, in a long session half an hour."""

    left: float
    text: str


class StepLine(Struct, frozen=True, kw_only=True):
    """A step in words. `span` is from which minute to which, `position` how the client lies."""

    number: int
    name: str
    text: str
    minutes: str
    span: str
    where: str
    position: str
    source: str


class Plan(Struct, frozen=True, kw_only=True):
    """The whole plan. `steps` and `segments` belong together by their number."""

    length: float
    steps: list[StepLine]
    segments: list[Segment]
    positions: list[Segment]
    ticks: list[Tick]
    words: str


def plan(note: Note) -> Plan:
    """Lay the steps out over their minutes."""
    whole = sum(step.minutes for step in note.sequence) or 1
    spans = list(_spans(note.sequence))
    named = ", ".join(f"{n} {step.step}, {step.minutes:g}" for n, (_, step) in enumerate(spans, 1))
    return Plan(
        length=whole,
        steps=[_line(n, begin, step) for n, (begin, step) in enumerate(spans, 1)],
        segments=[_segment(n, begin, step.minutes, whole) for n, (begin, step) in enumerate(spans, 1)],
        positions=list(_positions(spans, whole)),
        ticks=list(_ticks(whole)),
        words=f"Time plan of {whole:g} minutes. Steps and minutes: {named}.",
    )


def _spans(sequence: Sequence[Step]) -> Iterator[tuple[float, Step]]:
    begin = 0.0
    for step in sequence:
        yield begin, step
        begin += step.minutes


def _ticks(whole: float) -> Iterator[Tick]:
    step = TICK if whole <= LONG else WIDE_TICK
    yield from (Tick(left=100 * at / whole, text=str(at)) for at in range(0, int(whole) + 1, step))


def _segment(number: int, begin: float, length: float, whole: float) -> Segment:
    width = 100 * length / whole
    return Segment(left=100 * begin / whole, width=width, text=str(number) if width >= WIDE_ENOUGH else "")


def _positions(spans: Sequence[tuple[float, Step]], whole: float) -> Iterator[Segment]:
    """Steps that follow each other in one position are one stretch; where nothing is said, nothing is drawn."""
    for position, group in groupby(spans, key=lambda span: span[1].position):
        stretch = list(group)
        width = 100 * sum(step.minutes for _, step in stretch) / whole
        if position and width:
            words = spoken(position) if width >= WORDS_FIT else ""
            yield Segment(left=100 * stretch[0][0] / whole, width=width, text=words)


def _line(number: int, begin: float, step: Step) -> StepLine:
    return StepLine(
        number=number,
        name=step.step,
        text=step.detail,
        minutes=minutes(step.minutes) if step.minutes else "",
        span=f"{begin:g}–{begin + step.minutes:g}" if step.minutes else "",
        where=place(step.region, step.side) if step.region else "",
        position=spoken(step.position) if step.position else "",
        source=step.source or "",
    )
