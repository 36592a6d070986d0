"""Who waits for a time to become free: one client's places on the waiting list, and what was offered to them.

A client has one offer at a time, and is never offered the same time twice.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from services.scheduling.domain.choosing import Wish
from services.scheduling.domain.slots import TimeOfDay, Weekday
from shared.events.scheduling import OfferAccepted, OfferDeclined, OfferLapsed, SlotOffered
from shared.messages import Event


def stream(client_id: UUID) -> str:
    """The stream of one client's waiting."""
    return f"waiting-{client_id}"


class Wanted(Struct, frozen=True, kw_only=True):
    """What a time must be like to be offered; absent is any. `first_day` and `last_day` are days of the practice."""

    minutes: int
    weekdays: list[Weekday] = []
    from_: TimeOfDay | None = None
    to: TimeOfDay | None = None
    therapist_id: UUID | None = None
    equipment: list[str] = []
    first_day: date | None = None
    last_day: date | None = None

    @property
    def wish(self) -> Wish:
        """The same as the search for free times understands it."""
        of = {name: value for name, value in asdict(self).items() if name in Wish.__struct_fields__}
        return Wish(**of)


class WaitlistJoined(Event, frozen=True, kw_only=True):
    """The client waits for a time like this, behind those who joined before."""

    client_id: UUID
    waitlist_id: UUID
    wanted: Wanted
    course_id: UUID | None = None


class WaitlistLeft(Event, frozen=True, kw_only=True):
    """The client does not wait any more: they, or the course's end, said so."""

    client_id: UUID
    waitlist_id: UUID


class WaitingForgotten(Event, frozen=True, kw_only=True):
    """The client was erased."""

    client_id: UUID


class Waiting(Struct, frozen=True, kw_only=True):
    """The client's places and the course of each, the offer that runs, and the times (with whom) ever offered."""

    client_id: UUID | None = None
    places: dict[UUID, UUID | None] = {}
    offer: SlotOffered | None = None
    offered: frozenset[tuple[UUID, datetime]] = frozenset()
    forgotten: bool = False


def on_joined(state: Waiting, event: WaitlistJoined) -> Waiting:
    """A place more."""
    return replace(state, client_id=event.client_id, places={**state.places, event.waitlist_id: event.course_id})


def on_offered(state: Waiting, event: SlotOffered) -> Waiting:
    """An offer runs; this time is never offered again."""
    return replace(state, offer=event, offered=state.offered | {(event.therapist_id, event.starts_at)})


def on_left(state: Waiting, event: WaitlistLeft | OfferAccepted) -> Waiting:
    """A place fewer."""
    rest = {one: course_id for one, course_id in state.places.items() if one != event.waitlist_id}
    offer = None if isinstance(event, OfferAccepted) else state.offer
    return replace(state, places=rest, offer=offer)


EVOLVE: dict[type[Event], Callable[[Waiting, Any], Waiting]] = {
    WaitlistJoined: on_joined,
    SlotOffered: on_offered,
    OfferAccepted: on_left,
    OfferDeclined: lambda state, _event: replace(state, offer=None),
    OfferLapsed: lambda state, _event: replace(state, offer=None),
    WaitlistLeft: on_left,
    WaitingForgotten: lambda state, _event: replace(state, forgotten=True),
}


def evolve(state: Waiting, event: Event) -> Waiting:
    """Fold one event into the state."""
    return EVOLVE[type(event)](state, event)
