"""From own events to the rows about the practice: staff, rooms, when somebody works, and keys of feeds."""

from collections.abc import Iterator

import msgspec

from services.scheduling.domain.closure import ClosureWithdrawn, PracticeClosed
from services.scheduling.domain.feed import FeedKeyMade, FeedKeyRevoked
from services.scheduling.domain.holiday import HolidayDecided
from services.scheduling.domain.room import RoomAdded, RoomChanged, RoomDeactivated
from services.scheduling.domain.therapist import TherapistAdded, TherapistChanged, TherapistDeactivated
from services.scheduling.domain.workdays import DayCleared, DaySet, HoursSet, TimeOffTaken, TimeOffWithdrawn
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_therapist(recorded: Recorded) -> Iterator[Statement]:
    """The therapist's particulars as they now stand."""
    event: TherapistAdded | TherapistChanged = recorded.event
    of = event.particulars
    yield (
        """
        insert into therapist (therapist_id, name, email, rooms, buffer_minutes, buffer_before_minutes)
        values ($1, $2, $3, $4, $5, $6)
            on conflict (therapist_id) do update set name = excluded.name, email = excluded.email,
                        rooms = excluded.rooms, buffer_minutes = excluded.buffer_minutes,
                        buffer_before_minutes = excluded.buffer_before_minutes
        """,
        (event.therapist_id, of.name, of.email, of.rooms, of.buffer_minutes, of.buffer_before_minutes),
    )


def on_therapist_deactivated(recorded: Recorded) -> Iterator[Statement]:
    """Nothing more is booked."""
    yield "update therapist set active = false where therapist_id = $1", (recorded.event.therapist_id,)


def on_hours_set(recorded: Recorded) -> Iterator[Statement]:
    """The weekly hours as they now stand."""
    event: HoursSet = recorded.event
    hours = msgspec.json.encode(event.hours)
    yield "update therapist set hours = $2 where therapist_id = $1", (event.therapist_id, hours)


def on_day_set(recorded: Recorded) -> Iterator[Statement]:
    """Other hours on a day."""
    event: DaySet = recorded.event
    yield (
        """
        insert into therapist_day (therapist_id, day, times) values ($1, $2, $3)
            on conflict (therapist_id, day) do update set times = excluded.times
        """,
        (event.therapist_id, event.day, msgspec.json.encode(event.times)),
    )


def on_day_cleared(recorded: Recorded) -> Iterator[Statement]:
    """The weekly hours again."""
    event: DayCleared = recorded.event
    yield "delete from therapist_day where therapist_id = $1 and day = $2", (event.therapist_id, event.day)


def on_time_off_taken(recorded: Recorded) -> Iterator[Statement]:
    """An absence."""
    event: TimeOffTaken = recorded.event
    yield (
        "insert into time_off (time_off_id, therapist_id, starts_at, ends_at, reason) values ($1, $2, $3, $4, $5)",
        (event.time_off_id, event.therapist_id, event.starts_at, event.ends_at, event.reason),
    )


def on_time_off_withdrawn(recorded: Recorded) -> Iterator[Statement]:
    """No absence; whose it was stays known."""
    event: TimeOffWithdrawn = recorded.event
    yield "delete from time_off where time_off_id = $1", (event.time_off_id,)
    yield (
        "insert into time_off_withdrawn (time_off_id, therapist_id) values ($1, $2) on conflict do nothing",
        (event.time_off_id, event.therapist_id),
    )


def on_room(recorded: Recorded) -> Iterator[Statement]:
    """The room as it now stands."""
    event: RoomAdded | RoomChanged = recorded.event
    yield (
        """
        insert into room (room_id, name, equipment) values ($1, $2, $3)
            on conflict (room_id) do update set name = excluded.name, equipment = excluded.equipment
        """,
        (event.room_id, event.name, event.equipment),
    )


def on_room_deactivated(recorded: Recorded) -> Iterator[Statement]:
    """Nothing more is booked."""
    yield "update room set active = false where room_id = $1", (recorded.event.room_id,)


def on_practice_closed(recorded: Recorded) -> Iterator[Statement]:
    """A closure."""
    event: PracticeClosed = recorded.event
    sql = "insert into closure (closure_id, starts_at, ends_at, reason) values ($1, $2, $3, $4)"
    yield sql, (event.closure_id, event.starts_at, event.ends_at, event.reason)


def on_closure_withdrawn(recorded: Recorded) -> Iterator[Statement]:
    """No closure."""
    yield "delete from closure where closure_id = $1", (recorded.event.closure_id,)


def on_holiday_decided(recorded: Recorded) -> Iterator[Statement]:
    """A public holiday that is other than the settings say."""
    event: HolidayDecided = recorded.event
    sql = "insert into holiday (day, open) values ($1, $2) on conflict (day) do update set open = excluded.open"
    yield sql, (event.day, event.open)


def on_feed_key_made(recorded: Recorded) -> Iterator[Statement]:
    """The one key that opens the feed."""
    event: FeedKeyMade = recorded.event
    yield (
        """
        insert into feed_key (owner_id, kind, key_hash, made_at) values ($1, $2, $3, $4)
            on conflict (owner_id) do update set key_hash = excluded.key_hash, made_at = excluded.made_at
        """,
        (event.owner_id, event.kind, event.key_hash, recorded.recorded_at),
    )


def on_feed_key_revoked(recorded: Recorded) -> Iterator[Statement]:
    """No key opens it."""
    yield "delete from feed_key where owner_id = $1", (recorded.event.owner_id,)


PRACTICE: Projections = {
    TherapistAdded: on_therapist,
    TherapistChanged: on_therapist,
    TherapistDeactivated: on_therapist_deactivated,
    HoursSet: on_hours_set,
    DaySet: on_day_set,
    DayCleared: on_day_cleared,
    TimeOffTaken: on_time_off_taken,
    TimeOffWithdrawn: on_time_off_withdrawn,
    RoomAdded: on_room,
    RoomChanged: on_room,
    RoomDeactivated: on_room_deactivated,
    PracticeClosed: on_practice_closed,
    ClosureWithdrawn: on_closure_withdrawn,
    HolidayDecided: on_holiday_decided,
    FeedKeyMade: on_feed_key_made,
    FeedKeyRevoked: on_feed_key_revoked,
}
