"""What requests carry. Unknown fields are refused; instants need a time zone; days are days of the practice."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field

from services.scheduling.domain.slots import Interval, TimeOfDay, Weekday, whole_day
from shared.http.problems import Malformed
from shared.messages import Instant
from shared.vocabulary import Reason

Minutes = Annotated[int, Meta(ge=1, le=480)]
Equipment = Annotated[list[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]], Meta(max_length=20)]
DAY = len("2026-03-02")
MOST_HELD = 60
"""Minutes that proposed times can be kept from others."""


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

    weekdays: list[Weekday] = []
    from_: TimeOfDay | None = field(name="from", default=None)
    to: TimeOfDay | None = None
    therapist_id: UUID | None = None


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

    hold: Annotated[str, Meta(pattern=r"^[1-9]\d?m$")] | None = None

    @property
    def length(self) -> timedelta | None:
        """How long: 1 to 60 minutes. Raises `Malformed`."""
        minutes = int(self.hold[:-1]) if self.hold else None
        if minutes and minutes > MOST_HELD:
            raise Malformed("hold", "Times are held for 60 minutes at most.")
        return timedelta(minutes=minutes) if minutes else None


class TimesQuery(Body, frozen=True, kw_only=True):
    """Free times that begin in `[from, to)`, of one therapist or of all."""

    from_: str = field(name="from")
    to: str
    therapist_id: UUID | None = None


class SlotsQuery(TimesQuery, frozen=True, kw_only=True):
    """The same for a visit of this length; `equipment` as `wide_table,heat_lamp`."""

    minutes: Minutes
    equipment: Annotated[str, Meta(pattern=r"^[a-z0-9_,]*$")] = ""

    @property
    def needs(self) -> list[str]:
        """The equipment, one by one."""
        return [one for one in self.equipment.split(",") if one]


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
    return found


def moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    """A day's beginning in the practice's zone, or an instant with an offset."""
    try:
        if len(text) == DAY:
            return whole_day(date.fromisoformat(text), zone)[0]
        return msgspec.convert(text, Instant)
    except (ValueError, OverflowError, msgspec.ValidationError) as error:
        raise Malformed(
            name, "Give a day (2026-03-02) or an instant with an offset (2026-03-02T10:00:00-05:00)."
        ) from error
