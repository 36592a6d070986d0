"""Exercise at home: weeks from clearance, their targets, and milestones (domain.md §3.1, §5)."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.domain.cadence import Standing, stand
from services.protocol.domain.definition import Definition
from services.protocol.domain.events import ExerciseObserved
from services.protocol.domain.state import Course, week_of
from shared.vocabulary import MilestoneKind

WEEK = timedelta(days=7)


class Reached(Struct, frozen=True):
    """A milestone just reached."""

    kind: MilestoneKind
    value: int | None = None


class Week(Struct, frozen=True, kw_only=True, rename={"first_day": "from"}):
    """A week of exercise from clearance on."""

    first_day: date
    days: int
    met: bool


def target(definition: Definition, state: Course) -> int:
    """Days a week in force: that of the last series begun, so a break keeps the one before it."""
    return _per_week(definition, stand(state.cadence(definition)), resting=state.pause is not None)


def target_on(definition: Definition, state: Course, day: date) -> int:
    """Days a week that were in force on a day."""
    cadence = state.cadence(definition)
    standing = stand(replace(cadence, days=tuple(other for other in cadence.days if other <= day)))
    return _per_week(definition, standing, resting=standing.pause is not None and day < standing.pause.first_day)


def _per_week(definition: Definition, standing: Standing, *, resting: bool) -> int:
    phases = [phase for phase in definition.phases if phase.kind != "break"]
    current = phases.index(standing.phase) if standing.phase in phases else len(phases) - 1
    return phases[current - 1 if resting and current else current].exercise_per_week


def reached(definition: Definition, before: Course, exercise: ExerciseObserved) -> Iterator[Reached]:
    """What this day of exercise completes: the week's target, a streak of weeks, steps or minutes walked."""
    if before.cleared_on and exercise.on >= before.cleared_on:
        yield from _week(definition, before, exercise.on, before.cleared_on)
    policy = definition.policy
    if value := _passed(policy.steps_milestones, [e.steps for e in before.exercised], exercise.steps):
        yield Reached("steps", value)
    walked = [e.walked_minutes for e in before.exercised]
    if value := _passed(policy.walked_minutes_milestones, walked, exercise.walked_minutes):
        yield Reached("walked_minutes", value)


def _week(definition: Definition, before: Course, day: date, cleared_on: date) -> Iterator[Reached]:
    week = week_of(cleared_on, day)
    per_week = target_on(definition, before, week)
    days = {other.on for other in before.exercised if week <= other.on < week + WEEK} | {day}
    if not per_week or len(days) < per_week or week in before.met_weeks:
        return
    yield Reached("week_met", len(days))
    row = definition.policy.exercise_streak_weeks
    back, ahead = _streak(before.met_weeks, week, -WEEK), _streak(before.met_weeks, week, WEEK)
    if max(back, ahead) < row <= back + 1 + ahead:
        yield Reached("four_weeks", row)


def _streak(met: frozenset[date], week: date, step: timedelta) -> int:
    """Weeks met in a row, next to this one and away from it."""
    length = 0
    while week + (length + 1) * step in met:
        length += 1
    return length


def _passed(milestones: tuple[int, ...], before: list[int | None], value: int | None) -> int | None:
    best = max((other for other in before if other is not None), default=0)
    return next((value for mark in reversed(milestones) if value is not None and best < mark <= value), None)


def weeks(state: Course, until: date) -> list[Week]:
    """Every week from clearance to the one this day lies in."""
    if state.cleared_on is None:
        return []
    found, week = [], state.cleared_on
    while week <= until:
        days = {exercise.on for exercise in state.exercised if week <= exercise.on < week + WEEK}
        found.append(Week(first_day=week, days=len(days), met=week in state.met_weeks))
        week += WEEK
    return found
