"""What the next session may hold, and what has to wait (domain.md §3.3)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.protocol.domain.catalogue import Gate
from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import has_come, in_time, open_gates, seen, still_to_come, when
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
    source: str


def allowed(definition: Definition, place: int, before: Sequence[SessionCompleted], *, series: bool) -> Allowed:
    """For the session at this place (1, 2, 3 …) after the ones before; `series` is false in maintenance.

    What no gate holds back is allowed where the protocol has it at all.
    """
    opened = open_gates(definition, place, before, series=series)
    return Allowed(
        pir=_may(definition, "pir", opened),
        periosteal=_may(definition, "periosteal", opened),
        intensive=_may(definition, "intensive", opened),
        full_body=definition.gate("full_body") is None or "full_body" in opened,
        exercise=definition.exercises and (definition.gate("exercise") is None or "exercise" in opened),
    )


def _may(definition: Definition, technique: str, opened: frozenset[str]) -> bool:
    if definition.gate(technique):
        return technique in opened
    return any(move.technique == technique for move in definition.techniques)


def not_yet(definition: Definition, opened: frozenset[str], *, series: bool) -> list[NotYet]:
    """What the therapist should leave, and from when it may be done."""
    shut = [gate for gate in definition.gates if gate.what not in opened and still_to_come(gate, series=series)]
    return [NotYet(what=gate.what, since=when(gate), source=gate.source) for gate in shut]


def deviations(
    definition: Definition, place: int, before: Sequence[SessionCompleted], session: SessionCompleted, *, series: bool
) -> Iterator[DeviationRule]:
    """Every rule the session's figures went against. A fact stays a fact: it is flagged, never refused."""
    limits = definition.limits
    region, prone = limits.region_minutes, limits.prone_minutes
    if region and region.deviation and any(minutes > region.most for minutes in _minutes(session).values()):
        yield region.deviation
    if prone and prone.deviation and (session.prone_minutes or 0) > prone.most:
        yield prone.deviation
    done = {name for worked in session.regions for name in worked.techniques}
    done |= {"full_body"} & {worked.region for worked in session.regions}
    for gate in definition.gates:
        if gate.what in done:
            yield from _against(gate, place, [*before, session], series=series)


def _against(gate: Gate, place: int, sessions: Sequence[SessionCompleted], *, series: bool) -> Iterator[DeviationRule]:
    """The last session is the one judged: a threshold the therapist finds risen in it counts for it."""
    if gate.deviation and not (in_time(gate, place, series=series) and has_come(gate, sessions)):
        yield gate.deviation
    if gate.deviation_absent and seen(gate, sessions[-gate.absent_in - 1 :]):
        yield gate.deviation_absent


def _minutes(session: SessionCompleted) -> Counter[str]:
    """Minutes by region; entries and sides of one region add up, the whole body is no region."""
    minutes: Counter[str] = Counter()
    for region in session.regions:
        if region.region != "full_body":
            minutes[region.region] += region.minutes
    return minutes
