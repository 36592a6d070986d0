"""What `scheduling` publishes: when and where."""

from uuid import UUID

from shared.messages import Event, Instant
from shared.vocabulary import Reason


class AppointmentEvent(Event, frozen=True, kw_only=True):
    """Every event of an appointment names its client and, where there is one, its course."""

    client_id: UUID
    appointment_id: UUID
    course_id: UUID | None = None


class AppointmentBooked(AppointmentEvent, frozen=True, kw_only=True):
    """A time was agreed: room and client are held for `[starts_at, ends_at)`.

    The therapist is held from `buffer_before_minutes` before to `buffer_minutes` after. `equipment` are slugs of what
    the room must have. `instead_of` is the visit that fell out and is made up for by this one.
    """

    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    equipment: list[str] = []
    instead_of: UUID | None = None


class AppointmentMoved(AppointmentEvent, frozen=True, kw_only=True):
    """The same appointment at another time; `revision` counts its moves from 1.

    `instead_of` is the visit that fell out, where that is why it moved.
    """

    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    previous_starts_at: Instant
    revision: int
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    equipment: list[str] = []
    instead_of: UUID | None = None


class AppointmentCancelled(AppointmentEvent, frozen=True, kw_only=True):
    """The visit will not be; its times are free again.

    `late`: the client called off at short notice; by the practice's setting that may use up a session of the course.
    """

    starts_at: Instant
    reason: Reason
    late: bool = False
    uses_session: bool = False


class ClientArrived(AppointmentEvent, frozen=True, kw_only=True):
    """The client is here."""


class AppointmentMissed(AppointmentEvent, frozen=True, kw_only=True):
    """The client did not come; by the practice's setting that may use up a session of the course."""

    starts_at: Instant
    uses_session: bool = False


class AppointmentReinstated(AppointmentEvent, frozen=True, kw_only=True):
    """Arrival or absence was taken back: the appointment is booked again."""

    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    equipment: list[str] = []


class AppointmentFulfilled(AppointmentEvent, frozen=True, kw_only=True):
    """The session took place."""

    session_id: UUID


class WaitlistEvent(Event, frozen=True, kw_only=True):
    """Every event of somebody waiting names the client and the place on the waiting list."""

    client_id: UUID
    waitlist_id: UUID


class SlotOffered(WaitlistEvent, frozen=True, kw_only=True):
    """A time that became free is kept for a client who waits, until `until`; `offer_id` is the hold that keeps it."""

    offer_id: UUID
    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    until: Instant
    course_id: UUID | None = None
    equipment: list[str] = []


class OfferEnded(WaitlistEvent, frozen=True, kw_only=True):
    """The offered time is not kept any more."""

    offer_id: UUID
    starts_at: Instant


class OfferAccepted(OfferEnded, frozen=True, kw_only=True):
    """The client took it: it was booked in the same moment, and the client waits no more."""


class OfferDeclined(OfferEnded, frozen=True, kw_only=True):
    """The client does not want this time, and goes on waiting."""


class OfferLapsed(OfferEnded, frozen=True, kw_only=True):
    """Nobody answered in time; the client goes on waiting."""


PUBLISHED = (
    AppointmentBooked,
    AppointmentMoved,
    AppointmentCancelled,
    ClientArrived,
    AppointmentMissed,
    AppointmentReinstated,
    AppointmentFulfilled,
    SlotOffered,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
)
