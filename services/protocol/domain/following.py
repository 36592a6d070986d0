"""What follows when sessions change: phases, breaks, clearance for exercise, a series that starts again."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Any

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Standing, stand
from services.protocol.domain.definition import Definition, Phase
from services.protocol.domain.exercise import target
from services.protocol.domain.state import Course
from shared.events import protocol as told
from shared.messages import Event


def phases(definition: Definition, state: Course, on: date, today: date) -> Iterator[Event]:
    """Announce the phase the course has come to, and the break before it; `on` is the day it came to it."""
    standing = stand(state.cadence(definition))
    name = standing.phase.name if standing.phase else ""
    if state.closed:
        return
    if state.pause and standing.pause is None:
        yield from _break_left(definition, state, standing, on)
    elif standing.pause and _moved(state, standing.pause, name, today):
        yield told.BreakStarted(**state.ids, **_fields(standing.pause))
    elif state.pause is None and name != state.entered:
        yield from _completed(definition, state, standing, on)
        if standing.pause and not _long_over(state, standing.pause, today):
            yield told.BreakStarted(**state.ids, **_fields(standing.pause))
        else:
            yield from _entered(definition, state, standing, on if state.entered else state.opened.starts_on)


def _long_over(state: Course, pause: Break, today: date) -> bool:
    """Whether the break was over before the course was opened here: nobody needs to hear of it."""
    return not state.entered and today >= pause.first_day


def _moved(state: Course, pause: Break, name: str, today: date) -> bool:
    """Whether a break has other days than announced, or is back (its last session's day was corrected)."""
    if state.pause:
        return pause != state.pause
    return name == state.entered and today < pause.first_day


def _break_left(definition: Definition, state: Course, standing: Standing, on: date) -> Iterator[Event]:
    pause = state.pause
    if pause:
        early = on < pause.first_day
        ended = on if early else pause.first_day
        yield told.BreakEnded(**state.ids, number=pause.number, on=ended, early=early)
        yield from _entered(definition, state, standing, ended)


def _completed(definition: Definition, state: Course, standing: Standing, on: date) -> Iterator[Event]:
    series = [phase for phase in definition.phases if phase.kind == "series"]
    left = next((phase for phase in series if phase.name == state.entered), None)
    if left and left.sessions and (standing.phase is None or _after(series, left, standing)):
        yield told.SeriesCompleted(**state.ids, number=left.number, sessions=left.sessions, on=on)


def _after(series: list[Phase], left: Phase, standing: Standing) -> bool:
    """Whether the course has moved on past the series it left (and not back, by a withdrawn session)."""
    return standing.phase not in series or series.index(standing.phase) > series.index(left)


def _entered(definition: Definition, state: Course, standing: Standing, on: date) -> Iterator[Event]:
    phase = standing.phase
    if phase is None:
        yield told.CourseClosed(**state.ids, reason="finished", on=on)
    elif phase.name == state.entered:
        return
    elif phase.kind == "maintenance":
        yield told.MaintenanceStarted(**state.ids, on=on)
    else:
        number, sessions = phase.number, phase.sessions or 0
        yield told.SeriesStarted(**state.ids, protocol=definition.id, number=number, sessions=sessions, on=on)


def break_over(definition: Definition, state: Course, today: date) -> Iterator[Event]:
    """End a break whose first day has come."""
    pause = state.pause
    if pause and today >= pause.first_day and not state.closed:
        yield told.BreakEnded(**state.ids, number=pause.number, on=pause.first_day)
        yield from _entered(definition, state, stand(state.cadence(definition)), pause.first_day)


def cleared(definition: Definition, state: Course) -> Iterator[Event]:
    """Exercise may begin once the sessions that prepare for it are done (source A); taken back with them."""
    on = clearance(definition, state) if definition.exercises else None
    if on == state.cleared_on:
        return
    if on is None:
        yield own.ExerciseHeld(**state.ids)
    elif state.cleared_on is None:
        yield told.ExerciseMilestone(**state.ids, kind="cleared", on=on, per_week=target(definition, state))
    else:
        yield own.ClearanceMoved(**state.ids, on=on)


def clearance(definition: Definition, state: Course) -> date | None:
    """The day of the session after which exercise may begin; a series that starts again may set it back."""
    cadence, wanted = state.cadence(definition), definition.exercise_after
    back = [lapse.restart for lapse in state.lapses if lapse.restart and lapse.restart.given < wanted]
    if back:
        days = cadence.days[bisect_right(cadence.days, back[-1].since) :]
        index = wanted - back[-1].given - 1
    else:
        days, index = cadence.days, max(wanted - cadence.before - 1, 0)
    if wanted == 0:
        return state.opened.starts_on
    return days[index] if index < len(days) else None


def _fields(pause: Break) -> dict[str, Any]:
    return {name: getattr(pause, name) for name in pause.__struct_fields__}
