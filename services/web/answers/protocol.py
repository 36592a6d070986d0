"""What the pages read from `protocol`: where a course stands, and the next note."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from shared.messages import Instant


class Phase(Struct, frozen=True, kw_only=True):
    """The phase of the next session. `sessions` is absent in maintenance."""

    kind: str
    number: int = 1
    sessions: int | None = None
    done: int = 0


class Break(Struct, frozen=True, kw_only=True):
    """No massage after `started_on` until `first_day`."""

    started_on: date
    first_day: date


class Exercise(Struct, frozen=True, kw_only=True):
    """Whether exercise at home may be done, and how often a week."""

    cleared: bool = False
    per_week: int | None = None


class Deviation(Struct, frozen=True, kw_only=True):
    """Something that took place against the protocol."""

    rule: str
    on: date
    session_id: UUID | None = None


class Course(Struct, frozen=True, kw_only=True, rename={"pause": "break"}):
    """Where a course stands."""

    course_id: UUID
    client_id: UUID
    protocol: str
    status: str
    phase: Phase
    sessions_completed: int
    next_ordinal: int
    pause: Break | None = None
    exercise: Exercise = Exercise()
    slips: int = 0
    deviations: list[Deviation] = []
    title: str
    label: str | None = None


class Courses(Struct, frozen=True, kw_only=True):
    """A client's courses."""

    courses: list[Course]


class Step(Struct, frozen=True, kw_only=True):
    """One step of the note. `minutes` may be 0 where a step takes none of its own."""

    step: str
    detail: str
    minutes: float = 0
    technique: str | None = None
    region: str | None = None
    source: str = ""


class Focus(Struct, frozen=True, kw_only=True):
    """A region to dwell on."""

    region: str
    minutes: float
    why: str


class NotYet(Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """What is not allowed yet, and from when."""

    what: str
    since: str = ""


class Sourced(Struct, frozen=True, kw_only=True):
    """A sentence and where it comes from."""

    text: str
    source: str = ""


class HomeExercise(Struct, frozen=True, kw_only=True):
    """Exercise at home as the note tells it; no advice before it is cleared."""

    cleared: bool = False
    per_week: int = 0
    advice: list[Sourced] = []


class LastSession(Struct, frozen=True, kw_only=True):
    """Figures of the session before."""

    on: date
    pain_before: int
    pain_after: int
    minutes: float = 0
    tender_points: int = 0
    aggravated: bool = False
    contraction: bool = False
    regions: list[str] = []


class Note(Struct, frozen=True, kw_only=True):
    """The note for the next session."""

    ordinal: int
    prepared_at: Instant
    minutes: float
    positions: list[Sourced] = []
    sequence: list[Step] = []
    focus: list[Focus] = []
    not_yet: list[NotYet] = []
    cautions: list[Sourced] = []
    exercise: HomeExercise = HomeExercise()
    last_session: LastSession | None = None
    tell: list[Sourced] = []
    body_maps: list[str] = []
    label: str | None = None


class Part(Struct, frozen=True, kw_only=True):
    """One phase of a protocol's definition: a series, a break or maintenance."""

    kind: str
    sessions: int | None = None
    weeks: int | None = None


class Protocol(Struct, frozen=True, kw_only=True):
    """A definition, as far as the pages need it."""

    phases: list[Part] = []
    sources: list[Sourced] = []
