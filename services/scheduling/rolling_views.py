"""What requests and answers about regular visits carry. `null` means absent."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from services.scheduling.bodies import Body, Equipment, Minutes
from services.scheduling.domain.rolling import Alternative, Rhythm
from services.scheduling.domain.slots import Weekday
from shared.messages import Instant
from shared.values import ClockTime


class RhythmBody(Body, frozen=True, kw_only=True):
    """Once a week at this time of the practice's clock; what is absent is as at the course's last visit."""

    weekday: Weekday | None = None
    time: ClockTime | None = None
    therapist_id: UUID | None = None
    minutes: Minutes | None = None
    equipment: Equipment | None = None


class InsteadBody(Body, frozen=True, kw_only=True):
    """The time to book for a day stepped over; absent, the first that was proposed."""

    starts_at: Instant | None = None
    therapist_id: UUID | None = None


class SteppedOver(Struct, kw_only=True):
    """A day on which the usual visit cannot be, and other times of its week; the desk books one or leaves it."""

    course_id: UUID
    client_id: UUID
    day: date
    starts_at: Instant
    rule: str
    detail: str
    alternatives: list[Alternative]


class SteppedDays(Struct, kw_only=True):
    """All days about which nobody has decided, in order."""

    stepped_over: list[SteppedOver]


class RollingView(Struct, kw_only=True):
    """Visits that are kept booked `weeks` ahead, and days to decide about. Without a rhythm nothing is kept."""

    course_id: UUID
    weeks: int
    rhythm: Rhythm | None
    stepped_over: list[SteppedOver]


class StepLeft(Struct, kw_only=True):
    """The day that is left without a visit."""

    course_id: UUID
    day: date
