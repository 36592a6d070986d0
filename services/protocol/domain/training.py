"""Exercise at home that a course hears of."""

from services.protocol.domain import commands as c
from services.protocol.domain import events as own
from services.protocol.domain import flags
from services.protocol.domain.deciding import Deciding
from services.protocol.domain.exercise import milestones, passed
from shared.events.records import ExerciseLogged


def count_exercise(deciding: Deciding, command: c.CountExercise) -> None:
    """Flagged before clearance, else counted toward the week's target; marks of steps and minutes are told."""
    logged, before = command.exercise, deciding.course
    if before is None or any(e.exercise_id == logged.exercise_id for e in before.exercised):
        return
    observed = _observed(deciding, logged)
    marks = list(passed(deciding.definition, before, observed))
    deciding.add([observed])
    deciding.follow(flags.of_exercise)
    deciding.follow(milestones, deciding.today, logged.date)
    deciding.add(marks)


def _observed(deciding: Deciding, logged: ExerciseLogged) -> own.ExerciseObserved:
    return own.ExerciseObserved(
        **deciding.ids,
        exercise_id=logged.exercise_id,
        on=logged.date,
        steps=logged.steps,
        walked_minutes=logged.walked_minutes,
        regions=tuple(logged.regions),
    )
