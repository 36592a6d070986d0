"""What requests about the practice itself carry: rooms, staff, hours, absences, holidays."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from services.scheduling.bodies import DAY, LONGEST, Body, Equipment, each_once, interval, whole_minute
from services.scheduling.domain.slots import Interval, Span, Times, Weekday
from shared.http.problems import Malformed
from shared.values import ClockTime, EmailAddress, Name, TimeOfDay
from shared.vocabulary import Reason

Buffer = Annotated[int, Meta(ge=0, le=240)]
RoomIds = Annotated[list[UUID], Meta(max_length=200)]


class TimesBody(Body, frozen=True, kw_only=True):
    """Working hours as wall-clock times; an end at or before the start lies on the next day."""

    from_: ClockTime = field(name="from")
    to: TimeOfDay


class SpanBody(TimesBody, frozen=True, kw_only=True):
    """Working hours on a weekday."""

    weekday: Weekday


Hours = Annotated[list[SpanBody], Meta(max_length=50)]


def not_empty(name: str, given: Sequence[TimesBody]) -> None:
    """Raise `Malformed` for hours that end when they begin: nobody means a day and a night by them."""
    for number, one in enumerate(given):
        if one.from_ == one.to:
            says = "The end is the start. Hours of a whole day go from 00:00 to 24:00."
            raise Malformed(f"{name}[{number}].to", says)


def spans(given: Sequence[SpanBody]) -> list[Span]:
    """The weekly hours as they are stored."""
    return each_once(Span(weekday=one.weekday, from_=one.from_, to=one.to) for one in given)


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
    email: EmailAddress | None = None
    rooms: RoomIds = []

    def __post_init__(self) -> None:
        super().__post_init__()
        not_empty("hours", self.hours)


class TherapistPatch(Buffers, frozen=True, kw_only=True):
    """What changes; what is absent stays."""

    name: Name | None = None
    email: EmailAddress | None = None
    rooms: RoomIds | None = None


class HoursBody(Body, frozen=True, kw_only=True):
    """The weekly hours from now on."""

    hours: Hours

    def __post_init__(self) -> None:
        not_empty("hours", self.hours)


class DayBody(Body, frozen=True, kw_only=True):
    """The hours of one day, in place of the weekly ones; none is a day off."""

    times: Annotated[list[TimesBody], Meta(max_length=20)]

    def __post_init__(self) -> None:
        not_empty("times", self.times)

    @property
    def stored(self) -> list[Times]:
        """The hours as they are stored."""
        return each_once(Times(from_=one.from_, to=one.to) for one in self.times)


class AwayBody(Body, frozen=True, kw_only=True):
    """From and to, days or instants, half-open: two days in a row are one day off."""

    from_: str = field(name="from")
    to: str
    reason: Reason = "other"

    def time(self, zone: ZoneInfo) -> Interval:
        """From when to when. Raises `Malformed`."""
        found = interval(self.from_, self.to, zone)
        for name, text, instant in (("from", self.from_, found[0]), ("to", self.to, found[1])):
            if not DAY.fullmatch(text):
                whole_minute(name, instant)
        return found


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
        if self.to - self.from_ >= LONGEST:
            raise Malformed("to", "That is more than ten years. Ask for less.")
