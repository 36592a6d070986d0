"""Deviations: what took place, or was agreed, against the protocol. Flagged, never refused (domain.md §2, §3.7)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Cadence, refusals, stand
from services.protocol.domain.definition import Definition
from services.protocol.domain.state import Course
from services.protocol.domain.techniques import deviations
from shared.events import protocol as told
from shared.messages import Event
from shared.vocabulary import DeviationRule

Found = dict[tuple[DeviationRule, UUID], date]


def of_sessions(definition: Definition, state: Course, first: int, gone: UUID | None = None) -> Iterator[Event]:
    """Judge the sessions from this index on anew: each by those before it. A session that is `gone` has no flags."""
    found: Found = {}
    for index in range(first, len(state.given)):
        given = state.given[index]
        for rule in _of_session(definition, state, index):
            found[rule, given.session.session_id] = given.on
    judged = {given.session.session_id for given in state.given[first:]} | {gone}
    for (rule, session_id), on in found.items():
        if (rule, session_id) not in state.flagged:
            yield told.DeviationNoted(**state.ids, rule=rule, on=on, session_id=session_id)
    yield from _lifted(state, [one for one in state.deviations if one.session_id in judged], found)


def _of_session(definition: Definition, state: Course, index: int) -> Iterator[DeviationRule]:
    """A permission to book does not change what took place: overrides are not asked for."""
    given = state.given[index]
    # A session counted here took place while the course was open, even if it is closed by now.
    cadence = replace(state.cadence(definition, index), closed=False)
    place = cadence.place + 1
    earlier = [other.session for other in state.given[:index]]
    series = place <= (definition.total or 0)
    yield from deviations(definition, place, earlier, given.session, series=series)
    yield from _against(cadence, given.on)


def of_visits(definition: Definition, state: Course) -> Iterator[Event]:
    """The backstop: flag agreed visits that the cadence would have refused, lift what was put right."""
    found: Found = {}
    cadence, last = state.cadence(definition), state.last_day
    for visit in state.visits:
        if last is None or visit.on > last:
            rules = [rule for rule in _against(cadence, visit.on) if not _permitted(cadence, rule, visit.on)]
            found |= {(rule, visit.appointment_id): visit.on for rule in rules[:1]}
            cadence = cadence.with_session(visit.on)
    for (rule, appointment_id), on in found.items():
        if (rule, appointment_id) not in state.flagged:
            yield told.DeviationNoted(**state.ids, rule=rule, on=on, appointment_id=appointment_id)
    yield from _lifted(state, [one for one in state.deviations if one.appointment_id], found)


def _against(cadence: Cadence, day: date) -> Iterator[DeviationRule]:
    """The cadence rules a day goes against, as deviations are called."""
    for rule in refusals(cadence, day, stand(cadence)):
        yield "session_in_break" if rule == "break" else rule


def _permitted(cadence: Cadence, rule: DeviationRule, day: date) -> bool:
    return ("break" if rule == "session_in_break" else rule, day) in cadence.permitted


def _lifted(state: Course, judged: list[told.DeviationNoted], found: Found) -> Iterator[Event]:
    for one in judged:
        of = one.session_id or one.appointment_id
        if of and (one.rule, of) not in found:
            yield own.DeviationLifted(**state.ids, rule=one.rule, of=of)
