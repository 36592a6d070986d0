"""The note for the next session: what the protocol says, in minutes, with its sources. The therapist decides."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from services.protocol.domain.cadence import stand
from services.protocol.domain.definition import Definition, Sourced
from services.protocol.domain.exercise import target
from services.protocol.domain.minutes import by_weight, share_out
from services.protocol.domain.state import Course
from services.protocol.domain.techniques import Allowed, NotYet, allowed, not_yet
from shared.vocabulary import Region, Technique

REGION_OF_POINT: dict[str, Region] = {
    "occiput": "neck",
    "low_cervical": "neck",
    "trapezius": "shoulder",
    "supraspinatus": "upper_back",
    "second_rib": "chest",
    "lateral_epicondyle": "forearm",
    "gluteal": "gluteal",
    "greater_trochanter": "hip",
    "knee": "knee",
}
FOCUS_REGIONS = 4


class PlannedStep(Struct, frozen=True, kw_only=True):
    """One step of the session to come."""

    step: str
    technique: Technique
    minutes: int
    detail: str
    source: str
    region: Region | None = None


class Focus(Struct, frozen=True, kw_only=True):
    """A region to spend time on, within the session's minutes."""

    region: Region
    minutes: int
    why: str


class LastSession(Struct, frozen=True, kw_only=True):
    """Figures of the session before."""

    on: str
    pain_before: int
    pain_after: int
    minutes: int
    tender_points: int
    aggravated: bool
    contraction: bool
    regions: list[str]


class Note(Struct, frozen=True, kw_only=True):
    """The note as `GET /courses/{id}/note` gives it, less `prepared_at`."""

    ordinal: int
    phase: dict[str, Any]
    minutes: int
    positions: list[Sourced]
    sequence: list[PlannedStep]
    focus: list[Focus]
    allowed: Allowed
    not_yet: list[NotYet]
    cautions: list[Sourced]
    exercise: dict[str, Any]
    last_session: LastSession | None = None
    tell: list[Sourced] = []
    body_maps: list[str] = []
    label: str | None = None

    @property
    def digest(self) -> str:
        """Changes only when something that matters changed."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


def prepare(definition: Definition, state: Course) -> Note:
    """The note for the course's next session, from its opening on."""
    cadence = state.cadence(definition)
    ordinal, place, standing = cadence.completed + 1, cadence.place + 1, stand(cadence)
    series = standing.phase is not None and standing.phase.kind == "series"
    may = allowed(definition, place, [given.session for given in state.given], series=series)
    minutes = _appointment_minutes(definition, state)
    sequence = _sequence(definition, may, minutes)
    return Note(
        ordinal=ordinal,
        phase=phase_view(definition, state),
        minutes=minutes,
        positions=definition.positions,
        sequence=sequence,
        focus=_focus(definition, state, sequence),
        allowed=may,
        not_yet=not_yet(definition, may, series=series),
        cautions=[caution for caution in definition.cautions if caution.until is None or ordinal <= caution.until],
        exercise=_exercise(definition, state, may),
        last_session=_last(state),
        tell=[told for told in definition.tell if told.until is None or ordinal <= told.until],
        body_maps=definition.body_maps,
        label=definition.label,
    )


def phase_view(definition: Definition, state: Course) -> dict[str, Any]:
    """The phase of the next session: `{kind, number, sessions, done}`; the last one when all is done."""
    standing = stand(state.cadence(definition))
    if standing.phase:
        phase, done = standing.phase, standing.done
    else:
        phase = [phase for phase in definition.phases if phase.kind != "break"][-1]
        done = phase.sessions or 0
    return {"kind": phase.kind, "number": phase.number, "sessions": phase.sessions, "done": done}


def _appointment_minutes(definition: Definition, state: Course) -> int:
    last = state.given[-1].session.started_at if state.given else None
    for visit in state.visits:
        if last is None or visit.starts_at > last:
            return int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    return definition.policy.session_minutes


def _sequence(definition: Definition, may: Allowed, minutes: int) -> list[PlannedStep]:
    """Steps in order; their minutes add up to the appointment's."""
    steps = [step for step in definition.steps if step.needs is None or getattr(may, step.needs)]
    given = share_out(steps, minutes, definition.policy.region_minutes, intensive=may.intensive)
    return [
        PlannedStep(
            step=step.step, technique=step.technique, minutes=given[n], detail=step.detail, source=step.source,
            region=step.region,
        )
        for n, step in enumerate(steps)
        if given[n]
    ]  # fmt: skip


def _focus(definition: Definition, state: Course, sequence: Sequence[PlannedStep]) -> list[Focus]:
    """The minutes of each region: those of its own steps and a part of the kneading, as many as one may have."""
    whys = _whys(definition, state)
    holding = {step.step for step in definition.steps if step.holds_focus}
    parts = by_weight([1] * len(whys), sum(step.minutes for step in sequence if step.step in holding))
    own, most = Counter[str](), definition.policy.region_minutes
    for step in sequence:
        own[step.region or ""] += step.minutes
    given = [min(own[region] + part, most) for region, part in zip(whys, parts, strict=True)]
    return [Focus(region=r, minutes=n, why=why) for (r, why), n in zip(whys.items(), given, strict=True) if n]


def _whys(definition: Definition, state: Course) -> dict[Region, str]:
    """Regions with tender points last time first, then those the protocol names, each with the reason."""
    points = Counter(_regions_of_points(state))
    whys: dict[Region, str] = {
        region: f"{count} tender point{'s' if count > 1 else ''} last time" for region, count in points.most_common()
    }
    for usual in definition.focus:
        whys.setdefault(usual.region, usual.why)
    return dict(list(whys.items())[:FOCUS_REGIONS])


def _regions_of_points(state: Course) -> list[Region]:
    points = state.given[-1].session.tender_points if state.given else []
    return [REGION_OF_POINT[point.rpartition("_")[0]] for point in points]


def _exercise(definition: Definition, state: Course, may: Allowed) -> dict[str, Any]:
    per_week = target(definition, state) if may.exercise else 0
    return {"cleared": may.exercise, "per_week": per_week, "advice": definition.exercise if may.exercise else []}


def _last(state: Course) -> LastSession | None:
    if not state.given:
        return None
    given = state.given[-1]
    session = given.session
    return LastSession(
        on=given.on.isoformat(),
        pain_before=session.pain_before,
        pain_after=session.pain_after,
        minutes=sum(region.minutes for region in session.regions),
        tender_points=len(session.tender_points),
        aggravated=session.aggravated,
        contraction=session.contraction,
        regions=[region.region for region in session.regions],
    )
