"""What answers about the practice itself look like: rooms, staff, hours, absences, holidays."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from services.scheduling.domain.slots import Span, Times
from services.scheduling.views import AppointmentView
from shared.messages import Instant
from shared.vocabulary import Reason


class RoomView(Struct, kw_only=True):
    """A room and what is in it."""

    room_id: UUID
    name: str
    equipment: list[str]
    active: bool


class Rooms(Struct, kw_only=True):
    """All rooms."""

    rooms: list[RoomView]


class TherapistView(Struct, kw_only=True):
    """A therapist. No rooms means any. `buffer_minutes` is the older name of `buffer_after_minutes`."""

    therapist_id: UUID
    name: str
    email: str | None
    hours: list[Span]
    rooms: list[UUID]
    buffer_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    active: bool


class Therapists(Struct, kw_only=True):
    """All therapists."""

    therapists: list[TherapistView]


class RoomMade(Struct, kw_only=True):
    """The new room's id."""

    room_id: UUID


class TherapistMade(Struct, kw_only=True):
    """The new therapist's id."""

    therapist_id: UUID


class AwayMade(Struct, kw_only=True, omit_defaults=True):
    """What was put down or taken back, and the open appointments that lie outside the hours now."""

    affected: list[AppointmentView]
    time_off_id: UUID | None = None
    closure_id: UUID | None = None
    therapist_id: UUID | None = None
    day: date | None = None


class DayView(Struct, kw_only=True):
    """The hours of one day, in place of the weekly ones."""

    day: date
    times: list[Times]


class AwayView(Struct, kw_only=True):
    """A therapist's absence, `[starts_at, ends_at)`."""

    time_off_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class WorkdaysView(Struct, kw_only=True):
    """What is other than the weekly hours: single days, and absences."""

    days: list[DayView]
    time_off: list[AwayView]


class ClosureView(Struct, kw_only=True):
    """A closure of the practice, `[starts_at, ends_at)`."""

    closure_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: Reason


class Closures(Struct, kw_only=True):
    """Closures in order."""

    closures: list[ClosureView]


class HolidayView(Struct, kw_only=True):
    """A public holiday of the practice's region."""

    day: date
    name: str
    open: bool


class HolidaysView(Struct, kw_only=True):
    """Public holidays in order."""

    holidays: list[HolidayView]
