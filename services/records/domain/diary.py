"""One client's exercise diary: what was done at home, day by day."""

from uuid import UUID

from msgspec import Struct

from shared.decider import Decider
from shared.events.records import ExerciseLogged
from shared.messages import Command


def stream(client_id: UUID) -> str:
    """The stream of a client's diary."""
    return f"diary-{client_id}"


class Diary(Struct, frozen=True):
    """Nothing that is written into a diary is ever refused, so nothing need be remembered."""


class LogExercise(Command, frozen=True, kw_only=True):
    """Write down exercise done at home."""

    exercise: ExerciseLogged


def decide(command: LogExercise, state: Diary) -> list[ExerciseLogged]:  # noqa: ARG001 - the shape of every decider
    """A fact is recorded as told; whether it came too early is for `protocol` to say."""
    return [command.exercise]


def evolve(state: Diary, event: ExerciseLogged) -> Diary:  # noqa: ARG001 - the shape of every decider
    """Nothing to remember."""
    return state


decider: Decider[LogExercise, ExerciseLogged, Diary] = Decider(
    decide=decide, evolve=evolve, initial=Diary(), events=(ExerciseLogged,)
)
