"""A therapist: name, rooms, buffers, and when they work. Names and work addresses of staff are not secret."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.domain.slots import Span
from services.scheduling.domain.workdays import EVOLVE, WORKTIME, WORKTIME_EVENTS, HoursSet, Worktime
from shared.decider import Decider, Unknown
from shared.messages import Command, Event


def stream(therapist_id: UUID) -> str:
    """The stream of one therapist."""
    return f"therapist-{therapist_id}"


class Particulars(Struct, frozen=True, kw_only=True):
    """Who the therapist is. No `rooms` means any room.

    `buffer_before_minutes` are kept free before each visit, `buffer_minutes` after it.
    """

    name: str
    email: str | None = None
    rooms: list[UUID] = []
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0


class TherapistAdded(Event, frozen=True, kw_only=True):
    """A therapist works here."""

    therapist_id: UUID
    particulars: Particulars


class TherapistChanged(Event, frozen=True, kw_only=True):
    """The particulars as they now stand."""

    therapist_id: UUID
    particulars: Particulars


class TherapistDeactivated(Event, frozen=True, kw_only=True):
    """Nothing more is booked with this therapist; what is agreed stays."""

    therapist_id: UUID


class Therapist(Struct, frozen=True, kw_only=True):
    """What the decisions need: nothing is known before the therapist was added."""

    particulars: Particulars | None = None
    worktime: Worktime = Worktime()
    active: bool = False


class AddTherapist(Command, frozen=True, kw_only=True):
    """Take on a therapist with weekly hours."""

    therapist_id: UUID
    particulars: Particulars
    hours: list[Span]


class ChangeTherapist(Command, frozen=True, kw_only=True):
    """Change what is given, leave what is absent."""

    therapist_id: UUID
    name: str | None = None
    email: str | None = None
    rooms: list[UUID] | None = None
    buffer_minutes: int | None = None
    buffer_before_minutes: int | None = None


class DeactivateTherapist(Command, frozen=True, kw_only=True):
    """Book nothing more with this therapist."""

    therapist_id: UUID


def evolve(state: Therapist, event: Event) -> Therapist:
    """Fold one event into the state."""
    match event:
        case TherapistAdded():
            return replace(state, particulars=event.particulars, active=True)
        case TherapistChanged():
            return replace(state, particulars=event.particulars)
        case TherapistDeactivated():
            return replace(state, active=False)
        case _:
            return replace(state, worktime=EVOLVE[type(event)](state.worktime, event))


def decide(command: Command, state: Therapist) -> list[Event]:
    """Staff are changed as asked; only an unknown therapist is an error."""
    if isinstance(command, AddTherapist):
        return add(command, state)
    if state.particulars is None:
        raise Unknown("There is no such therapist.")
    if isinstance(command, ChangeTherapist):
        return change(command, state.particulars)
    if isinstance(command, DeactivateTherapist):
        return [TherapistDeactivated(therapist_id=command.therapist_id)] if state.active else []
    return WORKTIME[type(command)](command, state.worktime)


def add(command: AddTherapist, state: Therapist) -> list[Event]:
    """The therapist and the first weekly hours."""
    if state.particulars is not None:
        return []
    added = TherapistAdded(therapist_id=command.therapist_id, particulars=command.particulars)
    return [added, HoursSet(therapist_id=command.therapist_id, hours=command.hours)]


def change(command: ChangeTherapist, old: Particulars) -> list[Event]:
    """What was given, over what was known."""
    given = {name: getattr(command, name) for name in Particulars.__struct_fields__}
    new = replace(old, **{name: value for name, value in given.items() if value is not None})
    return [] if new == old else [TherapistChanged(therapist_id=command.therapist_id, particulars=new)]


decider: Decider[Command, Event, Therapist] = Decider(
    decide=decide,
    evolve=evolve,
    initial=Therapist(),
    events=(TherapistAdded, TherapistChanged, TherapistDeactivated, *WORKTIME_EVENTS),
)
