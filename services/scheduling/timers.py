"""What must happen later: a hold that nobody used is over, an offer that nobody answered too."""

from collections.abc import Iterator
from datetime import datetime

from services.scheduling.domain import waiting
from services.scheduling.domain.hold import (
    HoldEnded,
    HoldLapsed,
    HoldReleased,
    HoldUsed,
    LapseHold,
    TimesHeld,
    stream,
)
from services.scheduling.domain.waitlist import LapseOffer
from services.scheduling.rolling_rows import ROLL, ROLLING_TIMERS, look_ahead
from shared.events.scheduling import OfferAccepted, OfferDeclined, OfferEnded, OfferLapsed, SlotOffered
from shared.messages import Command
from shared.store.timers import Due, SetTimer, StopTimer, Timers

HOLD = "hold"
OFFER = "offer"


def on_held(event: TimesHeld) -> Iterator[SetTimer]:
    """Nothing is held for ever."""
    yield SetTimer(kind=HOLD, key=event.hold_id, due_at=event.until)


def on_ended(event: HoldEnded) -> Iterator[StopTimer]:
    """There is nothing left to end."""
    yield StopTimer(kind=HOLD, key=event.hold_id)


def lapse(timer: SetTimer, now: datetime) -> tuple[str, Command]:
    """The hold is over."""
    return stream(timer.key), LapseHold(hold_id=timer.key, now=now)


def on_offered(event: SlotOffered) -> Iterator[SetTimer]:
    """The next shall have their turn; a client has one offer at a time, so the client is the key."""
    yield SetTimer(kind=OFFER, key=event.client_id, due_at=event.until)


def on_offer_ended(event: OfferEnded) -> Iterator[StopTimer]:
    """It was answered, or is over."""
    yield StopTimer(kind=OFFER, key=event.client_id)


def lapse_offer(timer: SetTimer, now: datetime) -> tuple[str, Command]:
    """The offer is over."""
    return waiting.stream(timer.key), LapseOffer(now=now)


TIMERS: Timers = {
    TimesHeld: on_held,
    HoldLapsed: on_ended,
    HoldReleased: on_ended,
    HoldUsed: on_ended,
    SlotOffered: on_offered,
    OfferAccepted: on_offer_ended,
    OfferDeclined: on_offer_ended,
    OfferLapsed: on_offer_ended,
    **ROLLING_TIMERS,
}
DUE: Due = {HOLD: lapse, OFFER: lapse_offer, ROLL: look_ahead}
