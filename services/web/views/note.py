"""The next-session note in words: what to do with minutes, where, not yet, what changed, and the sources."""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.note import Anchored, Note, Prone
from services.web.answers.protocol import Sourced
from services.web.views.bodymap import AreaPicture, Picture, area_names, area_pictures, pictures
from services.web.views.plan import Plan, plan
from services.web.views.sentences import Line, Points, last_time, lines_of, points_of
from services.web.views.weeks import Weeks, weeks
from services.web.views.words import clock_time, minutes, moment


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
    said, points = lines_of(note), points_of(note.tender_points)
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
        last_time=list(last_time(note.last_session)) if note.last_session else [],
        sources=_used(sources, [*keys, points.how.source if points and points.how else ""]),
        **said,
    )


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


def _used(sources: Sequence[Sourced], keys: Iterable[str]) -> list[str]:
    """Name the sources that are used on the page, in the protocol's order."""
    used = {word for key in keys for word in key.replace(",", " ").replace(";", " ").split()}
    return [f"{source.source}: {source.text}" for source in sources if source.source in used]
