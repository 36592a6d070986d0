"""What the pages read from `protocol` of all courses: how they are kept, and who has not come for long."""

from datetime import date
from uuid import UUID

from msgspec import Struct


class Pain(Struct, frozen=True, kw_only=True):
    """Pain 0-10 before the first session of a course and before its last."""

    first: int | None = None
    last: int | None = None


class Kept(Struct, frozen=True, kw_only=True):
    """Weeks of exercise whose target was met and missed."""

    hit: int = 0
    missed: int = 0


class Adherence(Struct, frozen=True, kw_only=True):
    """How one course keeps its cadence. `deviations` counts by rule."""

    course_id: UUID
    client_id: UUID
    protocol: str
    status: str
    sessions_completed: int = 0
    slips: int = 0
    lapses: int = 0
    deviations: dict[str, int] = {}
    exercise: Kept = Kept()
    pain: Pain = Pain()


class AllAdherence(Struct, frozen=True, kw_only=True):
    """A page of courses, the deviations of all by rule together, and where the next page begins."""

    courses: list[Adherence] = []
    deviations: dict[str, int] = {}
    next_cursor: UUID | None = None


class Absent(Struct, frozen=True, kw_only=True):
    """A course nobody came to after `since`; one that nobody has begun was to start then."""

    course_id: UUID
    client_id: UUID
    title: str
    since: date
    not_begun: bool = False
    label: str | None = None


class AllAbsent(Struct, frozen=True, kw_only=True):
    """Some of them, and how many there are."""

    courses: list[Absent] = []
    total: int = 0
