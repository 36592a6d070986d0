"""The next-session note in words: what to do with minutes, where, not yet, what changed, and the sources."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.note import (
    Against,
    Anchored,
    Focus,
    HomeExercise,
    LastSession,
    Note,
    NotYet,
    Prone,
    TenderPoints,
)
from services.web.answers.protocol import Sourced
from services.web.views.bodymap import AreaPicture, Picture, area_names, area_pictures, pictures
from services.web.views.plan import Plan, plan
from services.web.views.weeks import Weeks, weeks
from services.web.views.words import (
    WHATS,
    clock_time,
    count,
    deviation,
    minutes,
    moment,
    place,
    short_day,
    site,
    spoken,
)


class Line(Struct, frozen=True, kw_only=True):
    """A sentence and its source; `name` and `minutes` where it has any."""

    text: str
    name: str = ""
    source: str = ""
    minutes: str = ""


class Points(Struct, frozen=True, kw_only=True):
    """Tender points in words: those to treat, those gone, when they were found, how to treat one."""

    to_treat: list[str]
    gone: list[str]
    found: str
    how: Line | None
    total: str


class Page(Struct, frozen=True, kw_only=True):
    """The note on one page. Lists are empty where there is nothing to say."""

    ordinal: int
    prepared: str
    length: str
    label: str
    phase: str
    plan: Plan
    prone: str
    event: str
    pictures: list[Picture]
    areas: list[AreaPicture]
    more_areas: list[str]
    focus: list[Line]
    points: Points | None
    not_yet: list[Line]
    positions: list[Line]
    cautions: list[Line]
    tell: list[Line]
    exercise: list[Line]
    weeks: Weeks
    last_time: list[str]
    changed: list[Line]
    adapted: list[Line]
    against: list[Line]
    sources: list[str]

    @property
    def body_maps(self) -> str:
        """The areas for connective-tissue massage in one line."""
        return ", ".join([area.name for area in self.areas] + self.more_areas)


def page(note: Note, sources: Sequence[Sourced], zone: ZoneInfo, today: date) -> Page:
    """Put the note into words. `sources` are those of the protocol: their key and what it stands for."""
    said: dict[str, list[Line]] = {
        "focus": [_focus(item) for item in note.focus],
        "not_yet": [_not_yet(item) for item in note.not_yet],
        "positions": lines(note.positions),
        "cautions": lines(note.cautions),
        "tell": lines(note.tell),
        "exercise": _exercise(note.exercise),
        "changed": lines(note.changed),
        "adapted": [Line(name=item.what, text=item.why, source=item.source or "") for item in note.adapted],
        "against": [_against(item) for item in note.last_session.deviations] if note.last_session else [],
    }
    points = _points(note.tender_points)
    keys = [line.source for some in said.values() for line in some] + [step.source or "" for step in note.sequence]
    return Page(
        ordinal=note.ordinal,
        prepared=moment(note.prepared_at, zone),
        length=minutes(note.minutes),
        label=note.label or "",
        phase=_phase(note),
        plan=plan(note),
        prone=_prone(note.prone),
        event=_event(note.event, zone),
        pictures=pictures(note),
        areas=area_pictures(note),
        more_areas=area_names(note),
        points=points,
        weeks=weeks(note.exercise.weeks, today, note.exercise.streak),
        last_time=list(_last_time(note.last_session)) if note.last_session else [],
        sources=_used(sources, [*keys, points.how.source if points and points.how else ""]),
        **said,
    )


def lines(sentences: Sequence[Sourced]) -> list[Line]:
    """Give sentences with their sources."""
    return [Line(text=sentence.text, source=sentence.source or "") for sentence in sentences]


def _phase(note: Note) -> str:
    if note.phase is None:
        return note.protocol.title
    kind = f"series {note.phase.number}" if note.phase.kind == "series" else note.phase.kind
    return f"{note.protocol.title}, {kind}" if note.protocol.title else kind.capitalize()


def _prone(prone: Prone | None) -> str:
    if prone is None:
        return ""
    limit = f" of at most {prone.limit:g}" if prone.limit is not None else ""
    return f"Prone: longest stretch {prone.longest:g}{limit} minutes."


def _event(event: Anchored | None, zone: ZoneInfo) -> str:
    if event is None:
        return ""
    return f"For the event on {moment(event.at, zone)}. The session begins about {clock_time(event.session_at, zone)}."


def _focus(item: Focus) -> Line:
    where = place(item.region, item.side)
    return Line(name=where, minutes=minutes(item.minutes), text=item.why, source=item.source or "")


def _not_yet(item: NotYet) -> Line:
    since = f"from {item.since}" if item.since.startswith("session ") else item.since
    return Line(name=WHATS.get(item.what, spoken(item.what)), text=since, source=item.source or "")


def _against(item: Against) -> Line:
    return Line(text=item.text or deviation(item.rule), source=item.source or "")


def _exercise(exercise: HomeExercise) -> list[Line]:
    if not exercise.cleared:
        return []
    often = [Line(text=f"At least {exercise.per_week} times a week.")] if exercise.per_week else []
    return [*often, *lines(exercise.advice)]


def _points(points: TenderPoints | None) -> Points | None:
    if points is None or not (points.left or points.gone):
        return None
    how = points.how or Sourced(text="")
    seconds = f", {points.seconds} seconds each" if points.seconds else ""
    return Points(
        to_treat=list(_by_place(points.left)),
        gone=list(_by_place(points.gone)),
        found=short_day(points.found_on) if points.found_on else "",
        how=Line(text=how.text, source=how.source or "") if how.text else None,
        total=f"{len(points.left)} to treat{seconds}",
    )


def _by_place(slugs: Sequence[str]) -> Iterator[str]:
    """One line a pair: where it is, and which sides."""
    sides: dict[str, list[str]] = {}
    for slug in slugs:
        name, _, side = slug.rpartition("_")
        sides.setdefault(name, []).append(side)
    yield from (f"{site(name)}: {' and '.join(sorted(both))}" for name, both in sides.items())


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


def _used(sources: Sequence[Sourced], keys: Iterable[str]) -> list[str]:
    """Name the sources that are used on the page, in the protocol's order."""
    used = {word for key in keys for word in key.replace(",", " ").replace(";", " ").split()}
    return [f"{source.source}: {source.text}" for source in sources if source.source in used]
