"""What requests carry. Unknown fields are refused; instants need a time zone; days are days of the practice."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field

from services.scheduling.domain.slots import Interval, Weekday, whole_day
from shared.clock import YEARS
from shared.http.problems import Malformed
from shared.messages import Instant
from shared.values import Slug, TimeOfDay
from shared.vocabulary import Reason

Minutes = Annotated[int, Meta(ge=1, le=480)]
MOST_EQUIPMENT = 20
Equipment = Annotated[list[Slug], Meta(max_length=MOST_EQUIPMENT)]
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOLD = re.compile("[1-9][0-9]?m")
MOST_HELD = 60
"""Minutes that proposed times can be kept from others."""
LONGEST = timedelta(days=3661)
"""Ten years: nothing longer is looked at or put down."""
PLAUSIBLE = f"Years lie between {YEARS[0]} and {YEARS[-1]}."
Item = TypeVar("Item")


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of everything a request carries."""


class AppointmentWanted(Body, frozen=True, kw_only=True):
    """One visit; without a room, a free one of the therapist is taken that has the equipment."""

    starts_at: Instant
    minutes: Minutes
    therapist_id: UUID
    room_id: UUID | None = None
    equipment: Equipment = []


class BookBody(Body, frozen=True, kw_only=True):
    """Visits to agree on, all or none; `hold_id` is the hold that keeps their times."""

    client_id: UUID
    appointments: Annotated[list[AppointmentWanted], Meta(min_length=1, max_length=200)]
    course_id: UUID | None = None
    hold_id: UUID | None = None


class MoveBody(Body, frozen=True, kw_only=True):
    """Where the visit shall be; `reflow` puts the later ones right."""

    starts_at: Instant
    therapist_id: UUID | None = None
    room_id: UUID | None = None
    reflow: bool = False


class CancelBody(Body, frozen=True, kw_only=True):
    """Why the visit will not be; with `reflow` it is replaced."""

    reason: Reason
    reflow: bool = False


class MissBody(Body, frozen=True, kw_only=True):
    """With `reflow` the missed visit is replaced."""

    reflow: bool = False


class CourseReflowBody(Body, frozen=True, kw_only=True):
    """How a course is put right: `missing` visits are added, with `cancel` what lies in a pause is called off."""

    missing: Annotated[int, Meta(ge=0, le=30)] = 0
    cancel: bool = False
    reason: Reason = "client_away"


class Nothing(Body, frozen=True, kw_only=True):
    """An empty body."""


class Prefer(Body, frozen=True, kw_only=True):
    """What the client would like; absent is any. The visit lies between `from` and `to` of the wall clock."""

    weekdays: Annotated[list[Weekday], Meta(max_length=7)] = []
    from_: TimeOfDay | None = field(name="from", default=None)
    to: TimeOfDay | None = None
    therapist_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.to or "24:00") <= (self.from_ or "00:00"):
            raise Malformed("prefer.to", "The end must come after the start: a visit lies between the two, on one day.")


class ProposalBody(Body, frozen=True, kw_only=True):
    """Visits to find: a number, the rest of the series, or all that is left of the course."""

    client_id: UUID
    course_id: UUID
    sessions: Annotated[int, Meta(ge=1, le=200)] | str
    minutes: Minutes
    starts_on: date | None = None
    prefer: Prefer = field(default_factory=Prefer)
    equipment: Equipment = []

    def __post_init__(self) -> None:
        if isinstance(self.sessions, str) and self.sessions not in ("series", "course"):
            raise Malformed("sessions", 'Give a number, "series" or "course".')


class PreviewQuery(Body, frozen=True, kw_only=True):
    """`preview=true` shows what would be and stores nothing."""

    preview: bool = False


class HoldQuery(Body, frozen=True, kw_only=True):
    """`hold=10m` keeps the times while the desk talks."""

    hold: str | None = None

    @property
    def length(self) -> timedelta | None:
        """How long: 1 to 60 minutes. Raises `Malformed`."""
        if self.hold is None:
            return None
        if not HOLD.fullmatch(self.hold):
            raise Malformed("hold", "Say for how many minutes the times are held, as 10m.")
        if (minutes := int(self.hold[:-1])) > MOST_HELD:
            raise Malformed("hold", f"Times are held for {MOST_HELD} minutes at most.")
        return timedelta(minutes=minutes)


class TimesQuery(Body, frozen=True, kw_only=True):
    """Free times that begin in `[from, to)`, of one therapist or of all."""

    from_: str = field(name="from")
    to: str
    therapist_id: UUID | None = None


class SlotsQuery(TimesQuery, frozen=True, kw_only=True):
    """The same for a visit of this length; `equipment` as `wide_table,heat_lamp`."""

    minutes: Minutes
    equipment: str = ""

    @property
    def needs(self) -> list[str]:
        """The equipment, one by one. Raises `Malformed`."""
        try:
            return each_once(msgspec.convert([one for one in self.equipment.split(",") if one], Equipment))
        except msgspec.ValidationError as error:
            says = f"Give up to {MOST_EQUIPMENT} kinds of equipment as rooms name them: wide_table,heat_lamp."
            raise Malformed("equipment", says) from error


class PageQuery(Body, frozen=True, kw_only=True):
    """A page of a list."""

    limit: Annotated[int, Meta(ge=1)] = 200
    cursor: str | None = None


class CalendarQuery(PageQuery, frozen=True, kw_only=True):
    """Appointments that reach into `[from, to)`."""

    from_: str = field(name="from")
    to: str
    therapist_id: UUID | None = None
    room_id: UUID | None = None


def interval(start: str, end: str, zone: ZoneInfo) -> Interval:
    """Two days or instants as a half-open interval. Raises `Malformed`."""
    found = moment("from", start, zone), moment("to", end, zone)
    if found[1] <= found[0]:
        raise Malformed("to", "The end must come after the start; a day as the end is not included.")
    if found[1] - found[0] > LONGEST:
        raise Malformed("to", "That is more than ten years. Take less.")
    return found


def moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    """A day's beginning in the practice's zone, or an instant with an offset. Raises `Malformed`."""
    try:
        if DAY.fullmatch(text):
            return plausible(name, whole_day(plain_day(text), zone)[0])
        return plausible(name, msgspec.convert(text, Instant))
    except (ValueError, msgspec.ValidationError) as error:
        raise Malformed(
            name, "Give a day (2026-03-02) or an instant with an offset (2026-03-02T10:00:00-05:00)."
        ) from error


def plain_day(text: str) -> date:
    """A day as `2026-03-02`, and not in one of the other ways ISO 8601 knows. Raises `ValueError`."""
    if not DAY.fullmatch(text):
        raise ValueError("This is no day.")
    return date.fromisoformat(text)


def plausible(name: str, instant: datetime) -> datetime:
    """The instant, in a year that a practice may mean. Raises `Malformed`."""
    if instant.year not in YEARS or instant.astimezone(UTC).year not in YEARS:
        raise Malformed(name, PLAUSIBLE)
    return instant


def whole_minute(name: str, instant: datetime) -> None:
    """Raise `Malformed` for an instant within a minute: visits, hours and absences are told to the minute."""
    if instant.second or instant.microsecond:
        raise Malformed(name, "Give a whole minute, without seconds.")


def each_once(items: Iterable[Item]) -> list[Item]:
    """The items in their order, what is given twice only once."""
    return list(dict.fromkeys(items))
