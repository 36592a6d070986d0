"""What is new since the note before: the last session in figures, the phase, what has become allowed."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from services.protocol.domain.cadence import Standing, stand
from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import open_gates
from services.protocol.domain.naming import named
from services.protocol.domain.state import Course, Given


class Changed(Struct, frozen=True, kw_only=True, gc=False):
    """What is new; a figure of the client's own has no source."""

    text: str
    source: str | None = None


class Against(Struct, frozen=True, kw_only=True, gc=False):
    """A rule the last session went against, in words."""

    rule: str
    text: str
    source: str


class LastSession(Struct, frozen=True, kw_only=True, gc=False):
    """The session before, in figures."""

    on: str
    ordinal: int
    pain_before: int
    pain_after: int
    minutes: int
    tender_points: int
    aggravated: bool
    contraction: bool
    regions: list[str]
    deviations: list[Against]


def last_session(state: Course) -> LastSession | None:
    """The session before, absent where none is written down here."""
    if not state.given:
        return None
    given = state.given[-1]
    session = given.session
    return LastSession(
        on=given.on.isoformat(),
        ordinal=state.completed,
        pain_before=session.pain_before,
        pain_after=session.pain_after,
        minutes=sum(region.minutes for region in session.regions),
        tender_points=len(session.tender_points),
        aggravated=session.aggravated,
        contraction=session.contraction,
        regions=[region.region for region in session.regions],
        deviations=list(_against(state, given)),
    )


def _against(state: Course, given: Given) -> Iterator[Against]:
    for one in state.deviations:
        if one.session_id == given.session.session_id:
            yield Against(rule=one.rule, text=f"{named(one)}.", source=one.source or "policy")


def changed(
    definition: Definition, state: Course, last: LastSession | None, standing: Standing, opened: frozenset[str]
) -> list[Changed]:
    """Everything new since the note for the session before."""
    since = [*_figures(last), *_since_then(definition, state, standing, opened)] if last else []
    return [*since, *_at_home(state), *_gap(definition, state), *_function(definition, state)]


def _figures(last: LastSession) -> Iterator[Changed]:
    yield Changed(text=f"Pain {last.pain_before} before and {last.pain_after} after the session of {last.on}.")
    if last.aggravated:
        yield Changed(text="The client was worse after it.")
    if last.contraction:
        yield Changed(text="A muscle contracted during it.")
    for against in last.deviations:
        yield Changed(text=against.text, source=against.source)


def _at_home(state: Course) -> Iterator[Changed]:
    """Exercise since the last session that came too early."""
    since = state.days[-1] if state.days else date.min
    for one in state.deviations:
        if one.rule == "exercise_too_early" and one.on >= since:
            yield Changed(text=f"{named(one)}.", source=one.source)


def _gap(definition: Definition, state: Course) -> Iterator[Changed]:
    """A long gap is an alarm where missing visits brings the symptoms back."""
    if state.gap:
        alarm = "An alarm: n" if definition.policy.lapse_in_maintenance else "N"
        yield Changed(text=f"{alarm}o session since {state.last_day or state.gap.since}.", source="policy")


def _function(definition: Definition, state: Course) -> Iterator[Changed]:
    """The best steps and minutes walked so far, where the protocol looks at them."""
    policy = definition.policy
    if policy.steps_milestones and (steps := max((one.steps or 0 for one in state.exercised), default=0)):
        yield Changed(text=f"Most steps so far: {steps}.")
    walks = (one.walked_minutes or 0 for one in state.exercised)
    if policy.walked_minutes_milestones and (longest := max(walks, default=0)):
        yield Changed(text=f"Longest walk so far: {longest} minutes.")


def _since_then(definition: Definition, state: Course, standing: Standing, opened: frozenset[str]) -> Iterator[Changed]:
    """The phase and the gates as they are, beside what they were before the last session."""
    then = state.cadence(definition, len(state.given) - 1)
    phase, before = standing.phase, stand(then).phase
    if phase and phase != before:
        yield Changed(text=f"{phase.name.capitalize()} begins.", source=phase.source or None)
    series = before is not None and before.kind == "series"
    earlier = open_gates(definition, then.given + 1, [given.session for given in state.given[:-1]], series=series)
    moved = opened ^ earlier
    for gate in definition.gates:
        if gate.what in moved:
            words = "Newly" if gate.what in opened else "No longer"
            yield Changed(text=f"{words} allowed: {gate.title}.", source=gate.source)
