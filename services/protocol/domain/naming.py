"""Deviations in words, with the figure of what took place (domain.md §3.7)."""

from services.protocol.domain.catalogue import Gate
from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import WORDS, when
from shared.events.protocol import DeviationNoted

PLAIN = {
    "region_over_10_min": "{figure} minutes on one region, at most {limit}",
    "prone_over_12_min": "{figure} minutes prone at a stretch, at most {limit}",
    "session_in_break": "It took place in a break",
    "min_gap": "{figure} days from another session, at least {limit}",
    "too_many_in_7_days": "{figure} sessions in 7 days, at most {limit}",
    "not_started": "It took place before the course's first day",
    "paused": "It took place in a pause",
    "same_appointment": "Another session was written down for the same appointment",
}


def named(definition: Definition, noted: DeviationNoted) -> str:
    """What the last session went against, in a sentence."""
    gate = next((one for one in definition.gates if noted.rule in {one.deviation, one.deviation_absent}), None)
    if gate:
        return _of_gate(gate, noted)
    words = PLAIN.get(noted.rule, noted.rule)
    if noted.figure is None or noted.limit is None:
        words = words.partition("{")[0].strip() or noted.rule
    where = f" ({noted.region.replace('_', ' ')})" if noted.region else ""
    return f"{words.format(figure=noted.figure, limit=noted.limit)}{where}."


def _of_gate(gate: Gate, noted: DeviationNoted) -> str:
    title = gate.title[0].upper() + gate.title[1:]
    if noted.rule == gate.deviation_absent:
        return f"{title} although {WORDS[gate.absent or 'contraction']} was reported."
    return f"{title} before it is allowed ({when(gate)})."
