"""The next-session note in words: what to do with minutes, where, not yet, what changed, and the sources."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.note import Anchored, Note, Prone
from services.web.answers.protocol import Phase, Protocol
from services.web.views.bodymap import AreaPicture, Picture, area_names, area_pictures, pictures
from services.web.views.plan import Plan, plan
from services.web.views.sentences import Line, Points, last_time, lines_of, points_of
from services.web.views.weeks import Weeks, weeks
from services.web.views.words import clock_time, minutes, moment

CONNECTIVE_TISSUE = "connective_tissue"


class Page(Struct, frozen=True, kw_only=True):
    """The note on one page. Lists are empty where there is nothing to say."""

    ordinal: int
    prepared: str
    length: str
    label: str
    phase: str
    plan: Plan
    prone: Line | None
    event: Line | None
    pictures: list[Picture]
    areas: list[AreaPicture]
    more_areas: list[str]
    areas_source: str
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


def page(note: Note, protocol: Protocol, zone: ZoneInfo, today: date) -> Page:
    """Put the note into words. What the note does not say itself of sources, the protocol does."""
    said, points = lines_of(note, _often(note.phase, protocol)), points_of(note.tender_points)
    prone, event, areas = _prone(note.prone, protocol), _event(note.event, zone), protocol.source_of(CONNECTIVE_TISSUE)
    lines = [*(line for some in said.values() for line in some), prone, event, points and points.how]
    keys = [*(line.source for line in lines if line), *(step.source or "" for step in note.sequence)]
    return Page(
        ordinal=note.ordinal,
        prepared=moment(note.prepared_at, zone),
        length=minutes(note.minutes),
        label=note.label or "",
        phase=_phase(note),
        plan=plan(note),
        prone=prone,
        event=event,
        pictures=pictures(note),
        areas=area_pictures(note),
        more_areas=area_names(note),
        areas_source=areas,
        points=points,
        weeks=weeks(note.exercise.weeks, today, note.exercise.streak),
        last_time=list(last_time(note.last_session)) if note.last_session else [],
        sources=_used(protocol, [*keys, areas if note.body_maps else ""]),
        **said,
    )


def _phase(note: Note) -> str:
    if note.phase is None:
        return note.protocol.title
    kind = f"series {note.phase.number}" if note.phase.kind == "series" else note.phase.kind
    return f"{note.protocol.title}, {kind}" if note.protocol.title else kind.capitalize()


def _often(phase: Phase | None, protocol: Protocol) -> str:
    """Where it is said how often exercise is to be done in a phase."""
    mine = (one.source for one in protocol.phases if phase and (one.kind, one.number) == (phase.kind, phase.number))
    return next(mine, "")


def _prone(prone: Prone | None, protocol: Protocol) -> Line | None:
    if prone is None:
        return None
    limit = f" of at most {prone.limit:g}" if prone.limit is not None else ""
    source = protocol.limits.prone_minutes.source if protocol.limits.prone_minutes else ""
    return Line(text=f"Prone: longest stretch {prone.longest:g}{limit} minutes.", source=source)


def _event(event: Anchored | None, zone: ZoneInfo) -> Line | None:
    if event is None:
        return None
    begins = clock_time(event.session_at, zone)
    text = f"For the event on {moment(event.at, zone)}. The session begins about {begins}."
    return Line(text=text, source=event.source)


def _used(protocol: Protocol, keys: Iterable[str]) -> list[str]:
    """Name the sources that are used on the page, in the protocol's order."""
    used = {word for key in keys for word in key.replace(",", " ").replace(";", " ").split()}
    return [f"{source.source}: {source.text}" for source in protocol.sources if source.source in used]
