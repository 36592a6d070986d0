"""Rows of who waits, and of times that became free.

What frees a time looks up which in rows that its own projection then changes: the two are put together in
`projections.py`, the freed time first.
"""

from collections.abc import Callable, Iterator

import msgspec

from services.scheduling.domain.closure import ClosureWithdrawn
from services.scheduling.domain.hold import HoldLapsed, HoldReleased
from services.scheduling.domain.holiday import HolidayDecided
from services.scheduling.domain.waiting import WaitingForgotten, WaitlistJoined, WaitlistLeft
from services.scheduling.domain.workdays import DayCleared, DaySet, TimeOffWithdrawn
from shared.events.scheduling import (
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    SlotOffered,
)
from shared.messages import Event, Recorded
from shared.store.unit import Projections, Statement

FREED = "insert into freed_time (freed_by, therapist_id, starts_at, ends_at) select $1::bigint, "
WITH_BUFFERS = """
    therapist_id, starts_at - make_interval(mins => buffer_before_minutes),
    ends_at + make_interval(mins => buffer_minutes) """

AROUND_DAY = "$3::date - interval '1 day', $3::date + interval '2 days'"
"""Somewhat more than a day, for the zone is not known here."""


def by_visit(recorded: Recorded) -> Statement:
    """A visit leaves its time."""
    where = "from appointment where appointment_id = $2 and status in ('booked', 'arrived')"
    return FREED + WITH_BUFFERS + where, (recorded.position, recorded.event.appointment_id)


def by_hold(recorded: Recorded) -> Statement:
    """Held times are let go."""
    return FREED + WITH_BUFFERS + "from held_time where hold_id = $2", (recorded.position, recorded.event.hold_id)


def by_time_off(recorded: Recorded) -> Statement:
    """A therapist is here after all."""
    sql = FREED + "therapist_id, starts_at, ends_at from time_off where time_off_id = $2"
    return sql, (recorded.position, recorded.event.time_off_id)


def by_closure(recorded: Recorded) -> Statement:
    """The practice is open after all."""
    sql = FREED + "null, starts_at, ends_at from closure where closure_id = $2"
    return sql, (recorded.position, recorded.event.closure_id)


def by_day(recorded: Recorded) -> Statement:
    """A therapist works other hours on a day."""
    event: DaySet | DayCleared = recorded.event
    return FREED + "$2::uuid, " + AROUND_DAY, (recorded.position, event.therapist_id, event.day)


def by_holiday(recorded: Recorded) -> Statement:
    """The practice is open on a public holiday."""
    event: HolidayDecided = recorded.event
    return FREED + "$2::uuid, " + AROUND_DAY + " where $4", (recorded.position, None, event.day, event.open)


FREEING: dict[type[Event], Callable[[Recorded], Statement]] = {
    AppointmentCancelled: by_visit,
    AppointmentMissed: by_visit,
    AppointmentMoved: by_visit,
    HoldLapsed: by_hold,
    HoldReleased: by_hold,
    TimeOffWithdrawn: by_time_off,
    ClosureWithdrawn: by_closure,
    DaySet: by_day,
    DayCleared: by_day,
    HolidayDecided: by_holiday,
}


def freed_first(projections: Projections) -> Projections:
    """The projections, those of events that free a time with that time noted before."""

    def both(event: type[Event]) -> Callable[[Recorded], Iterator[Statement]]:
        def project(recorded: Recorded) -> Iterator[Statement]:
            yield FREEING[event](recorded)
            yield from projections[event](recorded)

        return project

    return projections | {event: both(event) for event in FREEING}


def on_joined(recorded: Recorded) -> Iterator[Statement]:
    """Behind those who joined before."""
    event: WaitlistJoined = recorded.event
    wanted = msgspec.json.encode(event.wanted)
    yield (
        """
        insert into waiting (waitlist_id, client_id, course_id, wanted, joined_at, joined)
        values ($1, $2, $3, $4, $5, $6)
        """,
        (event.waitlist_id, event.client_id, event.course_id, wanted, recorded.recorded_at, recorded.position),
    )


def on_offered(recorded: Recorded) -> Iterator[Statement]:
    """An offer runs."""
    event: SlotOffered = recorded.event
    yield "update waiting set offer = $2 where waitlist_id = $1", (event.waitlist_id, msgspec.json.encode(event))


def on_offer_ended(recorded: Recorded) -> Iterator[Statement]:
    """The client waits on; what they were passed over for may suit them now."""
    sql = "update waiting set offer = null, offer_ended = $2 where waitlist_id = $1"
    yield sql, (recorded.event.waitlist_id, recorded.position)


def on_left(recorded: Recorded) -> Iterator[Statement]:
    """Nobody waits here."""
    yield "delete from waiting where waitlist_id = $1", (recorded.event.waitlist_id,)


WAITLIST_ROWS: Projections = {
    WaitlistJoined: on_joined,
    SlotOffered: on_offered,
    OfferAccepted: on_left,
    OfferDeclined: on_offer_ended,
    OfferLapsed: on_offer_ended,
    WaitlistLeft: on_left,
    WaitingForgotten: lambda _recorded: iter(()),
}
