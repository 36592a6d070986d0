"""What the pages read from `scheduling` when they ask for a change: proposals, visits moved, absences."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from services.web.answers.scheduling import Visit
from shared.messages import Instant


class Proposed(Struct, frozen=True, kw_only=True):
    """A visit that could be booked; `why` says what is not as it was wished."""

    ordinal: int
    phase: str
    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID
    room_id: UUID
    why: str | None = None


class Pause(Struct, frozen=True, kw_only=True, rename={"begin": "from"}):
    """No massage from the day `begin` on; `first_day` can be booked again."""

    begin: date
    first_day: date


class Option(Struct, frozen=True, kw_only=True):
    """A free time near the one that was needed, and what speaks against it."""

    starts_at: Instant
    detail: str | None = None


class Unplaced(Struct, frozen=True, kw_only=True):
    """A session no day was found for."""

    ordinal: int
    why: str
    earliest: date | None = None
    options: list[Option] = []


class Proposal(Struct, frozen=True, kw_only=True):
    """Visits proposed, and held until `held_until`."""

    appointments: list[Proposed]
    breaks: list[Pause] = []
    unplaced: list[Unplaced] = []
    hold_id: UUID | None = None
    held_until: Instant | None = None


class Moved(Struct, frozen=True, kw_only=True, rename={"was": "from"}):
    """A visit with another time, therapist or room."""

    appointment_id: UUID
    was: Instant
    to: Instant
    therapist_id: UUID
    room_id: UUID


class NewVisit(Struct, frozen=True, kw_only=True):
    """A visit that was added."""

    starts_at: Instant
    therapist_id: UUID
    room_id: UUID


class Affected(Struct, frozen=True, kw_only=True):
    """A visit that stays and does not fit any more."""

    starts_at: Instant
    detail: str


class Changed(Visit, frozen=True, kw_only=True):
    """A visit after a change, and what becomes of others; `affected` is absent when nobody could say."""

    moved: list[Moved]
    booked: list[NewVisit]
    affected: list[Affected] | None = None


class Righted(Struct, frozen=True, kw_only=True):
    """What becomes of one client's visits."""

    client_id: UUID
    moved: list[Moved]
    booked: list[NewVisit] = []
    unplaced: list[Affected] = []


class Reflowed(Struct, frozen=True, kw_only=True):
    """What becomes of each client's visits."""

    clients: list[Righted]


class Away(Struct, frozen=True, kw_only=True):
    """An absence or a closure that was noted, and the visits inside it."""

    affected: list[Visit]
    time_off_id: UUID | None = None
    closure_id: UUID | None = None


class Done(Struct, frozen=True, kw_only=True):
    """Something was done, and nothing more is to be said."""
