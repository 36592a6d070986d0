"""What answers look like. `null` means absent; instants are UTC."""

from datetime import date
from uuid import UUID

from msgspec import Struct, field

from services.scheduling.domain.roster import Slot
from services.scheduling.domain.visits import Status
from shared.messages import Instant


class AppointmentView(Struct, kw_only=True):
    """An appointment. `ordinal` is derived, see `queries.py`; `revision` counts its moves."""

    appointment_id: UUID
    client_id: UUID
    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    status: Status
    revision: int
    course_id: UUID | None = None
    ordinal: int | None = None
    session_id: UUID | None = None


class Appointments(Struct, kw_only=True, omit_defaults=True):
    """A page of appointments in order of time."""

    appointments: list[AppointmentView]
    next_cursor: str | None = None


class Moved(Struct, kw_only=True):
    """An appointment that has another time now, or would have."""

    appointment_id: UUID
    from_: Instant = field(name="from")
    to: Instant


class NewVisit(Struct, kw_only=True):
    """An appointment that was added, or would be."""

    appointment_id: UUID
    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID
    room_id: UUID


class Affected(Struct, kw_only=True):
    """An appointment that stays and does not fit any more."""

    appointment_id: UUID
    starts_at: Instant
    rule: str
    detail: str
    earliest: date | None = None


class Changed(AppointmentView, kw_only=True):
    """The appointment after the change, and what became of others. `affected` is absent when nobody could say."""

    moved: list[Moved]
    booked: list[NewVisit]
    affected: list[Affected] | None
    preview: bool = False


class Slots(Struct, kw_only=True):
    """Free times in order."""

    slots: list[Slot]


class Proposed(Struct, kw_only=True):
    """A visit that could be booked. `why` says what is not as it was wished."""

    ordinal: int
    phase: str
    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID
    room_id: UUID
    as_asked: bool
    why: str | None = None


class BreakView(Struct, kw_only=True):
    """No massage from the day `from` on; `first_day` can be booked again."""

    from_: date = field(name="from")
    first_day: date


class UnplacedView(Struct, kw_only=True):
    """A session no day was found for."""

    ordinal: int
    why: str


class Proposal(Struct, kw_only=True):
    """Visits, breaks, and what could not be placed. Nothing is booked."""

    appointments: list[Proposed]
    breaks: list[BreakView]
    unplaced: list[UnplacedView]
