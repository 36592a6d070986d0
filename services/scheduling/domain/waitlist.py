"""What becomes of a client who waits: joining, being offered a time, taking it or not, leaving."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.scheduling.domain.waiting import (
    EVOLVE,
    Waiting,
    WaitingForgotten,
    WaitlistJoined,
    WaitlistLeft,
    Wanted,
    evolve,
)
from shared.decider import Decider, Unknown, refuse
from shared.events.scheduling import OfferAccepted, OfferDeclined, OfferEnded, OfferLapsed, SlotOffered
from shared.messages import Command, Event


class JoinWaitlist(Command, frozen=True, kw_only=True):
    """Wait for a time like this."""

    client_id: UUID
    waitlist_id: UUID
    wanted: Wanted
    course_id: UUID | None = None


class OfferSlot(Command, frozen=True, kw_only=True):
    """Offer this time."""

    offer: SlotOffered


class AcceptOffer(Command, frozen=True, kw_only=True):
    """The client takes the offered time."""

    waitlist_id: UUID
    now: datetime


class DeclineOffer(Command, frozen=True, kw_only=True):
    """The client does not want the offered time."""

    waitlist_id: UUID


class LapseOffer(Command, frozen=True, kw_only=True):
    """The timer of the client's offer has run out."""

    now: datetime


class LeaveWaitlist(Command, frozen=True, kw_only=True):
    """Wait no more."""

    waitlist_id: UUID


class LeaveForCourse(Command, frozen=True, kw_only=True):
    """The course is over: nobody waits for a visit of it."""

    course_id: UUID


class ForgetWaiting(Command, frozen=True, kw_only=True):
    """The client was erased."""

    client_id: UUID


def join(command: JoinWaitlist, state: Waiting) -> list[Event]:
    """A place at the end; one for each course is enough."""
    if state.forgotten:
        raise Unknown("There is no such client.")
    if command.course_id in state.places.values():
        raise refuse("already_waiting", "The client is on the waiting list for this already.")
    return [
        WaitlistJoined(
            client_id=command.client_id,
            waitlist_id=command.waitlist_id,
            wanted=command.wanted,
            course_id=command.course_id,
        )
    ]


def offer(command: OfferSlot, state: Waiting) -> list[Event]:
    """The offer, unless somebody was quicker: the client left, has another offer, or had this one."""
    one = command.offer
    if one.waitlist_id not in state.places or state.offer or (one.therapist_id, one.starts_at) in state.offered:
        raise refuse("not_waiting", "The client does not wait for this time.")
    return [one]


def accept(command: AcceptOffer, state: Waiting) -> list[Event]:
    """The client has the time and waits no more."""
    one = running(command.waitlist_id, state)
    if one.until <= command.now:
        raise refuse("offer_lapsed", "The time is not kept any more. The client goes on waiting for another.")
    return [OfferAccepted(**names(one))]


def decline(command: DeclineOffer, state: Waiting) -> list[Event]:
    """The next may have it."""
    return [OfferDeclined(**names(running(command.waitlist_id, state)))]


def running(waitlist_id: UUID, state: Waiting) -> SlotOffered:
    """The offer made to this place. Raises `Unknown`, refuses when there is none."""
    known(waitlist_id, state)
    if state.offer is None or state.offer.waitlist_id != waitlist_id:
        raise refuse("no_offer", "No time is offered to this client now.")
    return state.offer


def lapse(command: LapseOffer, state: Waiting) -> list[Event]:
    """The offer ends, unless it has."""
    one = state.offer
    return [] if one is None or command.now < one.until else [OfferLapsed(**names(one))]


def leave(command: LeaveWaitlist, state: Waiting) -> list[Event]:
    """The place is given up."""
    known(command.waitlist_id, state)
    return given_up([command.waitlist_id], state)


def leave_for_course(command: LeaveForCourse, state: Waiting) -> list[Event]:
    """All places of the course are given up."""
    return given_up([one for one, course_id in state.places.items() if course_id == command.course_id], state)


def forget(command: ForgetWaiting, state: Waiting) -> list[Event]:
    """All places are given up, and the id is closed for ever."""
    return [] if state.forgotten else [*given_up(state.places, state), WaitingForgotten(client_id=command.client_id)]


def given_up(places: Iterable[UUID], state: Waiting) -> list[Event]:
    """Places that are given up, with the offer that runs for one of them."""
    events: list[Event] = []
    for one in places:
        if state.offer and state.offer.waitlist_id == one:
            events.append(OfferDeclined(**names(state.offer)))
        if state.client_id:
            events.append(WaitlistLeft(client_id=state.client_id, waitlist_id=one))
    return events


def known(waitlist_id: UUID, state: Waiting) -> None:
    """Raise `Unknown` where there is no such place."""
    if waitlist_id not in state.places:
        raise Unknown("There is no such place on the waiting list.")


def names(one: SlotOffered) -> dict[str, Any]:
    """What the end of an offer says of it."""
    return {name: getattr(one, name) for name in OfferEnded.__struct_fields__}


ACT: dict[type[Command], Callable[[Any, Waiting], list[Event]]] = {
    JoinWaitlist: join,
    OfferSlot: offer,
    AcceptOffer: accept,
    DeclineOffer: decline,
    LapseOffer: lapse,
    LeaveWaitlist: leave,
    LeaveForCourse: leave_for_course,
    ForgetWaiting: forget,
}
decider: Decider[Command, Event, Waiting] = Decider(
    decide=lambda command, state: ACT[type(command)](command, state),
    evolve=evolve,
    initial=Waiting(),
    events=tuple(EVOLVE),
)
