"""A therapist: name, working hours, rooms, absences. Names and work addresses of staff are not secret."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from services.scheduling.domain.slots import Span
from shared.decider import Decider, Unknown
from shared.messages import Command, Event, Instant
from shared.vocabulary import Reason


def stream(therapist_id: UUID) -> str:
    """The stream of one therapist."""
    return f"therapist-{therapist_id}"


class Particulars(Struct, frozen=True, kw_only=True):
    """Who the therapist is. No `rooms` means any room; `buffer_minutes` are kept free after each visit."""

    name: str
    email: str | None = None
    rooms: list[UUID] = []
    buffer_minutes: int = 0


class TherapistAdded(Event, frozen=True, kw_only=True):
    """A therapist works here."""

    therapist_id: UUID
    particulars: Particulars


class TherapistChanged(Event, frozen=True, kw_only=True):
    """The particulars as they now stand."""

    therapist_id: UUID
    particulars: Particulars


class HoursSet(Event, frozen=True, kw_only=True):
    """The weekly hours from now on, wall-clock times of the practice's zone."""

    therapist_id: UUID
    hours: list[Span]


class TimeOffTaken(Event, frozen=True, kw_only=True):
    """The therapist is away for `[starts_at, ends_at)`."""

    therapist_id: UUID
    time_off_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class TherapistDeactivated(Event, frozen=True, kw_only=True):
    """Nothing more is booked with this therapist; what is agreed stays."""

    therapist_id: UUID


TherapistEvent = TherapistAdded | TherapistChanged | HoursSet | TimeOffTaken | TherapistDeactivated


class Therapist(Struct, frozen=True, kw_only=True):
    """What the decisions need: nothing is known before the therapist was added."""

    particulars: Particulars | None = None
    hours: list[Span] = []
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


class SetHours(Command, frozen=True, kw_only=True):
    """Replace the weekly hours."""

    therapist_id: UUID
    hours: list[Span]


class TakeTimeOff(Command, frozen=True, kw_only=True):
    """Put an absence into the calendar."""

    therapist_id: UUID
    time_off_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class DeactivateTherapist(Command, frozen=True, kw_only=True):
    """Book nothing more with this therapist."""

    therapist_id: UUID


TherapistCommand = AddTherapist | ChangeTherapist | SetHours | TakeTimeOff | DeactivateTherapist


def evolve(state: Therapist, event: TherapistEvent) -> Therapist:
    """Fold one event into the state."""
    match event:
        case TherapistAdded():
            return replace(state, particulars=event.particulars, active=True)
        case TherapistChanged():
            return replace(state, particulars=event.particulars)
        case HoursSet():
            return replace(state, hours=event.hours)
        case TherapistDeactivated():
            return replace(state, active=False)
        case TimeOffTaken():
            return state


def decide(command: TherapistCommand, state: Therapist) -> list[TherapistEvent]:
    """Staff are changed as asked; only an unknown therapist is an error."""
    if isinstance(command, AddTherapist):
        return add(command, state)
    if state.particulars is None:
        raise Unknown("There is no such therapist.")
    match command:
        case ChangeTherapist():
            return change(command, state.particulars)
        case SetHours():
            same = command.hours == state.hours
            return [] if same else [HoursSet(therapist_id=command.therapist_id, hours=command.hours)]
        case TakeTimeOff():
            return [TimeOffTaken(**asdict(command))]
        case DeactivateTherapist():
            return [TherapistDeactivated(therapist_id=command.therapist_id)] if state.active else []


def add(command: AddTherapist, state: Therapist) -> list[TherapistEvent]:
    """The therapist and the first weekly hours."""
    if state.particulars is not None:
        return []
    added = TherapistAdded(therapist_id=command.therapist_id, particulars=command.particulars)
    return [added, HoursSet(therapist_id=command.therapist_id, hours=command.hours)]


def change(command: ChangeTherapist, old: Particulars) -> list[TherapistEvent]:
    """What was given, over what was known."""
    given = {name: getattr(command, name) for name in Particulars.__struct_fields__}
    new = replace(old, **{name: value for name, value in given.items() if value is not None})
    return [] if new == old else [TherapistChanged(therapist_id=command.therapist_id, particulars=new)]


decider: Decider[TherapistCommand, TherapistEvent, Therapist] = Decider(
    decide=decide,
    evolve=evolve,
    initial=Therapist(),
    events=(TherapistAdded, TherapistChanged, HoursSet, TimeOffTaken, TherapistDeactivated),
)
