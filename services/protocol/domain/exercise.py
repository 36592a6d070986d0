"""Exercise at home: weeks from clearance, their targets, and milestones (domain.md §3.1, §5)."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from services.protocol.domain.cadence import stand
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
    standing = stand(state.cadence(definition))
    phases = [phase for phase in definition.phases if phase.kind != "break"]
    current = phases.index(standing.phase) if standing.phase in phases else len(phases) - 1
    if standing.pause and current:
        current -= 1
    return phases[current].exercise_per_week


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
    week, per_week = week_of(cleared_on, day), target(definition, before)
    days = {other.on for other in before.exercised if week <= other.on < week + WEEK} | {day}
    if not per_week or len(days) < per_week or week in before.met_weeks:
        return
    yield Reached("week_met", len(days))
    if _streak(before.met_weeks | {week}, week) == definition.policy.exercise_streak_weeks:
        yield Reached("four_weeks", definition.policy.exercise_streak_weeks)


def _streak(met: frozenset[date], week: date) -> int:
    """Weeks met in a row, up to this one."""
    length = 0
    while week - length * WEEK in met:
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
