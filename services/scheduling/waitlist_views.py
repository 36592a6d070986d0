"""What requests and answers about the waiting list carry. `null` means absent."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from services.scheduling.bodies import Body, Equipment, Minutes, PageQuery, Prefer, each_once
from services.scheduling.domain.waiting import Wanted
from shared.http.problems import Malformed
from shared.messages import Instant


class WaitBody(Body, frozen=True, kw_only=True):
    """Who waits for what. Here preferences are conditions; `first_day` and `last_day` are days of the practice."""

    client_id: UUID
    minutes: Minutes
    course_id: UUID | None = None
    prefer: Prefer = field(default_factory=Prefer)
    equipment: Equipment = []
    first_day: date | None = None
    last_day: date | None = None

    def __post_init__(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise Malformed("last_day", "The last day must not come before the first.")

    @property
    def wanted(self) -> Wanted:
        """The same as a condition on free times."""
        of = self.prefer
        return Wanted(
            minutes=self.minutes,
            weekdays=each_once(of.weekdays),
            from_=of.from_,
            to=of.to,
            therapist_id=of.therapist_id,
            equipment=each_once(self.equipment),
            first_day=self.first_day,
            last_day=self.last_day,
        )


class WaitlistQuery(PageQuery, frozen=True, kw_only=True):
    """The whole list, or one client's places."""

    client_id: UUID | None = None


class PreferView(Struct, kw_only=True, omit_defaults=True):
    """What the time must be like."""

    weekdays: list[str] = []
    from_: str | None = field(name="from", default=None)
    to: str | None = None
    therapist_id: UUID | None = None


class OfferView(Struct, kw_only=True):
    """A time that is kept for the client until `until`."""

    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    until: Instant


class PlaceView(Struct, kw_only=True):
    """A place on the waiting list."""

    waitlist_id: UUID
    client_id: UUID
    course_id: UUID | None
    minutes: int
    prefer: PreferView
    equipment: list[str]
    first_day: date | None
    last_day: date | None
    joined_at: Instant
    status: Literal["waiting", "offered"]
    offer: OfferView | None


class Waitlist(Struct, kw_only=True, omit_defaults=True):
    """The places in the order in which they are served."""

    waitlist: list[PlaceView]
    next_cursor: str | None = None


class PlaceMade(Struct, kw_only=True):
    """The id of a place on the waiting list."""

    waitlist_id: UUID
