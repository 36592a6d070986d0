"""Agreeing on times and moving them: all or none, and every reason why not at once (domain.md §1, front desk)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.domain.attendance import CancelAppointment, MarkMissed, cancel, miss, place, still_booked
from services.scheduling.domain.slots import Interval, overlap
from services.scheduling.domain.visits import Appointment, CourseEntered, Itinerary
from shared.decider import Refusal, Refused, Unknown, refuse
from shared.events.scheduling import AppointmentBooked, AppointmentMoved
from shared.messages import Command, Event


class Placement(Struct, frozen=True, kw_only=True):
    """An appointment at the time it should have, and what was found to speak against it when it was asked about.

    `against` comes from the practice's hours and the cadence, `taken` from what others hold at that time.
    Without a room it cannot be, and `against` says so.
    """

    appointment_id: UUID
    therapist_id: UUID
    room_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    equipment: list[str] = []
    course_id: UUID | None = None
    against: Refusal | None = None
    taken: Refusal | None = None

    @property
    def time(self) -> Interval:
        """When the client would be here."""
        return self.starts_at, self.ends_at


class BookAppointments(Command, frozen=True, kw_only=True):
    """Agree on these times. `version` is that of the itinerary the placements were judged with.

    `sessions_before` says of each course how many sessions took place before the practice used Seriatim.
    """

    client_id: UUID
    now: datetime
    version: int
    placements: tuple[Placement, ...]
    sessions_before: dict[UUID, int]


class Rearrange(Command, frozen=True, kw_only=True):
    """Lose or move visits and put the later ones right. Each part may be empty."""

    client_id: UUID
    now: datetime
    version: int
    losses: tuple[CancelAppointment | MarkMissed, ...] = ()
    moves: tuple[Placement, ...] = ()
    bookings: tuple[Placement, ...] = ()


def book(command: BookAppointments, state: Itinerary) -> list[Event]:
    """All the visits, each course entered with its first."""
    if state.forgotten:
        raise Unknown("There is no such client.")
    check(command, command.placements, state, set())
    entered = [
        CourseEntered(client_id=command.client_id, course_id=course_id, sessions_before=before)
        for course_id, before in command.sessions_before.items()
        if course_id not in state.courses
    ]
    return [*entered, *(booked(one, command.client_id) for one in command.placements)]


def rearrange(command: Rearrange, state: Itinerary) -> list[Event]:
    """The losses, the moves and the bookings."""
    lost = [event for loss in command.losses for event in lose(loss, state)]
    leaving = {loss.appointment_id for loss in command.losses}
    lost_one = min(leaving) if len(leaving) == 1 else None
    moves = [(one, still_booked(state, one.appointment_id)) for one in command.moves]
    moves = [(one, old) for one, old in moves if place(one) != place(old)]
    check(command, [*(one for one, _ in moves), *command.bookings], state, leaving)
    return [
        *lost,
        *(moved(one, old, command.client_id, instead_of=lost_one) for one, old in moves),
        *(booked(one, command.client_id, instead_of=lost_one) for one in command.bookings),
    ]


def lose(command: CancelAppointment | MarkMissed, state: Itinerary) -> list[Event]:
    """The visit that falls out."""
    return cancel(command, state) if isinstance(command, CancelAppointment) else miss(command, state)


def check(
    command: BookAppointments | Rearrange, placements: Sequence[Placement], state: Itinerary, lost: set[UUID]
) -> None:
    """Refuse with every item that cannot be. An appointment never stands in the way of its own move."""
    if command.version != state.version:
        raise refuse("stale_itinerary", "The client's appointments changed meanwhile. Look at them and try again.")
    leaving = lost | {one.appointment_id for one in placements}
    held = [one.time for one in state.appointments.values() if one.holds and one.appointment_id not in leaving]
    if refusals := list(objections(placements, held, command.now)):
        raise Refused(*refusals)


def objections(placements: Sequence[Placement], held: list[Interval], now: datetime) -> Iterator[Refusal]:
    """The first rule against each placement; one that can be holds its time against those after it."""
    for index, one in enumerate(placements):
        found = past(one, now) or one.against or clash(one, held) or one.taken
        if found:
            yield replace(found, index=index)
        else:
            held.append(one.time)


def past(one: Placement, now: datetime) -> Refusal | None:
    """Nothing is agreed for a time that has begun."""
    if one.starts_at >= now:
        return None
    return Refusal(rule="in_the_past", detail="This time is over. Choose a later one.", earliest=now)


def clash(one: Placement, held: Sequence[Interval]) -> Refusal | None:
    """A client is in one place at a time."""
    if not any(overlap(one.time, other) for other in held):
        return None
    return Refusal(rule="client_taken", detail="The client has another appointment at this time.")


def booked(one: Placement, client_id: UUID, *, instead_of: UUID | None = None) -> AppointmentBooked:
    """The event of a new appointment."""
    return AppointmentBooked(client_id=client_id, **place(one), instead_of=instead_of)


def moved(
    one: Placement | Appointment, old: Appointment, client_id: UUID, *, instead_of: UUID | None = None
) -> AppointmentMoved:
    """The event of a move."""
    return AppointmentMoved(
        client_id=client_id,
        **place(one),
        previous_starts_at=old.starts_at,
        revision=old.revision + 1,
        instead_of=instead_of,
    )


PLACE: dict[type[Command], Callable[[Any, Itinerary], list[Event]]] = {
    BookAppointments: book,
    Rearrange: rearrange,
}
