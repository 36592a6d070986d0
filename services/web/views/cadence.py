"""How the courses keep their cadence: those furthest behind first, and all of them together."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from services.web.answers.keeping import Adherence, AllAdherence
from services.web.answers.protocol import Brief
from services.web.views.words import count, deviation, spoken

SHOWN = 60


class Number(Struct, frozen=True, kw_only=True):
    """A named number; `percent` is its share of the greatest of its kind."""

    name: str
    number: int
    percent: int = 0


class Line(Struct, frozen=True, kw_only=True):
    """A course in words."""

    course_id: UUID
    name: str
    course: str
    label: str
    sessions: int
    slips: int
    lapses: int
    deviations: str
    exercise: str
    pain: str


def furthest_behind(given: AllAdherence) -> list[Adherence]:
    """Give the courses to show: open ones before closed, then by lapses, slips and deviations."""
    return sorted(given.courses, key=_rank)[:SHOWN]


def _rank(course: Adherence) -> tuple[bool, int, int, int]:
    return course.status == "closed", -course.lapses, -course.slips, -sum(course.deviations.values())


def totals(given: AllAdherence) -> list[Number]:
    """Count over all courses."""
    courses = given.courses
    numbers = {
        "Courses open": sum(course.status != "closed" for course in courses),
        "Sessions given": sum(course.sessions_completed for course in courses),
        "Slips": sum(course.slips for course in courses),
        "Lapses": sum(course.lapses for course in courses),
        "Deviations": sum(given.deviations.values()),
    }
    return [Number(name=name, number=number) for name, number in numbers.items()]


def rules(given: AllAdherence) -> list[Number]:
    """Count deviations by rule, the most frequent first."""
    most = max(given.deviations.values(), default=0)
    ordered = sorted(given.deviations.items(), key=lambda item: (-item[1], item[0]))
    return [Number(name=deviation(rule), number=n, percent=round(100 * n / most)) for rule, n in ordered if n]


def lines(courses: Sequence[Adherence], names: Mapping[UUID, str], protocols: Mapping[str, Brief]) -> list[Line]:
    """Put courses into words. `names` maps clients."""
    return [
        _line(course, names.get(course.client_id, "Name not available"), protocols.get(course.protocol))
        for course in courses
    ]


def _line(course: Adherence, name: str, protocol: Brief | None) -> Line:
    title = protocol.title if protocol else spoken(course.protocol)
    return Line(
        course_id=course.course_id,
        name=name,
        course=f"{title}, {course.status}",
        label=(protocol and protocol.label) or "",
        sessions=course.sessions_completed,
        slips=course.slips,
        lapses=course.lapses,
        deviations="; ".join(_times(rule, n) for rule, n in sorted(course.deviations.items()) if n) or "none",
        exercise=_exercise(course),
        pain=_pain(course),
    )


def _times(rule: str, number: int) -> str:
    return deviation(rule) if number == 1 else f"{deviation(rule)}, {count(number, 'time')}"


def _exercise(course: Adherence) -> str:
    kept = course.exercise
    return f"{kept.hit} met, {kept.missed} missed" if kept.hit or kept.missed else "not judged yet"


def _pain(course: Adherence) -> str:
    pain = course.pain
    return f"{pain.first} → {pain.last}" if pain.first is not None and pain.last is not None else "not known yet"
