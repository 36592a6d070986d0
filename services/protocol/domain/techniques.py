"""What the next session may hold, and what has to wait (domain.md §3.3)."""

from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import still_to_come, when


class Allowed(Struct, frozen=True, kw_only=True, gc=False):
    """What the next session may hold, and whether exercise at home has begun."""

    pir: bool
    periosteal: bool
    intensive: bool
    full_body: bool
    exercise: bool


class NotYet(Struct, frozen=True, kw_only=True, gc=False, rename={"since": "from"}):
    """What is not allowed yet, and from when."""

    what: str
    since: str
    source: str


def allowed(definition: Definition, opened: frozenset[str]) -> Allowed:
    """What the open gates let through. What no gate holds back is allowed where the protocol has it at all."""
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
