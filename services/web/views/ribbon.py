"""The ribbon: a course as groups of beads, one a session, with what is done, booked, next and still to book."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from services.web.answers.protocol import Course, Part
from services.web.views.words import count, short_date, span

WIDEST_BREAK = 8
MAINTENANCE_BEADS = 8
ONE_DAY = timedelta(days=1)


class Bead(Struct, frozen=True, kw_only=True):
    """A session's place. `state`: done, booked or due (still to book); `next` marks the one to come."""

    ordinal: int
    state: str
    next: bool = False


class Group(Struct, frozen=True, kw_only=True):
    """A phase: its beads (none in a break), what it is called and the days it covers. `weeks` is for breaks only."""

    kind: str
    title: str
    beads: tuple[Bead, ...] = ()
    dates: str = ""
    weeks: int = 0
    current: bool = False


class Ribbon(Struct, frozen=True, kw_only=True):
    """The whole picture, and the same in words."""

    groups: tuple[Group, ...]
    words: str


class Days(Struct, frozen=True, kw_only=True):
    """What the itinerary adds: `of` maps ordinals to the day of the session or visit, `booked` are those to come."""

    of: Mapping[int, date] = {}
    booked: frozenset[int] = frozenset()


def ribbon(course: Course, parts: Sequence[Part], days: Days) -> Ribbon:
    """Draw a course along the phases of its protocol."""
    groups = tuple(_groups(course, parts, days))
    due = sum(bead.state == "due" for group in groups if group.kind == "series" for bead in group.beads)
    words = f"{count(course.sessions_completed, 'session')} done, {len(days.booked)} booked"
    return Ribbon(groups=groups, words=f"{words}, {due} still to book" if due else words)


def _groups(course: Course, parts: Sequence[Part], days: Days) -> Iterator[Group]:
    first, series = 1, 0
    for part in parts:
        if part.kind == "break":
            yield _break(course, part.weeks or 0, days, first)
        elif part.kind == "series":
            series += 1
            ordinals = range(first, first + (part.sessions or 0))
            yield _series(course, series, ordinals, days)
            first = ordinals.stop
        else:
            yield _maintenance(course, first, days)


def _series(course: Course, number: int, ordinals: range, days: Days) -> Group:
    done = sum(ordinal <= course.sessions_completed for ordinal in ordinals)
    return Group(
        kind="series",
        title=f"Series {number} · {done} of {len(ordinals)}",
        beads=_beads(course, ordinals, days),
        dates=_dates(ordinals, days),
        current=course.status == "series" and course.next_ordinal in ordinals,
    )


def _maintenance(course: Course, first: int, days: Days) -> Group:
    """Draw the endless part: the last three given and what is booked after them, three beads at least."""
    start = max(first, course.next_ordinal - 3)
    last = max([start + 2, *days.booked])
    ordinals = range(start, min(last + 1, start + MAINTENANCE_BEADS))
    given = max(course.sessions_completed - first + 1, 0)
    return Group(
        kind="maintenance",
        title=f"Weekly · {given} done" if given else "Weekly",
        beads=_beads(course, ordinals, days),
        dates=_dates(ordinals, days),
        current=course.status == "maintenance",
    )


def _break(course: Course, weeks: int, days: Days, after: int) -> Group:
    """Draw the break before session `after`: the days between the visits around it, as far as they are known."""
    current = course.pause is not None and course.next_ordinal == after
    last, first = days.of.get(after - 1), days.of.get(after)
    if current and course.pause:
        last, first = course.pause.started_on, course.pause.first_day
    dates = f"after {short_date(last)}" if last else ""
    if last and first and first - last > ONE_DAY:
        dates = span(last + ONE_DAY, first - ONE_DAY)
    title = f"{count(weeks, 'week')} off"
    return Group(kind="break", title=title, dates=dates, weeks=min(weeks, WIDEST_BREAK), current=current)


def _beads(course: Course, ordinals: range, days: Days) -> tuple[Bead, ...]:
    return tuple(_bead(course, ordinal, days) for ordinal in ordinals)


def _bead(course: Course, ordinal: int, days: Days) -> Bead:
    done = ordinal <= course.sessions_completed
    state = "done" if done else "booked" if ordinal in days.booked else "due"
    is_next = ordinal == course.next_ordinal and course.status != "closed"
    return Bead(ordinal=ordinal, state=state, next=is_next)


def _dates(ordinals: range, days: Days) -> str:
    known = [days.of[ordinal] for ordinal in ordinals if ordinal in days.of]
    return span(min(known), max(known)) if known else ""
