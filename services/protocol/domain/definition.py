"""A protocol's definition: phases, policy and technique rules as data, read from TOML."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from shared.vocabulary import Region, Technique

Positive = Annotated[int, Meta(ge=1)]
Natural = Annotated[int, Meta(ge=0)]


class Phase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

    @property
    def name(self) -> str:
        """As people say it: `series 1`, `break 2`, `maintenance`."""
        return self.kind if self.kind == "maintenance" else f"{self.kind} {self.number}"


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The values a practice may change (domain.md, marked policy). Sessions are counted in the course, from 1."""

    min_gap_days: Positive = 2
    lapse_days: Positive = 14
    lapse_in_maintenance: bool = False
    on_lapse: Literal["continue", "repeat", "ask"] = "continue"
    session_minutes: Positive = 60
    region_minutes: Positive = 10
    prone_minutes: Positive = 12
    full_body_from: Positive = 4
    intensive_from: Positive = 6
    pir_from: Positive = 11
    pir_calm_sessions: Natural = 2
    periosteal_from: Positive = 26
    periosteal_to: Positive = 30
    exercise_after: Natural = 10
    exercise_streak_weeks: Positive = 4
    steps_milestones: tuple[int, ...] = ()
    walked_minutes_milestones: tuple[int, ...] = ()


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a session, in order. `minutes` are exact, `share` is a weight of what is left.

    `needs` names what must be allowed first; `half_when_intensive` gives the step half the session then.
    """

    step: str
    technique: Technique
    detail: str
    source: str
    region: Region | None = None
    minutes: int | None = None
    share: int = 0
    needs: Literal["intensive", "pir", "periosteal", "full_body"] | None = None
    half_when_intensive: bool = False
    holds_focus: bool = False


class Sourced(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence and where it comes from; `until` limits it to the sessions up to that one."""

    text: str
    source: str
    until: int | None = None


class FocusRegion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A region to start with when nothing better is known, and why."""

    region: Region
    why: str


class Definition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a protocol says. `label` stands on every note and page of its courses."""

    id: str
    title: str
    version: int
    summary: str
    sources: list[Sourced]
    phases: list[Phase]
    policy: Policy
    steps: list[Step]
    label: str | None = None
    positions: list[Sourced] = []
    cautions: list[Sourced] = []
    tell: list[Sourced] = []
    exercise: list[Sourced] = []
    focus: list[FocusRegion] = []
    body_maps: list[str] = []
    technique_rules: bool = True

    @property
    def exercises(self) -> bool:
        """Whether exercise at home is part of it."""
        return any(phase.exercise_per_week for phase in self.phases)

    @property
    def endless(self) -> bool:
        """Whether it ends with maintenance, which has no end."""
        return self.phases[-1].sessions is None

    @property
    def total(self) -> int | None:
        """Sessions of all series together; absent where there is only maintenance."""
        return sum(phase.sessions or 0 for phase in self.phases if phase.kind == "series") or None


def parse(text: bytes, overrides: Mapping[str, Any]) -> Definition:
    """The definition with the practice's own policy values. Raises `ValueError` that names a value which cannot be."""
    definition = msgspec.toml.decode(text, type=Definition)
    values = dict(overrides)
    try:
        phases = _phases(definition.phases, values.pop("phases", {}))
        policy = msgspec.convert(msgspec.to_builtins(definition.policy) | values, Policy)
    except (msgspec.ValidationError, ValueError) as error:
        raise ValueError(f"practice.toml, policy of {definition.id}: {error}") from error
    return msgspec.structs.replace(definition, policy=policy, phases=phases)


def _phases(phases: list[Phase], changes: Mapping[str, Mapping[str, Any]]) -> list[Phase]:
    """`{"series 2": {"per_week": 3}}` changes one phase."""
    if unknown := set(changes) - {phase.name for phase in phases}:
        raise ValueError(f"there is no phase {', '.join(sorted(unknown))}")
    return [msgspec.convert(msgspec.to_builtins(p) | dict(changes.get(p.name, {})), Phase) for p in phases]
