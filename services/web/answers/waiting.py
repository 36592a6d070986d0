"""What the pages read from `scheduling` of who waits, and of weeks without their visit."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from shared.messages import Instant


class Wish(Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """What a time must be like; absent is any."""

    weekdays: list[str] = []
    begin: str | None = None
    end: str | None = None
    therapist_id: UUID | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """A time that is kept for a client until `until`."""

    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    until: Instant


class Place(Struct, frozen=True, kw_only=True):
    """A place on the waiting list."""

    waitlist_id: UUID
    client_id: UUID
    course_id: UUID | None = None
    minutes: int
    prefer: Wish
    first_day: date | None = None
    last_day: date | None = None
    offer: Offer | None = None


class Waitlist(Struct, frozen=True, kw_only=True):
    """Who waits, in the order in which they are served."""

    waitlist: list[Place]


class Alternative(Struct, frozen=True, kw_only=True):
    """A time in place of the usual one."""

    starts_at: Instant
    ends_at: Instant
    therapist_id: UUID


class Step(Struct, frozen=True, kw_only=True):
    """A day on which the usual visit cannot be."""

    course_id: UUID
    client_id: UUID
    day: date
    starts_at: Instant
    detail: str
    alternatives: list[Alternative]


class Steps(Struct, frozen=True, kw_only=True):
    """All such days."""

    stepped_over: list[Step]


class Rhythm(Struct, frozen=True, kw_only=True):
    """Once a week: `weekday` as `mon`, `time` as `09:00` of the practice's clock."""

    weekday: str
    time: str
    therapist_id: UUID
    minutes: int


class Rolling(Struct, frozen=True, kw_only=True):
    """Weekly visits of a course that are kept booked `weeks` ahead; without a rhythm none are."""

    weeks: int
    rhythm: Rhythm | None = None
    stepped_over: list[Step] = []
