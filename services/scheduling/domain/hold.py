"""Times kept for a short while, so that nobody else books them while a client decides on the telephone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from shared.decider import Decider, Unknown, refuse
from shared.messages import Command, Event, Instant


def stream(hold_id: UUID) -> str:
    """The stream of one hold."""
    return f"hold-{hold_id}"


class HeldTime(Struct, frozen=True, kw_only=True):
    """A visit's time with a therapist (and what is kept free around it, in minutes) and a room."""

    therapist_id: UUID
    room_id: UUID
    starts_at: Instant
    ends_at: Instant
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0


class TimesHeld(Event, frozen=True, kw_only=True):
    """Nobody else may have these times, until then."""

    hold_id: UUID
    client_id: UUID
    until: Instant
    times: list[HeldTime]


class HoldEnded(Event, frozen=True, kw_only=True):
    """The times are free for everybody again."""

    hold_id: UUID


class HoldLapsed(HoldEnded, frozen=True, kw_only=True):
    """The time to decide is over."""


class HoldReleased(HoldEnded, frozen=True, kw_only=True):
    """The client wants none of it."""


class HoldUsed(HoldEnded, frozen=True, kw_only=True):
    """What was held is booked, in the same moment."""


class Hold(Struct, frozen=True, kw_only=True):
    """What the decisions need: nobody's before it was made; `ended` says how."""

    client_id: UUID | None = None
    until: datetime | None = None
    ended: type[HoldEnded] | None = None


class HoldTimes(Command, frozen=True, kw_only=True):
    """Keep these times."""

    hold_id: UUID
    client_id: UUID
    until: datetime
    times: list[HeldTime]


class UseHold(Command, frozen=True, kw_only=True):
    """Let the times go to those who book now."""

    hold_id: UUID
    client_id: UUID
    now: datetime


class ReleaseHold(Command, frozen=True, kw_only=True):
    """Give the times back."""

    hold_id: UUID


class LapseHold(Command, frozen=True, kw_only=True):
    """The timer has run out."""

    hold_id: UUID
    now: datetime


def keep(command: HoldTimes, state: Hold) -> list[Event]:
    """A new hold."""
    if state.until:
        return []
    return [TimesHeld(hold_id=command.hold_id, client_id=command.client_id, until=command.until, times=command.times)]


def use(command: UseHold, state: Hold) -> list[Event]:
    """The hold ends with the booking. One that is over says so: the times may be somebody else's by now."""
    if state.client_id != command.client_id:
        raise refuse("foreign_hold", "These times are held for another client. Ask for a new proposal for this one.")
    if state.ended is HoldUsed:
        raise refuse("hold_used", "What was held is booked already. Ask for a new proposal for further visits.")
    if state.ended or (state.until and state.until <= command.now):
        raise refuse("hold_lapsed", "The times are not held any more. Ask for a new proposal or book without the hold.")
    return [HoldUsed(hold_id=command.hold_id)]


def release(command: ReleaseHold, state: Hold) -> list[Event]:
    """A hold that has ended stays as it ended."""
    return [] if state.ended else [HoldReleased(hold_id=command.hold_id)]


def lapse(command: LapseHold, state: Hold) -> list[Event]:
    """The hold ends, unless it has."""
    return (
        [] if state.ended or state.until is None or command.now < state.until else [HoldLapsed(hold_id=command.hold_id)]
    )


def evolve(state: Hold, event: Event) -> Hold:
    """Fold one event into the state."""
    if isinstance(event, TimesHeld):
        return Hold(client_id=event.client_id, until=event.until)
    return replace(state, ended=type(event))


def decide(command: Command, state: Hold) -> list[Event]:
    """Raises `Unknown` for a hold that was never made."""
    if state.until is None and not isinstance(command, HoldTimes):
        raise unknown()
    return ACT[type(command)](command, state)


def unknown() -> Unknown:
    """The answer about a hold that is nobody's."""
    return Unknown("There is no such hold.")


ACT: dict[type[Command], Callable[[Any, Hold], list[Event]]] = {
    HoldTimes: keep,
    UseHold: use,
    ReleaseHold: release,
    LapseHold: lapse,
}
decider: Decider[Command, Event, Hold] = Decider(
    decide=decide, evolve=evolve, initial=Hold(), events=(TimesHeld, HoldLapsed, HoldReleased, HoldUsed)
)
