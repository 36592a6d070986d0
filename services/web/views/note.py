"""The next-session note as on paper: what to do with minutes, not yet, positions, cautions and sources."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.protocol import HomeExercise, LastSession, Note, NotYet, Sourced, Step
from services.web.views.words import WHATS, count, minutes, moment, short_day, spoken


class Line(Struct, frozen=True, kw_only=True):
    """A sentence, its minutes (empty where it takes none of its own) and its source; a step has a name too."""

    text: str
    name: str = ""
    source: str = ""
    minutes: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """The note on one page. Lists are empty where there is nothing to say."""

    ordinal: int
    prepared: str
    length: str
    label: str
    steps: list[Line]
    focus: list[str]
    not_yet: list[str]
    positions: list[Line]
    cautions: list[Line]
    tell: list[Line]
    exercise: list[Line]
    last_time: list[str]
    body_maps: str
    sources: list[str]


def page(note: Note, sources: Sequence[Sourced], zone: ZoneInfo) -> Page:
    """Put the note into words. `sources` are those of the protocol: their key and what it stands for."""
    steps, cautions = [_step(step) for step in note.sequence], lines(note.cautions)
    positions, tell, exercise = lines(note.positions), lines(note.tell), _exercise(note.exercise)
    return Page(
        ordinal=note.ordinal,
        prepared=moment(note.prepared_at, zone),
        length=minutes(note.minutes),
        label=note.label or "",
        steps=steps,
        focus=[f"{spoken(item.region)}: {minutes(item.minutes)} ({item.why})" for item in note.focus],
        not_yet=[_not_yet(item) for item in note.not_yet],
        positions=positions,
        cautions=cautions,
        tell=tell,
        exercise=exercise,
        last_time=list(_last_time(note.last_session)) if note.last_session else [],
        body_maps=", ".join(spoken(name).lower() for name in note.body_maps),
        sources=_used(sources, [*steps, *cautions, *positions, *tell, *exercise]),
    )


def lines(sentences: Sequence[Sourced]) -> list[Line]:
    """Give sentences with their sources."""
    return [Line(text=sentence.text, source=sentence.source) for sentence in sentences]


def _not_yet(item: NotYet) -> str:
    since = f"from {item.since}" if item.since.startswith("session ") else item.since
    return f"{WHATS.get(item.what, spoken(item.what))}: {since}"


def _step(step: Step) -> Line:
    given = minutes(step.minutes) if step.minutes else ""
    return Line(name=step.step, text=step.detail, source=step.source, minutes=given)


def _exercise(exercise: HomeExercise) -> list[Line]:
    if not exercise.cleared:
        return []
    often = [Line(text=f"At least {exercise.per_week} times a week.")] if exercise.per_week else []
    return [*often, *lines(exercise.advice)]


def _last_time(session: LastSession) -> Iterator[str]:
    yield f"{short_day(session.on)}: pain {session.pain_before} → {session.pain_after}"
    if session.minutes:
        where = ", ".join(dict.fromkeys(spoken(region).lower() for region in session.regions))
        yield f"{minutes(session.minutes)} on {where}" if where else minutes(session.minutes)
    yield count(session.tender_points, "tender point")
    if session.aggravated:
        yield "more pain afterwards"
    if session.contraction:
        yield "a muscle contracted during stretching"


def _used(sources: Sequence[Sourced], said: Sequence[Line]) -> list[str]:
    """Name the sources that are used on the page, in the protocol's order."""
    used = {key for line in said for key in line.source.replace(",", " ").split()}
    return [f"{source.source}: {source.text}" for source in sources if source.source in used]
