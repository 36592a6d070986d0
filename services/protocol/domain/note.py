"""The note for the next session: what the protocol says, in minutes, with its sources. The therapist decides."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from services.protocol.domain.adapting import Adapted, adapted, gentle, region_minutes
from services.protocol.domain.anchoring import Anchored, anchored
from services.protocol.domain.cadence import Standing, stand
from services.protocol.domain.changes import Changed, LastSession, changed, last_session
from services.protocol.domain.definition import Definition
from services.protocol.domain.focusing import Wanted, wanted
from services.protocol.domain.gates import open_gates
from services.protocol.domain.keeping import Exercise, keeping
from services.protocol.domain.lines import Line, Next, lines, moments
from services.protocol.domain.state import Course, Visit
from services.protocol.domain.techniques import Allowed, NotYet, allowed, not_yet
from services.protocol.domain.tender import TenderPoints, tender_points
from services.protocol.domain.timeplan import Ask, PlannedStep, Prone, time_plan
from shared.vocabulary import Region, Side

A_MINUTE = timedelta(minutes=1)


class Focus(Struct, frozen=True, kw_only=True, gc=False):
    """A region to dwell on; its minutes are those of its steps in the plan."""

    region: Region
    minutes: int
    why: str
    source: str
    side: Side | None = None


class Followed(Struct, frozen=True, kw_only=True, gc=False):
    """Which protocol the course follows, in which version."""

    id: str
    title: str
    version: int


class Note(Struct, frozen=True, kw_only=True, gc=False):
    """The note as `GET /courses/{id}/note` gives it, less `prepared_at`."""

    protocol: Followed
    label: str | None
    ordinal: int
    phase: dict[str, Any]
    minutes: int
    positions: list[Line]
    sequence: tuple[PlannedStep, ...]
    prone: Prone
    focus: list[Focus]
    tender_points: TenderPoints
    allowed: Allowed
    not_yet: list[NotYet]
    adapted: list[Adapted]
    changed: list[Changed]
    cautions: list[Line]
    tell: list[Line]
    exercise: Exercise
    last_session: LastSession | None
    body_maps: list[str]
    arrows: dict[str, list[dict[str, Any]]]
    event: Anchored | None = None

    @property
    def digest(self) -> str:
        """Changes only when something that matters changed."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()[:16]


def prepare(definition: Definition, state: Course) -> Note:
    """The note for the course's next session, from its opening on. Equal courses have equal notes, byte for byte."""
    cadence = state.cadence(definition)
    standing = stand(cadence)
    series = standing.phase is not None and standing.phase.kind == "series"
    ordinal, place = cadence.completed + 1, cadence.given + 1
    before = [given.session for given in state.given]
    opened = open_gates(definition, place, before, series=series)
    coming = Next(
        place=cadence.place + 1,
        opened=opened,
        last=before[-1] if before else None,
        moments=frozenset(moments(ordinal, standing)),
    )
    may, last = allowed(definition, opened), last_session(state)
    points = tender_points(definition, state)
    dwell = wanted(definition, points, state.given)
    ask = Ask(
        minutes=_minutes(definition, state),
        opened=opened,
        wanted=tuple((one.region, one.side) for one in dwell),
        points=len(points.left),
        region_minutes=region_minutes(definition, state.given),
        gentle=gentle(definition, state.given),
    )
    plan = time_plan(definition, ask)
    return Note(
        protocol=Followed(id=definition.id, title=definition.title, version=definition.version),
        label=definition.label,
        ordinal=ordinal,
        phase=_phase(definition, standing),
        minutes=ask.minutes,
        positions=lines(definition.positions, coming),
        sequence=plan.steps,
        prone=plan.prone,
        focus=_focus(dwell, plan.minutes),
        tender_points=points,
        allowed=may,
        not_yet=not_yet(definition, opened, series=series),
        adapted=list(adapted(definition, place, state.given, opened, series=series)),
        changed=changed(definition, state, last, standing, opened),
        cautions=lines(definition.cautions, coming),
        tell=lines(definition.tell, coming),
        exercise=keeping(definition, state, standing, allowed=may.exercise),
        last_session=last,
        body_maps=definition.body_maps,
        arrows=_arrows(definition),
        event=anchored(definition, state),
    )


def phase_view(definition: Definition, state: Course) -> dict[str, Any]:
    """The phase of the next session: `{kind, number, sessions, done}`; the last one when all is done."""
    return _phase(definition, stand(state.cadence(definition)))


def _phase(definition: Definition, standing: Standing) -> dict[str, Any]:
    if standing.phase:
        phase, done = standing.phase, standing.done
    else:
        phase = [phase for phase in definition.phases if phase.kind != "break"][-1]
        done = phase.sessions or 0
    return {"kind": phase.kind, "number": phase.number, "sessions": phase.sessions, "done": done}


def _visit(state: Course) -> Visit | None:
    """The first appointment after the last session, which may have begun before the time agreed for it."""
    last = state.given[-1].session if state.given else None
    ahead = (visit for visit in state.visits if last is None or visit.starts_at > last.started_at)
    return next((visit for visit in ahead if last is None or visit.appointment_id != last.appointment_id), None)


def _minutes(definition: Definition, state: Course) -> int:
    """Those of the next visit; a usual session's where none is agreed."""
    visit = _visit(state)
    return (visit.ends_at - visit.starts_at) // A_MINUTE if visit else definition.policy.session_minutes


def _focus(dwell: Sequence[Wanted], spent: Mapping[Region | None, int]) -> list[Focus]:
    return [
        Focus(region=one.region, side=one.side, minutes=minutes, why=one.why, source=one.source)
        for one in dwell
        if (minutes := spent.get(one.region))
    ]


def _arrows(definition: Definition) -> dict[str, list[dict[str, Any]]]:
    """Those a practice entered, by area. None are invented."""
    found: dict[str, list[dict[str, Any]]] = {}
    for arrow in sorted(definition.arrows, key=lambda one: one.order):
        found.setdefault(arrow.area, []).append({"from": arrow.start, "to": arrow.end, "order": arrow.order})
    return found
