"""Rows of regular visits that are kept booked, and of days the desk has to decide about; and when to look again."""

from collections.abc import Iterator

import msgspec

from services.scheduling.domain.regular import LookAhead
from services.scheduling.domain.rolling import (
    RollingAgreed,
    RollingDue,
    RollingEnded,
    SteppedWeekDecided,
    WeeksKept,
    WeekSteppedOver,
    stream,
)
from shared.messages import Command, Recorded
from shared.store.timers import SetTimer, StopTimer, Timers
from shared.store.unit import Projections, Statement

ROLL = "roll"


def on_agreed(recorded: Recorded) -> Iterator[Statement]:
    """The rhythm as it now stands; a look is due, and what was asked about the old one is over."""
    event: RollingAgreed = recorded.event
    yield "delete from stepped_over where course_id = $1", (event.course_id,)
    yield (
        """
        insert into rolling (course_id, client_id, rhythm) values ($1, $2, $3)
            on conflict (course_id) do update set rhythm = excluded.rhythm, due = true
        """,
        (event.course_id, event.client_id, msgspec.json.encode(event.rhythm)),
    )


def on_due(recorded: Recorded) -> Iterator[Statement]:
    """A look is due."""
    yield "update rolling set due = true where course_id = $1", (recorded.event.course_id,)


def on_kept(recorded: Recorded) -> Iterator[Statement]:
    """It was done."""
    yield "update rolling set due = false where course_id = $1", (recorded.event.course_id,)


def on_stepped(recorded: Recorded) -> Iterator[Statement]:
    """The desk has to decide."""
    event: WeekSteppedOver = recorded.event
    yield (
        """
        insert into stepped_over (course_id, client_id, day, starts_at, rule, detail, alternatives)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        (
            event.course_id,
            event.client_id,
            event.day,
            event.starts_at,
            event.rule,
            event.detail,
            msgspec.json.encode(event.alternatives),
        ),
    )


def on_decided(recorded: Recorded) -> Iterator[Statement]:
    """It has."""
    event: SteppedWeekDecided = recorded.event
    yield "delete from stepped_over where course_id = $1 and day = $2", (event.course_id, event.day)


def on_ended(recorded: Recorded) -> Iterator[Statement]:
    """Nothing is kept booked, and nothing is to be decided."""
    for table in ("rolling", "stepped_over"):
        yield f"delete from {table} where course_id = $1", (recorded.event.course_id,)


def set_look(event: WeeksKept) -> Iterator[SetTimer]:
    """Look again when the next week comes near."""
    yield SetTimer(kind=ROLL, key=event.course_id, due_at=event.again_at)


def stop_look(event: RollingEnded) -> Iterator[StopTimer]:
    """There is nothing to look at."""
    yield StopTimer(kind=ROLL, key=event.course_id)


def look_ahead(timer: SetTimer, _now: object) -> tuple[str, Command]:
    """Another week has come near."""
    return stream(timer.key), LookAhead()


ROLLING_ROWS: Projections = {
    RollingAgreed: on_agreed,
    RollingDue: on_due,
    WeeksKept: on_kept,
    WeekSteppedOver: on_stepped,
    SteppedWeekDecided: on_decided,
    RollingEnded: on_ended,
}
ROLLING_TIMERS: Timers = {WeeksKept: set_look, RollingEnded: stop_look}
