"""Deviations in words, with the figure and the source of the rule (domain.md §3.7)."""

from services.protocol.domain.catalogue import Gate
from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import when
from shared.vocabulary import DeviationRule


def named(definition: Definition, rule: DeviationRule) -> tuple[str, str]:
    """The sentence and the source of the rule that was gone against."""
    limits = definition.limits
    if limits.region_minutes and rule == limits.region_minutes.deviation:
        return f"More than {limits.region_minutes.most} minutes on one region.", limits.region_minutes.source
    if limits.prone_minutes and rule == limits.prone_minutes.deviation:
        return f"More than {limits.prone_minutes.most} minutes prone at a stretch.", limits.prone_minutes.source
    for gate in definition.gates:
        if rule in {gate.deviation, gate.deviation_absent}:
            return _of_gate(gate, rule), gate.source
    return _of_cadence(definition, rule), "policy" if rule != "session_in_break" else _break_source(definition)


def _of_gate(gate: Gate, rule: DeviationRule) -> str:
    title = gate.title[0].upper() + gate.title[1:]
    if rule == gate.deviation_absent:
        return f"{title} although {gate.absent} was reported."
    return f"{title} outside what is allowed: {when(gate)}."


def _of_cadence(definition: Definition, rule: DeviationRule) -> str:
    gap = definition.policy.min_gap_days
    return {
        "session_in_break": "The session took place in a break.",
        "min_gap": f"Less than {gap} days lay between this session and another.",
        "too_many_in_7_days": "More sessions in 7 days than the phase has.",
        "not_started": "The session took place before the course's first day.",
        "paused": "The session took place in a pause.",
        "closed": "The course was closed.",
    }.get(rule, rule)


def _break_source(definition: Definition) -> str:
    return next((phase.source for phase in definition.phases if phase.kind == "break"), "policy")
