"""What must happen later: a hold that nobody used is over."""

from collections.abc import Iterator
from datetime import datetime

from services.scheduling.domain.hold import (
    HoldEnded,
    HoldLapsed,
    HoldReleased,
    HoldUsed,
    LapseHold,
    TimesHeld,
    stream,
)
from shared.messages import Command
from shared.store.timers import Due, SetTimer, StopTimer, Timers

HOLD = "hold"


def on_held(event: TimesHeld) -> Iterator[SetTimer]:
    """Nothing is held for ever."""
    yield SetTimer(kind=HOLD, key=event.hold_id, due_at=event.until)


def on_ended(event: HoldEnded) -> Iterator[StopTimer]:
    """There is nothing left to end."""
    yield StopTimer(kind=HOLD, key=event.hold_id)


def lapse(timer: SetTimer, now: datetime) -> tuple[str, Command]:
    """The hold is over."""
    return stream(timer.key), LapseHold(hold_id=timer.key, now=now)


TIMERS: Timers = {TimesHeld: on_held, HoldLapsed: on_ended, HoldReleased: on_ended, HoldUsed: on_ended}
DUE: Due = {HOLD: lapse}
