"""Times that became free are offered to who waits: to the first who fits, one at a time (`domain/freed.py`).

A hold keeps the time (`domain/hold.py`); it and the offer are one unit of work, so that of two replicas, or after a
crash, only one offer of a time is ever stored. When the hold ends unused, the time is free again and the next is asked.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid
from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.availability import Search, horizon_of, roster
from services.scheduling.booking import held
from services.scheduling.domain import hold, itinerary, waiting
from services.scheduling.domain.freed import Freed, answer_by, suiting
from services.scheduling.domain.hold import HeldTime, HoldTimes
from services.scheduling.domain.minutes import merged, stretch
from services.scheduling.domain.roster import Roster, Slot
from services.scheduling.domain.slots import Times
from services.scheduling.domain.visits import Itinerary
from services.scheduling.domain.waiting import Waiting, Wanted
from services.scheduling.domain.waitlist import OfferSlot
from services.scheduling.judging import Entry, refusals
from services.scheduling.readable import readable
from shared.aside import Key, SetAside
from shared.clock import day_of, parse_time
from shared.decider import Refused
from shared.events.scheduling import SlotOffered
from shared.messages import Cause
from shared.service import Service
from shared.store.work import Unavailable

FIRST = datetime.min.replace(tzinfo=UTC)
LONGEST = 8 * timedelta(hours=1)
"""The longest visit there is: so far around a freed time the calendar is looked at."""


class Place(Struct, frozen=True, kw_only=True):
    """Somebody who waits and has no offer; `joined` and `offer_ended` are positions of the log.

    Who had an offer that is over is asked again about times that are still free.
    """

    waitlist_id: UUID
    client_id: UUID
    course_id: UUID | None
    wanted: Wanted
    joined: int
    offer_ended: int

    @property
    def wish(self) -> tuple[UUID, int]:
        """What a time is looked at for once."""
        return self.waitlist_id, self.offer_ended

    @property
    def key(self) -> Key:
        """Under which the place is set aside when it cannot be worked on."""
        return "waiting", self.waitlist_id


class FreedTime(Freed, frozen=True, kw_only=True):
    """A freed time with the position of the event that freed it last."""

    freed_by: int

    @property
    def key(self) -> Key:
        """Under which the time is set aside when it cannot be worked on."""
        return "freed_time", UUID(int=self.freed_by)

    def between(self, start: datetime, end: datetime) -> "FreedTime":
        """That part of it."""
        return replace(self, starts_at=max(self.starts_at, start), ends_at=min(self.ends_at, end))


async def freed_times(service: Service) -> list[FreedTime]:
    """Times that became free, are not over and begin within the horizon; the first freed first."""
    rows = await service.store.fetch(
        """
        select therapist_id, greatest(starts_at, '1800-01-01') as starts_at, least(ends_at, '2300-01-01') as ends_at,
               max(freed_by) as freed_by
          from freed_time where ends_at > $1 and starts_at < $2
         group by 1, 2, 3 order by freed_by, therapist_id, starts_at
        """,
        service.clock.now(),
        horizon_of(service.practice, service.clock.now()),
    )
    return [msgspec.convert(dict(row), FreedTime) for row in rows]


async def offered(service: Service, freed: FreedTime, wishes: Collection[tuple[UUID, int]], aside: SetAside) -> bool:
    """Whether it was offered to anybody of these who joined before it became free.

    Whoever it fails with is set aside, and the next has their turn. Raises `Unavailable` when a neighbour is away,
    `Refused` when somebody was quicker.
    """
    places = [place for place in await waiting_now(service) if place.joined < freed.freed_by and place.wish in wishes]
    part = freed.between(service.clock.now(), horizon_of(service.practice, service.clock.now()))
    found = await roster(service, Search(within=(part.starts_at - LONGEST, part.ends_at + LONGEST)))
    for place in places:
        try:
            if await offered_to(service, place, part, found):
                return True
            aside.heals(place.key)
        except (Unavailable, Refused):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            aside.fails(place.key, error)
    return False


async def offered_to(service: Service, place: Place, freed: FreedTime, found: Roster) -> bool:
    """Whether this one could have it, and was offered it."""
    after = service.clock.now() + timedelta(minutes=service.practice.booking.notice_minutes)
    state: Itinerary = await service.store.state(itinerary.stream(place.client_id))
    mine = replace(found, client_taken=merged(map(stretch, held(state))))
    history: Waiting = await service.store.state(waiting.stream(place.client_id))
    slots = suiting(mine, freed, place.wanted, after, history.offered)
    slot = await first_allowed(service, place, state, slots)
    if slot:
        await offer(service, place, slot, found)
    return slot is not None


async def waiting_now(service: Service) -> list[Place]:
    """Who waits and has no offer, and whose client has none either, first come first."""
    rows = await service.store.fetch(
        """
        select waitlist_id, client_id, course_id, wanted, joined, offer_ended from waiting one
         where not exists (select from waiting where waiting.client_id = one.client_id and offer is not null)
         order by joined
        """
    )
    return readable("waiting", "waitlist_id", rows, place_of)


def place_of(row: Any) -> Place:
    """A row of somebody who waits. Raises `ValueError` for a wish that cannot be understood."""
    place = msgspec.convert(dict(row) | {"wanted": msgspec.json.decode(row["wanted"])}, Place)
    for text in (place.wanted.from_, place.wanted.to):
        parse_time(text or "24:00")
    return place


async def first_allowed(service: Service, place: Place, state: Itinerary, slots: Sequence[Slot]) -> Slot | None:
    """The first of the times on a day that the cadence allows, and that harms no visit already agreed."""
    if place.course_id is None or not slots:
        return next(iter(slots), None)
    zone = service.practice.tz
    days = list(dict.fromkeys(day_of(one.starts_at, zone) for one in slots))
    allowed = await allowed_days(service, place, state, days)
    return next((one for one in slots if day_of(one.starts_at, zone) in allowed), None)


async def allowed_days(service: Service, place: Place, state: Itinerary, days: Sequence[date]) -> set[date]:
    """Those of the days on which one visit more of a course does no harm, asked all at once."""
    assert place.course_id is not None  # noqa: S101 - without a course there is no cadence to ask for
    added = [Entry(day=day, new=True, starts_at=FIRST, appointment_id=place.waitlist_id) for day in days]
    found = await refusals(service, place.course_id, state, place.client_id, [[one] for one in added])
    return {one.day for one, against in zip(added, found, strict=True) if not against}


async def offer(service: Service, place: Place, slot: Slot, found: Roster) -> None:
    """Keep the time for the client and say so, both or neither."""
    offer_id, until = uuid.uuid7(), until_when(service, slot)
    times = [held_time(slot, found)]
    keep = HoldTimes(hold_id=offer_id, client_id=place.client_id, until=until, times=times)
    made = SlotOffered(
        client_id=place.client_id,
        waitlist_id=place.waitlist_id,
        offer_id=offer_id,
        therapist_id=slot.therapist_id,
        room_id=slot.room_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        until=until,
        course_id=place.course_id,
        equipment=place.wanted.equipment,
    )
    offered = OfferSlot(offer=made)
    commands = {waiting.stream(place.client_id): offered, hold.stream(offer_id): keep}
    await service.store.put(commands, by_itself(service))


def until_when(service: Service, slot: Slot) -> datetime:
    """So long the time is kept: as the settings say, but not beyond the last moment at which it can be booked."""
    booking, quiet = service.practice.booking, service.practice.reminders
    night = Times(from_=quiet.quiet_from, to=quiet.quiet_to)
    length = timedelta(minutes=booking.offer_minutes)
    kept = answer_by(service.clock.now(), length, night, service.practice.tz)
    return min(kept, slot.starts_at - timedelta(minutes=booking.notice_minutes))


def held_time(slot: Slot, found: Roster) -> HeldTime:
    """What the visit would take."""
    worker = found.workers[slot.therapist_id]
    return HeldTime(
        therapist_id=slot.therapist_id,
        room_id=slot.room_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        buffer_minutes=worker.buffer_minutes,
        buffer_before_minutes=worker.buffer_before_minutes,
    )


def by_itself(service: Service) -> Cause:
    """Nobody asked the service to do this."""
    return Cause(actor=service.name, correlation_id=uuid.uuid7())
