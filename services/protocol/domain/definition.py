"""A protocol's definition: everything the articles and the practice say of it, as data."""

from collections import defaultdict
from functools import cached_property
from math import inf
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, field

from services.protocol.domain.catalogue import Data, Gate, Limits, Move, Natural, Positive, Slug, Stage, Text
from services.protocol.domain.sentences import FocusRegion, Gentler, Sourced
from shared.vocabulary import Region


class Phase(Data, frozen=True, kw_only=True):
    """A series (n sessions), a break (weeks without massage) or maintenance (open-ended).

    `per_week` is how many sessions a week at least, `max_in_7_days` how many in any seven days at most.
    """

    kind: Literal["series", "break", "maintenance"]
    number: Positive = 1
    sessions: Positive | None = None
    weeks: Natural = 0
    per_week: Natural = 0
    max_in_7_days: Natural = 0
    exercise_per_week: Natural = 0
    source: Text

    @property
    def name(self) -> str:
        """As people say it: `series 1`, `break 2`, `maintenance`."""
        return self.kind if self.kind == "maintenance" else f"{self.kind} {self.number}"


class Policy(Data, frozen=True, kw_only=True):
    """The values a practice may change (domain.md, marked policy).

    A course without a session is shown as not begun from `begin_days` after it starts on.

    `focus_regions` is how many regions a note dwells on, `look_back_sessions` how many sessions it looks at to see
    what was treated least.
    """

    min_gap_days: Positive = 2
    lapse_days: Positive = 14
    begin_days: Positive = 14
    lapse_in_maintenance: bool = False
    on_lapse: Literal["continue", "repeat", "ask"] = "continue"
    session_minutes: Positive = 60
    focus_regions: Positive = 4
    look_back_sessions: Positive = 3
    exercise_streak_weeks: Positive = 4
    steps_milestones: tuple[int, ...] = ()
    walked_minutes_milestones: tuple[int, ...] = ()


class Anchor(Data, frozen=True, kw_only=True):
    """The session belongs so many minutes before the course's event."""

    minutes_before: Positive
    source: Text


class Arrow(Data, frozen=True, kw_only=True):
    """A pull of connective-tissue work as a practice entered it: from where the fold is caught, in the area's picture.

    Coordinates are 0 to 1 from the left and from the top.
    """

    area: Slug
    start: tuple[float, float] = field(name="from")
    end: tuple[float, float] = field(name="to")
    order: Positive


class Step(NamedTuple):
    """A phase on the way through a protocol, and how many places lie before it.

    `group` is how many sessions lie before the last break, `rest` the break right before the phase.
    """

    phase: Phase
    first: int
    group: int
    rest: Phase | None


class Definition(Data, frozen=True, kw_only=True, dict=True):
    """Everything a protocol says. `label` stands on every note and page of its courses."""

    id: Slug
    title: Text
    version: Positive
    summary: Text
    sources: list[Sourced]
    phases: Annotated[list[Phase], Meta(min_length=1)]
    stages: Annotated[list[Stage], Meta(min_length=1)]
    techniques: Annotated[list[Move], Meta(min_length=1)]
    policy: Policy = Policy()
    limits: Limits = Limits()
    gates: list[Gate] = []
    label: str | None = None
    positions: list[Sourced] = []
    cautions: list[Sourced] = []
    tell: list[Sourced] = []
    exercise: list[Sourced] = []
    focus: list[FocusRegion] = []
    tender_points: Sourced | None = None
    gentler: Gentler | None = None
    anchor: Anchor | None = None
    body_maps: list[Slug] = []
    arrows: list[Arrow] = []

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    @cached_property
    def exercises(self) -> bool:
        """Whether exercise at home is part of it."""
        return any(phase.exercise_per_week for phase in self.phases)

    @cached_property
    def exercise_after(self) -> int:
        """The session after which exercise at home may begin."""
        gate = self.gate("exercise")
        return gate.from_session - 1 if gate else 0

    @cached_property
    def endless(self) -> bool:
        """Whether it ends with maintenance, which has no end."""
        return self.phases[-1].sessions is None

    @cached_property
    def total(self) -> int | None:
        """Sessions of all series together; absent where there is only maintenance."""
        return sum(phase.sessions or 0 for phase in self.phases if phase.kind == "series") or None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The series and the maintenance in order."""
        found: list[Step] = []
        place, group, rest = 0, 0, None
        for phase in self.phases:
            if phase.kind == "break":
                group, rest = place, phase
                continue
            found.append(Step(phase, place, group, rest))
            place, rest = place + (phase.sessions or 0), None
        return tuple(found)

    @cached_property
    def full_at(self) -> tuple[float, ...]:
        """The place at which each step is full; what has no end never is."""
        return tuple(step.first + (step.phase.sessions or inf) for step in self.steps)

    @cached_property
    def moves(self) -> dict[str, list[Move]]:
        """The techniques of each stage."""
        found = defaultdict[str, list[Move]](list)
        for move in self.techniques:
            found[move.stage].append(move)
        return found

    @cached_property
    def held(self) -> dict[str, Gate]:
        """What is held back until it is allowed, and by which gate."""
        return {gate.what: gate for gate in self.gates}

    @cached_property
    def usual(self) -> dict[Region, FocusRegion]:
        """Where it usually hurts most, in the order in which it is looked at."""
        return {one.region: one for one in self.focus}

    def gate(self, what: str) -> Gate | None:
        """What holds this back, if anything does."""
        return self.held.get(what)
