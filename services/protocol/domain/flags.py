"""Deviations: what took place, or was agreed, against the protocol. Flagged, never refused (domain.md §2, §3.7)."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Cadence
from services.protocol.domain.definition import Definition
from services.protocol.domain.deviations import Against, against_cadence, against_event, deviations, too_early
from services.protocol.domain.judgements import mark_of
from services.protocol.domain.state import Course, Mark
from shared.events import protocol as told
from shared.messages import Event

Found = dict[Mark, told.DeviationNoted]


def of_sessions(definition: Definition, state: Course, first: int, gone: UUID | None = None) -> Iterator[Event]:
    """Judge the sessions from this index on anew: each by those before it. A session that is `gone` has no flags."""
    found: Found = {}
    for index in range(first, len(state.given)):
        given = state.given[index]
        for against in _of_session(definition, state, index):
            noted = _noted(state, against, given.on, session_id=given.session.session_id)
            found[mark_of(noted)] = noted
    judged = {given.session.session_id for given in state.given[first:]} | ({gone} if gone else set())
    yield from _told(state, found, [mark for mark, one in state.noted.items() if one.session_id in judged])


def _of_session(definition: Definition, state: Course, index: int) -> Iterator[Against]:
    """A permission to book does not change what took place: overrides are not asked for."""
    given = state.given[index]
    cadence = state.cadence(definition, index)
    earlier = [other.session for other in state.given[:index]]
    series = cadence.place < (definition.total or 0)
    yield from deviations(definition, cadence.given + 1, earlier, given.session, series=series)
    yield from against_cadence(cadence, given.on)
    yield from against_event(definition, state.opened, given.on, given.session.ended_at)
    visit = given.session.appointment_id
    if visit and any(other.appointment_id == visit for other in earlier):
        yield Against(rule="same_appointment")


def of_visits(definition: Definition, state: Course) -> Iterator[Event]:
    """The backstop: flag agreed visits that the cadence would have refused, lift what was put right."""
    found: Found = {}
    cadence, last = state.cadence(definition), state.last_day
    for visit in state.visits:
        if last is None or visit.on > last:
            against_it = (
                *against_cadence(cadence, visit.on),
                *against_event(definition, state.opened, visit.on, visit.ends_at),
            )
            rules = (one for one in against_it if not _permitted(cadence, one, visit.on))
            if against := next(rules, None):
                noted = _noted(state, against, visit.on, appointment_id=visit.appointment_id)
                found[mark_of(noted)] = noted
            cadence = cadence.with_session(visit.on)
    yield from _told(state, found, [mark for mark, one in state.noted.items() if one.appointment_id])


def _permitted(cadence: Cadence, against: Against, day: date) -> bool:
    return ("break" if against.rule == "session_in_break" else against.rule, day) in cadence.permitted


def of_exercise(definition: Definition, state: Course) -> Iterator[Event]:
    """Exercise on a day before the session that clears it was done (source A), once a day.

    What was exercised before a course was taken over is not judged (policy).
    """
    found: Found = {}
    if definition.exercises:
        known_from, cleared = state.opened.last_session_on or date.min, state.cleared_on or date.max
        for day in (day for day in state.trained if known_from < day < cleared):
            sessions = bisect_right(state.days, day) + state.opened.sessions_before
            noted = _noted(state, too_early(definition, sessions), day)
            found[mark_of(noted)] = noted
    yield from _told(state, found, [mark for mark in state.noted if mark[0] == "exercise_too_early"])


def _noted(state: Course, against: Against, on: date, **of: Any) -> told.DeviationNoted:
    return told.DeviationNoted(
        **state.ids, rule=against.rule, on=on, **of, figure=against.figure, limit=against.limit,
        source=against.source, region=against.region,
    )  # fmt: skip


def _told(state: Course, found: Found, judged: list[Mark]) -> Iterator[Event]:
    """What is new or has another figure is noted; what was judged anew and not found is lifted."""
    for mark, noted in found.items():
        if state.noted.get(mark) != noted:
            yield noted
    for mark in judged:
        if mark not in found:
            yield lifted(state, mark)


def lifted(state: Course, mark: Mark) -> Event:
    """The deviation stands no more."""
    one = state.noted[mark]
    of = one.session_id or one.appointment_id
    return own.DeviationLifted(**state.ids, rule=one.rule, of=of, on=None if of else one.on, region=one.region)
