"""What the pages read from `protocol`: where a course stands, its protocol and its history."""

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


class Week(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """A week of exercise at home: on how many `days`, the `target` in force then, and whether it was `met`."""

    first: date
    days: int
    met: bool
    last: date | None = None
    target: int | None = None


class Exercise(Struct, frozen=True, kw_only=True):
    """Whether exercise at home may be done, how often a week, how the weeks went, oldest first.

    `regions` is on how many days since it may be done each region was exercised.
    """

    cleared: bool = False
    per_week: int | None = None
    weeks: list[Week] = []
    regions: dict[str, int] = {}


class Deviation(Struct, frozen=True, kw_only=True):
    """Something that took place against the protocol; `text` says it with figure, limit and source."""

    rule: str
    on: date
    session_id: UUID | None = None
    text: str | None = None
    source: str | None = None


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


class Sourced(Struct, frozen=True, kw_only=True):
    """A sentence and where it comes from."""

    text: str
    source: str | None = None


class Part(Struct, frozen=True, kw_only=True):
    """One phase of a protocol's definition: a series, a break or maintenance."""

    kind: str
    number: int = 1
    sessions: int | None = None
    weeks: int | None = None
    source: str = ""


class Limit(Struct, frozen=True, kw_only=True):
    """Where a limit comes from."""

    source: str


class Limits(Struct, frozen=True, kw_only=True):
    """Limits whose source a page names."""

    prone_minutes: Limit | None = None


class Technique(Struct, frozen=True, kw_only=True):
    """Where a technique comes from."""

    technique: str
    source: str


class Protocol(Struct, frozen=True, kw_only=True):
    """A definition, as far as the pages need it."""

    phases: list[Part] = []
    sources: list[Sourced] = []
    limits: Limits = Limits()
    techniques: list[Technique] = []

    def source_of(self, technique: str) -> str:
        """Where a technique comes from; empty where it is none of the protocol's."""
        return next((one.source for one in self.techniques if one.technique == technique), "")


class Happening(Struct, frozen=True, kw_only=True):
    """Something in a course's history: when, by whom (`role:id` or a service), what kind of event, and a sentence."""

    at: Instant
    actor: str
    type: str
    text: str


class History(Struct, frozen=True, kw_only=True):
    """What happened in a course, in order."""

    history: list[Happening] = []


class Brief(Struct, frozen=True, kw_only=True):
    """A protocol in a line."""

    id: str
    title: str
    label: str | None = None


class Protocols(Struct, frozen=True, kw_only=True):
    """All protocols."""

    protocols: list[Brief]
