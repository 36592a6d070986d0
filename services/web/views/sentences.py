"""The sentences of a note, each with its source: what to dwell on, not yet, what changed, tender points, last time."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.web.answers.note import Against, Focus, HomeExercise, LastSession, Note, NotYet, TenderPoints
from services.web.answers.protocol import Sourced
from services.web.views.words import WHATS, count, deviation, minutes, place, readable, short_day, site, spoken


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


def lines_of(note: Note, often: str) -> dict[str, list[Line]]:
    """Give every list of sentences of the note, by its name on the page.

    `often` is where it is said how often exercise is to be done.
    """
    against = [_against(item) for item in note.last_session.deviations] if note.last_session else []
    return {
        "focus": [_focus(item) for item in note.focus],
        "not_yet": [_not_yet(item) for item in note.not_yet],
        "positions": _lines(note.positions),
        "cautions": _lines(note.cautions),
        "tell": _lines(note.tell),
        "exercise": _exercise(note.exercise, often),
        "changed": [line for line in _lines(note.changed) if line not in against],
        "adapted": [Line(name=item.what, text=readable(item.why), source=item.source or "") for item in note.adapted],
        "against": against,
    }


def _lines(sentences: Sequence[Sourced]) -> list[Line]:
    """Give sentences with their sources."""
    return [Line(text=readable(sentence.text), source=sentence.source or "") for sentence in sentences]


def _focus(item: Focus) -> Line:
    where = place(item.region, item.side)
    return Line(name=where, minutes=minutes(item.minutes), text=item.why, source=item.source or "")


def _not_yet(item: NotYet) -> Line:
    since = f"from {item.since}" if item.since.startswith("session ") else item.since
    return Line(name=WHATS.get(item.what, spoken(item.what)), text=since, source=item.source or "")


def _against(item: Against) -> Line:
    return Line(text=readable(item.text) or deviation(item.rule), source=item.source or "")


def _exercise(exercise: HomeExercise, often: str) -> list[Line]:
    if not exercise.cleared:
        return []
    asked = f"At least {exercise.per_week} times a week."
    return [*([Line(text=asked, source=often)] if exercise.per_week else []), *_lines(exercise.advice)]


def points_of(points: TenderPoints | None) -> Points | None:
    """Put tender points into words; none when there are none to tell of."""
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


def last_time(session: LastSession) -> Iterator[str]:
    """Say how the session before went."""
    yield f"{short_day(session.on)}: pain {session.pain_before} → {session.pain_after}"
    if session.minutes:
        where = ", ".join(dict.fromkeys(spoken(region).lower() for region in session.regions))
        yield f"{minutes(session.minutes)} on {where}" if where else minutes(session.minutes)
    yield count(session.tender_points, "tender point")
    if session.aggravated:
        yield "more pain afterwards"
    if session.contraction:
        yield "a muscle contracted during stretching"
