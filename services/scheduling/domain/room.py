"""A room: a name, what is in it, and whether it is in use."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from shared.decider import Decider, Unknown
from shared.messages import Command, Event


def stream(room_id: UUID) -> str:
    """The stream of one room."""
    return f"room-{room_id}"


class RoomAdded(Event, frozen=True, kw_only=True):
    """There is a room to work in; `equipment` are slugs of the practice's own (`wide_table`)."""

    room_id: UUID
    name: str
    equipment: list[str] = []


class RoomChanged(Event, frozen=True, kw_only=True):
    """The room's name and equipment as they now stand."""

    room_id: UUID
    name: str
    equipment: list[str] = []


class RoomDeactivated(Event, frozen=True, kw_only=True):
    """Nothing more is booked in this room; what is agreed stays."""

    room_id: UUID


RoomEvent = RoomAdded | RoomChanged | RoomDeactivated


class Room(Struct, frozen=True, kw_only=True):
    """What the decisions need: no name before the room was added."""

    name: str | None = None
    equipment: list[str] = []
    active: bool = False


class AddRoom(Command, frozen=True, kw_only=True):
    """Put a room to use."""

    room_id: UUID
    name: str
    equipment: list[str] = []


class ChangeRoom(Command, frozen=True, kw_only=True):
    """Change what is given, leave what is absent."""

    room_id: UUID
    name: str | None = None
    equipment: list[str] | None = None


class DeactivateRoom(Command, frozen=True, kw_only=True):
    """Book nothing more in this room."""

    room_id: UUID


RoomCommand = AddRoom | ChangeRoom | DeactivateRoom


def evolve(state: Room, event: RoomEvent) -> Room:
    """Fold one event into the state."""
    match event:
        case RoomAdded():
            return Room(name=event.name, equipment=event.equipment, active=True)
        case RoomChanged():
            return replace(state, name=event.name, equipment=event.equipment)
        case RoomDeactivated():
            return replace(state, active=False)


def decide(command: RoomCommand, state: Room) -> list[RoomEvent]:
    """Rooms are changed as asked; only an unknown room is an error."""
    if isinstance(command, AddRoom):
        return [] if state.name else [RoomAdded(**asdict(command))]
    if state.name is None:
        raise Unknown("There is no such room.")
    if isinstance(command, ChangeRoom):
        return change(command, state.name, state.equipment)
    return [RoomDeactivated(room_id=command.room_id)] if state.active else []


def change(command: ChangeRoom, name: str, equipment: list[str]) -> list[RoomEvent]:
    """What was given, over what was known."""
    new = (command.name or name, equipment if command.equipment is None else command.equipment)
    return [] if new == (name, equipment) else [RoomChanged(room_id=command.room_id, name=new[0], equipment=new[1])]


decider: Decider[RoomCommand, RoomEvent, Room] = Decider(
    decide=decide, evolve=evolve, initial=Room(), events=(RoomAdded, RoomChanged, RoomDeactivated)
)
