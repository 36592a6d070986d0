"""What a hold keeps from others, and the rows that free times are looked for around."""

from collections.abc import Iterator
from datetime import timedelta

from services.scheduling.domain.hold import HoldEnded, HoldLapsed, HoldReleased, HoldUsed, TimesHeld
from shared.messages import Recorded
from shared.store.claims import Claim, Claims, Release
from shared.store.unit import Projections, Statement


def claim(event: TimesHeld) -> Iterator[Claim]:
    """The therapist with the time around the visit, and the room."""
    for one in event.times:
        before, after = timedelta(minutes=one.buffer_before_minutes), timedelta(minutes=one.buffer_minutes)
        for resource, starts_at, ends_at in (
            (f"therapist:{one.therapist_id}", one.starts_at - before, one.ends_at + after),
            (f"room:{one.room_id}", one.starts_at, one.ends_at),
        ):
            yield Claim(resource=resource, starts_at=starts_at, ends_at=ends_at, holder=event.hold_id)


def let_go(event: HoldEnded) -> Iterator[Release]:
    """Others may have the times."""
    yield Release(holder=event.hold_id)


def on_held(recorded: Recorded) -> Iterator[Statement]:
    """Rows that free times are looked for around."""
    event: TimesHeld = recorded.event
    for one in event.times:
        yield (
            """
            insert into held_time (hold_id, therapist_id, room_id, starts_at, ends_at, buffer_minutes,
                                   buffer_before_minutes) values ($1, $2, $3, $4, $5, $6, $7)
            """,
            (
                event.hold_id,
                one.therapist_id,
                one.room_id,
                one.starts_at,
                one.ends_at,
                one.buffer_minutes,
                one.buffer_before_minutes,
            ),
        )


def on_ended(recorded: Recorded) -> Iterator[Statement]:
    """Nothing is held."""
    yield "delete from held_time where hold_id = $1", (recorded.event.hold_id,)


HOLD_CLAIMS: Claims = {TimesHeld: claim, HoldLapsed: let_go, HoldReleased: let_go, HoldUsed: let_go}
HOLD_ROWS: Projections = {TimesHeld: on_held, HoldLapsed: on_ended, HoldReleased: on_ended, HoldUsed: on_ended}
