"""What answers about visits put right, and about how clients kept theirs, look like. `null` means absent."""

from uuid import UUID

from msgspec import Struct

from services.scheduling.practice_views import RoomView, TherapistView
from services.scheduling.views import Affected, Moved, NewVisit


class ClientRighted(Struct, kw_only=True):
    """What became of one client's visits, or would. The `unplaced` stay where they are: nothing was found for them."""

    client_id: UUID
    moved: list[Moved]
    booked: list[NewVisit]
    cancelled: list[UUID]
    unplaced: list[Affected]


class Reflowed(Struct, kw_only=True, omit_defaults=True):
    """What became of each client's visits, in the order in which the first of them come."""

    clients: list[ClientRighted]
    preview: bool
    time_off_id: UUID | None = None
    closure_id: UUID | None = None
    course_id: UUID | None = None


class AttendanceView(Struct, kw_only=True):
    """How a client kept what was agreed. `cancelled_late` are among the `cancelled`; `late_hours` is the setting.

    `sessions_used` counts absences and late cancellations that used up a session of a course.
    """

    client_id: UUID
    fulfilled: int
    missed: int
    cancelled: int
    cancelled_late: int
    sessions_used: int
    late_hours: int


class TherapistRetired(TherapistView, kw_only=True):
    """The therapist, booked no more, and what became of each client's visits."""

    clients: list[ClientRighted]
    preview: bool


class RoomRetired(RoomView, kw_only=True):
    """The room, used no more, and what became of each client's visits."""

    clients: list[ClientRighted]
    preview: bool
