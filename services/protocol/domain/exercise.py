"""Exercise at home: weeks from clearance, their targets, and milestones (domain.md §3.1, §5)."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from datetime import date
from typing import get_args

from msgspec import Struct

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Cadence, Standing, stand
from services.protocol.domain.definition import Definition
from services.protocol.domain.state import Course
from services.protocol.domain.walk import A_DAY, LOOK_BACK, judged_since, judged_until
from services.protocol.domain.weeks import WEEK, after, touched
from shared.events import protocol as told
from shared.messages import Event
from shared.vocabulary import ExerciseRegion


class Week(Struct, frozen=True, kw_only=True, gc=False, rename={"first_day": "from", "last_day": "to"}):
    """A week of exercise from clearance on: on how many days, and the target in force when it began."""

    first_day: date
    last_day: date
    days: int
    target: int
    met: bool


def target(definition: Definition, state: Course) -> int:
    """Days a week in force: that of the last series begun, so a break keeps the one before it."""
    return asked_per_week(definition, stand(state.cadence(definition)), resting=state.pause is not None)


def target_on(definition: Definition, state: Course, day: date) -> int:
    """Days a week that were in force on a day."""
    return _target(state.cadence(definition), definition, state, day)


def _target(cadence: Cadence, definition: Definition, state: Course, day: date) -> int:
    restarts = [lapse.restart for lapse in state.lapses if lapse.restart and (lapse.decided_on or lapse.on) <= day]
    days, restart = cadence.days[: bisect_right(cadence.days, day)], restarts[-1] if restarts else None
    then = Cadence(
        definition=definition, days=days, starts_on=cadence.starts_on, before=cadence.before, restart=restart,
        used=cadence.used[: bisect_right(cadence.used, day)],
    )  # fmt: skip
    standing = stand(then)
    return asked_per_week(definition, standing, resting=standing.pause is not None and day < standing.pause.first_day)


def asked_per_week(definition: Definition, standing: Standing, *, resting: bool = False) -> int:
    """Days a week from the next session on; in the break before it those of the series behind."""
    return definition.steps[max(standing.number - resting, 0)].phase.exercise_per_week


def weeks(definition: Definition, state: Course, until: date, since: date = date.min) -> list[Week]:
    """Every week from clearance to the one this day lies in that ended after `since`, of the last ten years.

    Those with a day in a pause are left out, and those that began before the course did.
    """
    if state.cleared_on is None or not definition.exercises:
        return []
    found, week = [], after(state.cleared_on, max(since, until - LOOK_BACK))
    days, cadence = state.trained, state.cadence(definition)
    while week <= until:
        per_week = _target(cadence, definition, state, week)
        if per_week and not left_out(state, week):
            last, count = week + WEEK - A_DAY, bisect_left(days, week + WEEK) - bisect_left(days, week)
            found.append(Week(first_day=week, last_day=last, days=count, target=per_week, met=count >= per_week))
        week += WEEK
    return found


def week_of(judged: own.ExerciseJudged) -> Week:
    """A week as it was judged."""
    first, met = judged.week_from, judged.met or False
    return Week(first_day=first, last_day=first + WEEK - A_DAY, days=judged.days, target=judged.target, met=met)


def left_out(state: Course, week: date) -> bool:
    """Whether the week is neither met nor missed."""
    return week < state.opened.starts_on or touched(state.pauses, week)


def days_by_region(state: Course) -> dict[str, int]:
    """On how many days since clearance each region was exercised."""
    kept = [one for one in state.exercised if state.cleared_on and one.on >= state.cleared_on]
    return {region: len({one.on for one in kept if region in one.regions}) for region in get_args(ExerciseRegion)}


def judged(definition: Definition, state: Course, today: date) -> Iterator[Event]:
    """Weeks that are over are hit or missed; what was told of them before may have to be put right."""
    until = judged_until(state, today)
    since = judged_since(state, until)
    over = [week for week in weeks(definition, state, until, since) if week.first_day + WEEK <= until]
    counted = {week.first_day for week in over}
    for week in over:
        first, days = week.first_day, week.days
        event = own.ExerciseJudged(**state.ids, week_from=first, days=days, target=week.target, met=week.met)
        if state.exercise_weeks.get(first) != event:
            yield event
    for first, known in state.exercise_weeks.items():
        if first + WEEK > since and first not in counted and known.met is not None:
            yield own.ExerciseJudged(**state.ids, week_from=first, days=known.days, target=known.target)


def milestones(definition: Definition, state: Course, today: date, on: date | None = None) -> Iterator[Event]:
    """Weeks whose target is met, and rows of them, as they now stand: what is new is told, what is not so is lifted.

    `on` is the day of exercise that led to them. What ended by the day of the last judgement is settled.
    """
    since = judged_since(state, today)
    found = {week.first_day: week for week in weeks(definition, state, today, since) if week.met}
    met = {first for first in state.met_weeks if first + WEEK <= since} | found.keys()
    for first in sorted(state.met_weeks - met):
        yield own.MilestoneLifted(**state.ids, kind="week_met", week_from=first)
    for first in sorted(met - state.met_weeks):
        yield _met(state, found[first], on)
    yield from _rows(definition, state, met, on)


def _met(state: Course, week: Week, on: date | None) -> Event:
    day = on if on and week.first_day <= on <= week.last_day else min(week.last_day, on or week.last_day)
    return told.ExerciseMilestone(
        **state.ids, kind="week_met", on=day, per_week=week.target, value=week.days, week_from=week.first_day
    )


def _rows(definition: Definition, state: Course, met: Collection[date], on: date | None) -> Iterator[Event]:
    """Each row of target weeks is told once, when it is long enough (policy: four weeks)."""
    most, stands = definition.policy.exercise_streak_weeks, set[date]()
    if len(met) < most and not state.streaks:
        return
    for row in rows(state, met):
        told_of = state.streaks & set(row)
        stands |= told_of if len(row) >= most else set()
        if len(row) >= most and not told_of:
            yield _row_met(definition, state, row[most - 1], on)
    for first in sorted(state.streaks - stands):
        yield own.MilestoneLifted(**state.ids, kind="four_weeks", week_from=first)


def _row_met(definition: Definition, state: Course, week: date, on: date | None) -> Event:
    per_week, most = target_on(definition, state, week), definition.policy.exercise_streak_weeks
    day = on or week + WEEK - A_DAY
    return told.ExerciseMilestone(**state.ids, kind="four_weeks", on=day, per_week=per_week, value=most, week_from=week)


def rows(state: Course, met: Collection[date]) -> Iterator[list[date]]:
    """Weeks met one after another; a week that is left out breaks no row."""
    row: list[date] = []
    for week in sorted(met):
        between = _between(row[-1], week) if row else ()
        if not all(left_out(state, other) for other in between):
            yield row
            row = []
        row.append(week)
    if row:
        yield row


def _between(first: date, last: date) -> Iterator[date]:
    week = first + WEEK
    while week < last:
        yield week
        week += WEEK


def passed(definition: Definition, before: Course, exercise: own.ExerciseObserved) -> Iterator[Event]:
    """Steps or minutes walked that reach a mark not reached before (B): told once, with the value reached."""
    policy = definition.policy
    steps = _best(policy.steps_milestones, [one.steps for one in before.exercised], exercise.steps)
    marks = policy.walked_minutes_milestones
    walked = _best(marks, [one.walked_minutes for one in before.exercised], exercise.walked_minutes)
    if steps:
        yield told.ExerciseMilestone(**before.ids, kind="steps", on=exercise.on, value=steps)
    if walked:
        yield told.ExerciseMilestone(**before.ids, kind="walked_minutes", on=exercise.on, value=walked)


def _best(marks: tuple[int, ...], before: list[int | None], value: int | None) -> int | None:
    best = max((other for other in before if other is not None), default=0)
    return value if value is not None and any(best < mark <= value for mark in marks) else None
