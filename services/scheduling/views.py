"""What answers look like. `null` means absent; instants are UTC."""

from datetime import date
from uuid import UUID

from msgspec import Struct, field

from services.scheduling.domain.rhythm import Rhythm
from services.scheduling.domain.roster import Slot
from services.scheduling.domain.slots import WEEKDAYS, Weekday
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
    """An appointment that has another time, therapist or room now, or would have."""

    appointment_id: UUID
    from_: Instant = field(name="from")
    to: Instant
    therapist_id: UUID
    room_id: UUID


class NewVisit(Struct, kw_only=True):
    """An appointment that was added, or would be."""

    appointment_id: UUID
    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID
    room_id: UUID


class OptionView(Struct, kw_only=True):
    """A free time near the one that was needed, and what the protocol says against its day."""

    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID
    room_id: UUID
    rule: str | None = None
    detail: str | None = None


class Affected(Struct, kw_only=True):
    """An appointment that stays and does not fit any more; it would from `earliest` on. Of free times the nearest."""

    appointment_id: UUID
    starts_at: Instant
    rule: str
    detail: str
    earliest: date | None = None
    alternatives: list[OptionView] = []


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
    """A visit that could be booked. `why` says what is not as it was wished; `regular` ones keep the rhythm."""

    ordinal: int
    phase: str
    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID
    room_id: UUID
    as_asked: bool
    why: str | None = None
    regular: bool = True


class BreakView(Struct, kw_only=True):
    """No massage from the day `from` on; `first_day` can be booked again."""

    from_: date = field(name="from")
    first_day: date


class RhythmView(Struct, kw_only=True):
    """The weekdays and the time of day (the practice's) that most of the visits keep."""

    weekdays: list[Weekday]
    at: str

    @classmethod
    def of(cls, rhythm: Rhythm) -> "RhythmView":
        """With the weekdays of the fastest pace, which are those of the slower ones too."""
        weekdays = [WEEKDAYS[one] for one in sorted(rhythm.weekdays[max(rhythm.weekdays)])]
        return cls(weekdays=weekdays, at=f"{rhythm.minute // 60:02}:{rhythm.minute % 60:02}")


class HoldReleasedView(Struct, kw_only=True):
    """The hold whose times are free again."""

    hold_id: UUID


class UnplacedView(Struct, kw_only=True):
    """A session no day was found for; the protocol would allow it from `earliest` on."""

    ordinal: int
    why: str
    earliest: date | None = None
    options: list[OptionView] = []


class Proposal(Struct, kw_only=True, omit_defaults=True):
    """Visits, breaks, and what could not be placed. Nothing is booked; a hold keeps the times until `held_until`."""

    appointments: list[Proposed]
    breaks: list[BreakView]
    unplaced: list[UnplacedView]
    rhythm: RhythmView | None = None
    hold_id: UUID | None = None
    held_until: Instant | None = None
