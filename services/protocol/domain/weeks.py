"""What follows when time passes: weeks with too few sessions, long gaps, and when to look again (domain.md §3.1)."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Pause, stand
from services.protocol.domain.definition import Definition
from services.protocol.domain.evolving import evolve
from services.protocol.domain.following import decided
from services.protocol.domain.state import Course
from shared.events import protocol as told
from shared.messages import Event

WEEK = timedelta(days=7)


def slips(definition: Definition, state: Course, today: date) -> Iterator[Event]:
    """Judge whole weeks gone by: too few sessions is a slip, told and never refused."""
    first = start = _judged_from(definition, state)
    phase = stand(state.cadence(definition)).phase
    if first is None or start is None or phase is None:
        return
    while start + WEEK <= today:
        count = sum(start <= given.on < start + WEEK for given in state.given)
        if count < phase.per_week and not _touched(state.pauses, start):
            yield told.CadenceSlipped(**state.ids, week_from=start, sessions=count, expected=phase.per_week)
        start += WEEK
    if start > first:
        yield own.WeeksJudged(**state.ids, to=start)


def _judged_from(definition: Definition, state: Course) -> date | None:
    """The first week not judged yet."""
    if state.closed or state.pause:
        return None
    began = _began(definition, state)
    return max(began, state.judged_to) if began and state.judged_to else began


def _began(definition: Definition, state: Course) -> date | None:
    """Weeks count from the phase's first session, or from the first day after a break nobody returned from.

    Of a course taken over inside a phase they count from its first day here.
    """
    standing = stand(state.cadence(definition))
    if standing.done == 0:
        return max(standing.pause.first_day, state.opened.starts_on) if standing.pause else None
    if not state.given:
        return state.opened.starts_on
    return state.given[max(len(state.given) - standing.done, 0)].on


def lapse(definition: Definition, state: Course, today: date) -> Iterator[Event]:
    """Notice a long gap, once; the setting says what becomes of it."""
    since = _gap_from(definition, state)
    if since and state.lapsed_since != since and today > _tolerated(definition, state, since):
        lapsed = told.CourseLapsed(**state.ids, since=since, on=today)
        yield lapsed
        after = evolve(state, lapsed)
        if definition.policy.on_lapse != "ask" and after:
            yield from decided(definition, after, definition.policy.on_lapse)


def _gap_from(definition: Definition, state: Course) -> date | None:
    """The day after which a gap is counted: inside a series, where the protocol says so also in maintenance."""
    if state.closed or state.pause or any(pause.to is None for pause in state.pauses):
        return None
    standing = stand(state.cadence(definition))
    if standing.phase is None or (standing.phase.kind == "maintenance" and not definition.policy.lapse_in_maintenance):
        return None
    return standing.pause.first_day if standing.pause else state.last_day


def _tolerated(definition: Definition, state: Course, since: date) -> date:
    """The last day of the gap that is still tolerated; days in a pause do not count."""
    day, left = since, definition.policy.lapse_days
    while left > 0:
        day += timedelta(days=1)
        left -= not any(pause.covers(day) for pause in state.pauses)
    return day


def _touched(pauses: tuple[Pause, ...], start: date) -> bool:
    """Whether a day of the week lies in a pause: then the week is not judged."""
    return any(pause.covers(start + timedelta(days=n)) for pause in pauses for n in range(7))


def next_days(definition: Definition, state: Course) -> Iterator[date]:
    """Days on which time alone may change something."""
    if state.pause:
        yield state.pause.first_day
    if start := _judged_from(definition, state):
        yield start + WEEK
    if (since := _gap_from(definition, state)) and state.lapsed_since != since:
        yield _tolerated(definition, state, since) + timedelta(days=1)
