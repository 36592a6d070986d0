"""A course in sentences: where it stands, the visits to come, what went against the protocol."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.protocol import Course, Deviation, Happening, Part
from services.web.answers.scheduling import Visit
from services.web.views.ribbon import Days
from services.web.views.words import clock_time, count, deviation, full_date, short_day
from shared.clock import day_of

TO_COME = ("booked", "arrived")
BEHIND = frozenset({"CadenceSlipped", "SlipLifted", "CourseLapsed", "LapseLifted", "LapseDecided"})
PAUSES = frozenset({"CoursePaused", "CourseResumed"})
ALLOWED = frozenset({"OverrideGranted"})
"""Kinds of events in a course's history."""
FIBROMYALGIA = (
    Part(kind="series", sessions=10),
    Part(kind="series", sessions=5),
    Part(kind="break", weeks=2),
    Part(kind="series", sessions=15),
    Part(kind="break", weeks=3),
    Part(kind="maintenance"),
)
"""The ribbon's frame while the definition cannot be read (domain.md §3.1)."""


class Line(Struct, frozen=True, kw_only=True):
    """A visit in a list: `on` is its day in words, `note` who gives it or how it ended, `tone` marks the unusual.

    `href` is where it is changed, if it can be.
    """

    ordinal: int | None
    on: str
    time: str
    who: str
    note: str
    tone: str = ""
    href: str = ""


class Known(Struct, frozen=True, kw_only=True):
    """What turns ids and instants into words. `active` are the therapists who still work here."""

    zone: ZoneInfo
    today: date
    therapists: Mapping[UUID, str]
    rooms: Mapping[UUID, str]
    states: Mapping[str, str]
    active: Mapping[UUID, str] = {}


def state_sentence(course: Course) -> str:
    """Say where a course stands in one sentence."""
    given = count(course.sessions_completed, "session")
    if course.status == "closed":
        return f"Closed after {given}."
    if course.status == "paused":
        return f"Paused by agreement after {given}. Days in the pause are not judged."
    if course.status == "break" and course.pause:
        return f"Break: no massage until {short_day(course.pause.first_day)}, the first free day.{_exercise(course)}"
    return _phase_sentence(course)


def _phase_sentence(course: Course) -> str:
    phase = course.phase
    if course.sessions_completed == 0:
        return "Not started: the first session is still to come."
    if phase.kind == "maintenance":
        given = count(course.sessions_completed, "session")
        return f"Maintenance: {given} done. The next is session {course.next_ordinal}.{_exercise(course)}"
    done = f"{phase.done} of {phase.sessions} done" if phase.sessions else f"{phase.done} done"
    return f"Series {phase.number}: {done}. The next is session {course.next_ordinal}.{_exercise(course)}"


def _exercise(course: Course) -> str:
    if not course.exercise.cleared:
        return ""
    times = f", {course.exercise.per_week} times a week or more" if course.exercise.per_week else ""
    return f" Exercise at home goes on{times}."


def days_of(visits: Sequence[Visit], course_id: UUID, zone: ZoneInfo) -> Days:
    """Days of the course's sessions and visits by ordinal; those to come are booked."""
    mine = [visit for visit in visits if visit.course_id == course_id and visit.ordinal]
    held = [visit for visit in mine if visit.status in {*TO_COME, "fulfilled"}]
    return Days(
        of={visit.ordinal or 0: day_of(visit.starts_at, zone) for visit in held},
        booked=frozenset(visit.ordinal or 0 for visit in held if visit.status in TO_COME),
    )


def to_come(visits: Sequence[Visit], known: Known) -> list[Line]:
    """List the visits agreed and not yet given, the next one first."""
    coming = sorted((visit for visit in visits if visit.status in TO_COME), key=lambda visit: visit.starts_at)
    return [line(visit, known) for visit in coming]


def past(visits: Sequence[Visit], known: Known) -> list[Line]:
    """List what is over (done, missed, called off), the newest first."""
    over = (visit for visit in visits if visit.status not in TO_COME)
    return [line(visit, known) for visit in sorted(over, key=lambda visit: visit.starts_at, reverse=True)]


def line(visit: Visit, known: Known) -> Line:
    """One visit in words. Of one to come it is of interest who gives it, of any other how it stands."""
    who = ", ".join(filter(None, (known.therapists.get(visit.therapist_id), known.rooms.get(visit.room_id))))
    return Line(
        ordinal=visit.ordinal,
        on=day_words(day_of(visit.starts_at, known.zone), known.today),
        time=clock_time(visit.starts_at, known.zone),
        who=who,
        note=who if visit.status == "booked" else known.states.get(visit.status, visit.status),
        tone={"missed": "bad", "arrived": "ok"}.get(visit.status, ""),
        href=f"/visits/{visit.appointment_id}" if visit.status == "booked" else "",
    )


def day_words(day: date, today: date) -> str:
    """Say a day; the year only where it is not this one."""
    return short_day(day) if day.year == today.year else full_date(day)


class Remark(Struct, frozen=True, kw_only=True):
    """Something noted in a course, with its day: the rule and the figure in words, and where the rule comes from."""

    on: str
    text: str
    source: str = ""


def remarks(course: Course, today: date) -> list[Remark]:
    """List what took place against the protocol, the newest first."""
    newest = sorted(course.deviations, key=lambda noted: noted.on, reverse=True)
    return [_remark(noted, today) for noted in newest]


def _remark(noted: Deviation, today: date) -> Remark:
    return Remark(
        on=day_words(noted.on, today),
        text=noted.text.removesuffix(f" (source {noted.source}).") if noted.text else deviation(noted.rule),
        source=noted.source or "",
    )


def told_of(happened: Sequence[Happening], kinds: frozenset[str], zone: ZoneInfo, today: date) -> list[Remark]:
    """Pick some kinds of happenings out of a history, the newest first."""
    told = [one for one in happened if one.type in kinds]
    return [Remark(on=day_words(day_of(one.at, zone), today), text=one.text) for one in reversed(told)]


def slips_sentence(course: Course) -> str:
    """Say how many weeks had too few sessions; empty when none had."""
    return f"{count(course.slips, 'week')} with too few sessions." if course.slips else ""


def next_visit(visits: Sequence[Visit], now: datetime) -> Visit | None:
    """Find the first visit to come that is not over."""
    coming = [visit for visit in visits if visit.status in TO_COME and visit.ends_at >= now]
    return min(coming, key=lambda visit: visit.starts_at, default=None)
