"""What requests about the practice itself carry: rooms, staff, hours, absences, holidays."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from services.scheduling.bodies import Body, Equipment
from services.scheduling.domain.slots import Span, Times
from shared.http.problems import Malformed
from shared.vocabulary import Reason

Buffer = Annotated[int, Meta(ge=0, le=240)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Hours = Annotated[list[Span], Meta(max_length=50)]


class RoomBody(Body, frozen=True, kw_only=True):
    """A room and what is in it."""

    name: Name
    equipment: Equipment = []


class RoomPatch(Body, frozen=True, kw_only=True):
    """What changes; what is absent stays."""

    name: Name | None = None
    equipment: Equipment | None = None


class Buffers(Body, frozen=True, kw_only=True):
    """Minutes kept free around each visit; `buffer_minutes` is the older name of `buffer_after_minutes`."""

    buffer_minutes: Buffer | None = None
    buffer_before_minutes: Buffer | None = None
    buffer_after_minutes: Buffer | None = None

    def __post_init__(self) -> None:
        if None not in (given := {self.buffer_minutes, self.buffer_after_minutes}) and len(given) > 1:
            raise Malformed("buffer_minutes", "This is the older name of buffer_after_minutes. Give one of the two.")

    @property
    def after(self) -> int | None:
        """The buffer after a visit, by either name."""
        return self.buffer_minutes if self.buffer_after_minutes is None else self.buffer_after_minutes


class TherapistBody(Buffers, frozen=True, kw_only=True):
    """A therapist with weekly hours. No rooms means any."""

    name: Name
    hours: Hours
    email: Email | None = None
    rooms: list[UUID] = []


class TherapistPatch(Buffers, frozen=True, kw_only=True):
    """What changes; what is absent stays."""

    name: Name | None = None
    email: Email | None = None
    rooms: list[UUID] | None = None


class HoursBody(Body, frozen=True, kw_only=True):
    """The weekly hours from now on."""

    hours: Hours


class DayBody(Body, frozen=True, kw_only=True):
    """The hours of one day, in place of the weekly ones; none is a day off."""

    times: Annotated[list[Times], Meta(max_length=20)]


class AwayBody(Body, frozen=True, kw_only=True):
    """From and to, days or instants, half-open: two days in a row are one day off."""

    from_: str = field(name="from")
    to: str
    reason: Reason = "other"


class HolidayBody(Body, frozen=True, kw_only=True):
    """Whether the practice is open on a public holiday."""

    open: bool


class DaysQuery(Body, frozen=True, kw_only=True):
    """Days, half-open: `to` is not included."""

    from_: date = field(name="from")
    to: date

    def __post_init__(self) -> None:
        if self.to <= self.from_:
            raise Malformed("to", "The end must come after the start; the day `to` is not included.")
        if (self.to - self.from_).days > 3660:
            raise Malformed("to", "That is more than ten years. Ask for less.")
