"""What the pages read from `scheduling`: visits, therapists, rooms and free times."""

from uuid import UUID

from msgspec import Struct

from shared.messages import Instant


class Visit(Struct, frozen=True, kw_only=True):
    """An appointment. `status`: booked, arrived, fulfilled, missed or cancelled."""

    appointment_id: UUID
    client_id: UUID
    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    status: str
    course_id: UUID | None = None
    ordinal: int | None = None


class Visits(Struct, frozen=True, kw_only=True):
    """A calendar or an itinerary."""

    appointments: list[Visit]


class Hours(Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """A span of working hours, `weekday` as `mon`, times as `09:00`."""

    weekday: str
    begin: str
    end: str


class Therapist(Struct, frozen=True, kw_only=True):
    """A therapist and the weekly hours."""

    therapist_id: UUID
    name: str
    active: bool = True
    hours: list[Hours] = []


class Therapists(Struct, frozen=True, kw_only=True):
    """All therapists."""

    therapists: list[Therapist]


class Room(Struct, frozen=True, kw_only=True):
    """A room."""

    room_id: UUID
    name: str


class Rooms(Struct, frozen=True, kw_only=True):
    """All rooms."""

    rooms: list[Room]


class Slot(Struct, frozen=True, kw_only=True):
    """A time at which therapist and room are free."""

    therapist_id: UUID
    starts_at: Instant
    ends_at: Instant


class Slots(Struct, frozen=True, kw_only=True):
    """Free times."""

    slots: list[Slot]
