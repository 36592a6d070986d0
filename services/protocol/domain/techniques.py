"""What is allowed in which session, and what went against it (domain.md §3.3)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.protocol.domain.definition import Definition, Policy
from shared.events.records import SessionCompleted
from shared.vocabulary import DeviationRule


class Allowed(Struct, frozen=True, kw_only=True):
    """What the next session may hold, and whether exercise at home has begun."""

    pir: bool
    periosteal: bool
    intensive: bool
    full_body: bool
    exercise: bool


class NotYet(Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """What is not allowed yet, and from when."""

    what: str
    since: str


def allowed(definition: Definition, place: int, before: Sequence[SessionCompleted], *, series: bool) -> Allowed:
    """For the session at this place (1, 2, 3 …) after the ones before; `series` is false in maintenance.

    Sources: A for PIR, periosteal massage, the whole body and exercise, B for intensive techniques.
    """
    if not definition.technique_rules:
        return Allowed(pir=True, periosteal=False, intensive=True, full_body=True, exercise=False)
    policy = definition.policy
    return Allowed(
        pir=place >= policy.pir_from and calm(policy, before),
        periosteal=series and policy.periosteal_from <= place <= policy.periosteal_to,
        intensive=place >= policy.intensive_from and any(session.threshold_risen for session in before),
        full_body=place >= policy.full_body_from,
        exercise=place > policy.exercise_after,
    )


def calm(policy: Policy, before: Sequence[SessionCompleted]) -> bool:
    """Whether each of the last sessions reports no contraction; sessions nobody wrote down report nothing."""
    last = before[-policy.pir_calm_sessions :]
    return len(last) == policy.pir_calm_sessions and not any(session.contraction for session in last)


def not_yet(definition: Definition, may: Allowed, *, series: bool) -> list[NotYet]:
    """What the therapist should leave, in words."""
    policy = definition.policy
    waits = {
        "full_body": f"session {policy.full_body_from}",
        "intensive": f"session {policy.intensive_from}, once the pain threshold has risen",
        "exercise": f"after session {policy.exercise_after}",
        "pir": f"session {policy.pir_from}, after {policy.pir_calm_sessions} sessions without contraction",
        "periosteal": f"sessions {policy.periosteal_from} to {policy.periosteal_to} only",
    }
    if not definition.technique_rules:
        return []
    return [
        NotYet(what=what, since=since)
        for what, since in waits.items()
        if not getattr(may, what) and (series or what != "periosteal")
    ]


def deviations(
    definition: Definition, place: int, before: Sequence[SessionCompleted], session: SessionCompleted, *, series: bool
) -> Iterator[DeviationRule]:
    """Every rule the session's figures went against. A fact stays a fact: it is flagged, never refused."""
    if not definition.technique_rules:
        return
    policy = definition.policy
    used: set[str] = {name for region in session.regions for name in region.techniques}
    if any(minutes > policy.region_minutes for minutes in _minutes(session).values()):
        yield "region_over_10_min"
    if (session.prone_minutes or 0) > policy.prone_minutes:
        yield "prone_over_12_min"
    yield from _too_early(definition, place, [*before, session], used, series=series)


def _too_early(
    definition: Definition, place: int, sessions: Sequence[SessionCompleted], used: set[str], *, series: bool
) -> Iterator[DeviationRule]:
    """The last session is the one judged: a threshold the therapist finds risen in it counts for it."""
    may = allowed(definition, place, sessions, series=series)
    if not may.full_body and any(region.region == "full_body" for region in sessions[-1].regions):
        yield "full_body_too_early"
    if not may.intensive and "intensive" in used:
        yield "intensive_too_early"
    if "pir" in used:
        yield from _pir(definition.policy, place, sessions)
    if not may.periosteal and "periosteal" in used:
        yield "periosteal_out_of_phase"


def _pir(policy: Policy, place: int, sessions: Sequence[SessionCompleted]) -> Iterator[DeviationRule]:
    if place < policy.pir_from:
        yield "pir_too_early"
    if any(session.contraction for session in sessions[-policy.pir_calm_sessions - 1 :]):
        yield "pir_with_contraction"


def _minutes(session: SessionCompleted) -> Counter[str]:
    """Minutes by region; entries and sides of one region add up, the whole body is no region."""
    minutes: Counter[str] = Counter()
    for region in session.regions:
        if region.region != "full_body":
            minutes[region.region] += region.minutes
    return minutes
