"""What stands on the sheet, in order of importance: headings, sentences with their minutes and sources, the picture."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from services.web.views.bodymap import Picture
from services.web.views.note import Page
from services.web.views.plan import StepLine
from services.web.views.sentences import Line, Points


class Heading(Struct, frozen=True, kw_only=True):
    """The title of what follows; it never stands alone at a column's foot."""

    text: str


class Sentence(Struct, frozen=True, kw_only=True):
    """A paragraph: `bold` words first, then the rest; `mark` stands before it."""

    text: str
    bold: str = ""
    mark: str = "•"


class Drawing(Struct, frozen=True, kw_only=True):
    """The body, front and back."""

    pictures: Sequence[Picture]


Block = Heading | Sentence | Drawing


def blocks(note: Page) -> list[Block]:
    """Everything the note says. What comes last is the first to be left to the screen when a sheet is too small."""
    return [
        *_section("Not yet", map(_line, note.not_yet)),
        *_section("What to do", _steps(note.plan.steps)),
        *_section("Since last time", _since(note)),
        *_section("So today is different", map(_line, note.adapted)),
        *_where(note),
        *_section("Dwell on", (_numbered(n, line) for n, line in enumerate(note.focus, 1))),
        *(_section(f"Tender points: {note.points.total}", _points(note.points)) if note.points else []),
        *_section("Tell the client", map(_line, note.tell)),
        *_section("Positions", map(_line, note.positions)),
        *_section("Cautions", map(_line, note.cautions)),
        *_section("Exercise at home", _exercise(note)),
        *_section("Areas for connective-tissue massage", _areas(note)),
    ]


def _where(note: Page) -> list[Block]:
    return [Heading(text="Where"), Drawing(pictures=note.pictures)] if note.pictures else []


def _section(title: str, sentences: Iterable[Sentence]) -> list[Block]:
    said = list(sentences)
    return [Heading(text=title), *said] if said else []


def _line(line: Line) -> Sentence:
    named = ", ".join(filter(None, (line.name, line.minutes)))
    return Sentence(bold=f"{named}:" if named else "", text=sourced(line.text, line.source))


def _numbered(number: int, line: Line) -> Sentence:
    plain = _line(line)
    return Sentence(mark=f"{number}", bold=plain.bold, text=plain.text)


def _steps(steps: Sequence[StepLine]) -> Iterator[Sentence]:
    """What is to be done as in a step above is told once."""
    told: dict[str, int] = {}
    for step in steps:
        first = told.setdefault(step.text, step.number)
        yield _step(step, step.text if first == step.number else f"As step {first}.")


def _step(step: StepLine, how: str) -> Sentence:
    named = ", ".join(filter(None, (step.name, step.minutes)))
    where = ", ".join(filter(None, (step.where, step.position))).lower()
    text = f"({where}) {how}" if where else how
    return Sentence(mark=f"{step.number}", bold=f"{named}:", text=sourced(text, step.source))


def sourced(text: str, source: str) -> str:
    """A sentence with its source behind it."""
    return f"{text} [{source}]" if source else text


def _since(note: Page) -> Iterator[Sentence]:
    if note.event:
        yield _line(note.event)
    if note.last_time:
        yield Sentence(text="; ".join(note.last_time))
    yield from map(_line, note.changed)
    for line in note.against:
        yield Sentence(bold="Against the protocol:", text=sourced(line.text, line.source))


def _points(points: Points) -> Iterator[Sentence]:
    if points.to_treat:
        found = f"To treat (found on {points.found}):" if points.found else "To treat:"
        yield Sentence(bold=found, text="; ".join(points.to_treat))
    if points.gone:
        yield Sentence(bold="Gone:", text="; ".join(points.gone))
    if points.how:
        yield _line(points.how)


def _exercise(note: Page) -> Iterator[Sentence]:
    if note.weeks.sentence:
        yield Sentence(text=note.weeks.sentence)
    yield from map(_line, note.exercise)


def _areas(note: Page) -> Iterator[Sentence]:
    if note.body_maps:
        yield Sentence(text=sourced(f"{note.body_maps}.", note.areas_source))
