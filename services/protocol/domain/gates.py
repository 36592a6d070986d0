"""Gates: what is allowed from which session on and on which condition, as the definition says (domain.md §3.3)."""

from collections.abc import Sequence
from operator import attrgetter

from services.protocol.domain.catalogue import Gate
from services.protocol.domain.definition import Definition
from shared.events.records import SessionCompleted

Before = Sequence[SessionCompleted]
WORDS = {
    "threshold_risen": "the pain threshold has risen",
    "aggravated": "the client was worse afterwards",
    "contraction": "contraction",
}


def in_time(gate: Gate, place: int, *, series: bool) -> bool:
    """Whether the place lies within the gate's sessions and phases; `series` is false in maintenance."""
    phase = "series" if series else "maintenance"
    return phase in gate.phases and gate.from_session <= place <= (gate.to_session or place)


def has_come(gate: Gate, before: Before) -> bool:
    """Whether what must have been ticked once has been."""
    return gate.once is None or any(map(attrgetter(gate.once), before))


def is_calm(gate: Gate, before: Before) -> bool:
    """Whether each of the last sessions is free of what must be absent; sessions nobody wrote down report nothing."""
    if gate.absent is None:
        return True
    last = before[-gate.absent_in :]
    return len(last) == gate.absent_in and not seen(gate, last)


def seen(gate: Gate, sessions: Before) -> bool:
    """Whether one of these sessions reports what must be absent."""
    return gate.absent is not None and any(map(attrgetter(gate.absent), sessions))


def open_gates(definition: Definition, place: int, before: Before, *, series: bool) -> frozenset[str]:
    """What the session at this place (1, 2, 3 …) after the ones before may hold of what gates are for."""
    in_their_time = [gate for gate in definition.gates if in_time(gate, place, series=series)]
    return frozenset([gate.what for gate in in_their_time if has_come(gate, before) and is_calm(gate, before)])


def when(gate: Gate) -> str:
    """From when on, in words: `session 6, once the pain threshold has risen`."""
    first, last = gate.from_session, gate.to_session
    if gate.what == "exercise":
        return f"after session {first - 1}"
    if last:
        return f"sessions {first} to {last} only"
    words = [f"session {first}"]
    if gate.once:
        words.append(f"once {WORDS[gate.once]}")
    if gate.absent:
        words.append(f"after {gate.absent_in} sessions without {WORDS[gate.absent]}")
    return ", ".join(words)


def still_to_come(gate: Gate, *, series: bool) -> bool:
    """Whether waiting makes sense: what belongs to the series alone does not come back in maintenance."""
    return series or "maintenance" in gate.phases
