"""A room: a name, and whether it is in use."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from shared.decider import Decider, Unknown
from shared.messages import Command, Event


def stream(room_id: UUID) -> str:
    """The stream of one room."""
    return f"room-{room_id}"


class RoomAdded(Event, frozen=True, kw_only=True):
    """There is a room to work in."""

    room_id: UUID
    name: str


class RoomChanged(Event, frozen=True, kw_only=True):
    """The room's name as it now stands."""

    room_id: UUID
    name: str


class RoomDeactivated(Event, frozen=True, kw_only=True):
    """Nothing more is booked in this room; what is agreed stays."""

    room_id: UUID


RoomEvent = RoomAdded | RoomChanged | RoomDeactivated


class Room(Struct, frozen=True, kw_only=True):
    """What the decisions need: no name before the room was added."""

    name: str | None = None
    active: bool = False


class AddRoom(Command, frozen=True, kw_only=True):
    """Put a room to use."""

    room_id: UUID
    name: str


class ChangeRoom(Command, frozen=True, kw_only=True):
    """Give the room another name."""

    room_id: UUID
    name: str


class DeactivateRoom(Command, frozen=True, kw_only=True):
    """Book nothing more in this room."""

    room_id: UUID


RoomCommand = AddRoom | ChangeRoom | DeactivateRoom


def evolve(state: Room, event: RoomEvent) -> Room:
    """Fold one event into the state."""
    match event:
        case RoomAdded():
            return Room(name=event.name, active=True)
        case RoomChanged():
            return replace(state, name=event.name)
        case RoomDeactivated():
            return replace(state, active=False)


def decide(command: RoomCommand, state: Room) -> list[RoomEvent]:
    """Rooms are changed as asked; only an unknown room is an error."""
    if isinstance(command, AddRoom):
        return [] if state.name else [RoomAdded(room_id=command.room_id, name=command.name)]
    if state.name is None:
        raise Unknown("There is no such room.")
    if isinstance(command, ChangeRoom):
        same = command.name == state.name
        return [] if same else [RoomChanged(room_id=command.room_id, name=command.name)]
    return [RoomDeactivated(room_id=command.room_id)] if state.active else []


decider: Decider[RoomCommand, RoomEvent, Room] = Decider(
    decide=decide, evolve=evolve, initial=Room(), events=(RoomAdded, RoomChanged, RoomDeactivated)
)
