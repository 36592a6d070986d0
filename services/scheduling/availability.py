"""The roster as it is: staff, rooms, absences and what is taken, read for the search in `domain/roster.py`."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.scheduling import queries
from services.scheduling.bodies import SlotsQuery, interval
from services.scheduling.domain.fitting import known
from services.scheduling.domain.roster import Roster, Slot, Worker, Workplace
from services.scheduling.domain.slots import A_DAY, Interval, merged, whole_day
from services.scheduling.views import Slots
from shared.clock import day_of
from shared.http.routes import Call
from shared.service import Service


class Search(Struct, frozen=True, kw_only=True):
    """A stretch of time to look at, whose visits to leave out, and for which client."""

    within: Interval
    leaving: Collection[UUID] = ()
    client_taken: Collection[Interval] = ()


async def roster(service: Service, search: Search) -> Roster:
    """Therapists, rooms and everything that is taken in the stretch of time."""
    people, places, away, closed, visits = await asyncio.gather(
        queries.therapists(service.store),
        queries.rooms(service.store),
        service.store.fetch("select * from time_off where starts_at < $2 and ends_at > $1", *search.within),
        service.store.fetch("select * from closure where starts_at < $2 and ends_at > $1", *search.within),
        visits_in(service, search),
    )
    absent = by((row["therapist_id"], times(row)) for row in away)
    busy = by((row["therapist_id"], times(row, row["buffer_minutes"])) for row in visits)
    full = by((row["room_id"], times(row)) for row in visits)
    return Roster(
        zone=service.practice.tz,
        grid=service.practice.booking.grid_minutes,
        workers={one.therapist_id: worker(one, absent, busy) for one in people},
        rooms={
            one.room_id: Workplace(room_id=one.room_id, name=one.name, active=one.active, taken=full[one.room_id])
            for one in places
        },
        closed=merged(times(row) for row in closed),
        client_taken=merged(search.client_taken),
    )


async def visits_in(service: Service, search: Search) -> list[Any]:
    """Appointments that hold a therapist and a room, with a day's margin for buffers."""
    return await service.store.fetch(
        """
        select therapist_id, room_id, starts_at, ends_at, buffer_minutes from appointment
         where status in ('booked', 'arrived', 'fulfilled') and starts_at < $2 and ends_at > $1
               and appointment_id <> all($3::uuid[])
        """,
        search.within[0] - A_DAY,
        search.within[1] + A_DAY,
        list(search.leaving),
    )


def worker(one: Any, absent: dict[UUID, list[Interval]], busy: dict[UUID, list[Interval]]) -> Worker:
    """A therapist with what is taken."""
    return Worker(
        therapist_id=one.therapist_id,
        name=one.name,
        hours=one.hours,
        rooms=one.rooms,
        buffer_minutes=one.buffer_minutes,
        active=one.active,
        away=absent[one.therapist_id],
        taken=busy[one.therapist_id],
    )


def times(row: Any, buffer_minutes: int = 0) -> Interval:
    """A row's interval."""
    return row["starts_at"], row["ends_at"] + timedelta(minutes=buffer_minutes)


def by(pairs: Iterable[tuple[UUID, Interval]]) -> defaultdict[UUID, list[Interval]]:
    """Intervals by whose they are, merged."""
    found: defaultdict[UUID, list[Interval]] = defaultdict(list)
    for key, time in pairs:
        found[key].append(time)
    for key, pieces in found.items():
        found[key] = merged(pieces)
    return found


def earliest_start(call: Call) -> datetime:
    """Nothing is offered sooner than the practice's notice."""
    return call.now + timedelta(minutes=call.service.practice.booking.notice_minutes)


def horizon(call: Call) -> datetime:
    """Nothing is offered later than the end of the horizon's last day."""
    practice = call.service.practice
    return whole_day(day_of(call.now, practice.tz) + practice.booking.horizon_days * A_DAY, practice.tz)[1]


async def show_slots(call: Call) -> Slots:
    """Free times of one therapist or all, in order."""
    query: SlotsQuery = call.query
    asked = interval(query.from_, query.to, call.service.practice.tz)
    within = max(asked[0], earliest_start(call)), min(asked[1], horizon(call))
    found = await roster(call.service, Search(within=within))
    workers = list(found.workers.values())
    if query.therapist_id:
        workers = [known(found, query.therapist_id)]
    free: list[Slot] = [slot for one in workers for slot in found.slots(one, within, query.minutes)]
    return Slots(slots=sorted(free, key=lambda slot: (slot.starts_at, slot.therapist_id)))
