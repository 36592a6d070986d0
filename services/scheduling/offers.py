"""Times that became free are offered to who waits: to the first who fits, one at a time (`domain/freed.py`).

A hold keeps the time (`domain/hold.py`); it and the offer are one unit of work, so that of two replicas, or after a
crash, only one offer of a time is ever stored. When the hold ends unused, the time is free again and the next is asked.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid
from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.availability import Search, roster
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
from shared.clock import day_of
from shared.events.scheduling import SlotOffered
from shared.messages import Cause
from shared.service import Service
from shared.store.reader import Damaged

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


class FreedTime(Freed, frozen=True, kw_only=True):
    """A freed time with the position of the event that freed it last."""

    freed_by: int


async def freed_times(service: Service) -> list[FreedTime]:
    """Times that became free and are not over; the first freed first."""
    rows = await service.store.fetch(
        """
        select therapist_id, starts_at, ends_at, max(freed_by) as freed_by from freed_time
         where ends_at > $1 group by therapist_id, starts_at, ends_at order by freed_by, therapist_id, starts_at
        """,
        service.clock.now(),
    )
    return [msgspec.convert(dict(row), FreedTime) for row in rows]


async def offered(service: Service, freed: FreedTime, wishes: Collection[tuple[UUID, int]]) -> bool:
    """Whether it was offered to anybody of these who joined before it became free.

    Raises `Unavailable` when a neighbour is away, `Refused` when somebody was quicker.
    """
    places = [place for place in await waiting_now(service) if place.joined < freed.freed_by and place.wish in wishes]
    found = await roster(service, Search(within=(freed.starts_at - LONGEST, freed.ends_at + LONGEST)))
    for place in places:
        with suppress(Damaged):  # who cannot be offered anything keeps nobody else from it
            if slot := await first_suiting(service, place, freed, found):
                await offer(service, place, slot, found)
                return True
    return False


async def first_suiting(service: Service, place: Place, freed: FreedTime, found: Roster) -> Slot | None:
    """The first of the freed times that this client can have and was not offered before. Raises `Damaged`."""
    after = service.clock.now() + timedelta(minutes=service.practice.booking.notice_minutes)
    state: Itinerary = await service.store.state(itinerary.stream(place.client_id))
    mine = replace(found, client_taken=merged(map(stretch, held(state))))
    history: Waiting = await service.store.state(waiting.stream(place.client_id))
    return await first_allowed(service, place, state, suiting(mine, freed, place.wanted, after, history.offered))


async def waiting_now(service: Service) -> list[Place]:
    """Who waits and has no offer, and whose client has none either, first come first."""
    rows = await service.store.fetch(
        """
        select waitlist_id, client_id, course_id, wanted, joined, offer_ended from waiting one
         where not exists (select from waiting where waiting.client_id = one.client_id and offer is not null)
         order by joined
        """
    )
    return [msgspec.convert(dict(row) | {"wanted": msgspec.json.decode(row["wanted"])}, Place) for row in rows]


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
