"""The roster as it is: staff, rooms, absences and what is taken, read for the search in `domain/roster.py`."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from services.scheduling import queries
from services.scheduling.bodies import SlotsQuery, interval
from services.scheduling.domain.fitting import known
from services.scheduling.domain.roster import Roster, Slot, Worker, Workplace
from services.scheduling.domain.slots import A_DAY, Interval, Times, merged, whole_day
from services.scheduling.holidays import closed_on
from services.scheduling.practice_views import RoomView, TherapistView
from services.scheduling.views import Slots
from shared.clock import day_of
from shared.config import Practice
from shared.http.routes import Call
from shared.service import Service

Key = TypeVar("Key")


class Search(Struct, frozen=True, kw_only=True):
    """A stretch of time to look at, which visits and holds to leave out, and when the client is taken."""

    within: Interval
    leaving: Collection[UUID] = ()
    client_taken: Collection[Interval] = ()


class Facts(Struct, frozen=True, kw_only=True):
    """Rows of the stretch of time: absences and closures (of nobody), other hours, holidays decided on, visits."""

    away: list[Any]
    days: list[Any]
    holidays: list[Any]
    visits: list[Any]


async def roster(service: Service, search: Search) -> Roster:
    """Therapists, rooms and everything that is taken in the stretch of time."""
    people, places, facts = await asyncio.gather(
        queries.therapists(service.store), queries.rooms(service.store), facts_of(service, search)
    )
    absent = by((row["therapist_id"], times(row)) for row in facts.away)
    holidays = holidays_of(service.practice, search.within, facts.holidays)
    shut = [whole_day(day, service.practice.tz) for day in holidays]
    return Roster(
        zone=service.practice.tz,
        grid=service.practice.booking.grid_minutes,
        workers=workers(people, facts, absent),
        rooms=workplaces(places, facts),
        closed=merged([*absent[None], *shut]),
        holidays=holidays,
        client_taken=merged(search.client_taken),
    )


async def facts_of(service: Service, search: Search) -> Facts:
    """What the calendar holds; a day's margin, because a span over midnight begins the day before."""
    zone, (start, end) = service.practice.tz, search.within
    marked, visits = await asyncio.gather(
        service.store.fetch(
            """
            select 'away' as kind, therapist_id, starts_at, ends_at, null::date as day, null::jsonb as times,
                   null::boolean as open from time_off where starts_at < $2 and ends_at > $1
            union all select 'away', null, starts_at, ends_at, null, null, null from closure
                       where starts_at < $2 and ends_at > $1
            union all select 'day', therapist_id, null, null, day, times, null from therapist_day
                       where day between $3 and $4
            union all select 'holiday', null, null, null, day, null, open from holiday where day between $3 and $4
            """,
            start,
            end + A_DAY,
            day_of(start - A_DAY, zone),
            day_of(end + A_DAY, zone),
        ),
        visits_in(service, search),
    )
    away, days, holidays = ([row for row in marked if row["kind"] == kind] for kind in ("away", "day", "holiday"))
    return Facts(away=away, days=days, holidays=holidays, visits=visits)


async def visits_in(service: Service, search: Search) -> list[Any]:
    """What keeps a therapist and a room: appointments and held times, with a day's margin for buffers."""
    return await service.store.fetch(
        """
        select therapist_id, room_id, starts_at, ends_at, buffer_minutes, buffer_before_minutes from appointment
         where status in ('booked', 'arrived', 'fulfilled') and starts_at < $2 and ends_at > $1
               and appointment_id <> all($3::uuid[])
        union all
        select therapist_id, room_id, starts_at, ends_at, buffer_minutes, buffer_before_minutes from held_time
         where starts_at < $2 and ends_at > $1 and hold_id <> all($3::uuid[])
        """,
        search.within[0] - A_DAY,
        search.within[1] + A_DAY,
        list(search.leaving),
    )


def holidays_of(practice: Practice, within: Interval, decided: list[Any]) -> dict[date, str]:
    """The public holidays in the stretch of time on which the practice is closed, and the day after it."""
    first, last = day_of(within[0], practice.tz), day_of(within[1] + A_DAY, practice.tz)
    return closed_on(practice.holidays, {row["day"]: row["open"] for row in decided}, first, last)


def workers(people: list[TherapistView], facts: Facts, absent: dict[UUID | None, list[Interval]]) -> dict[UUID, Worker]:
    """The therapists with what is taken."""
    busy = by((row["therapist_id"], held(row)) for row in facts.visits)
    days: defaultdict[UUID, dict[date, list[Times]]] = defaultdict(dict)
    for row in facts.days:
        days[row["therapist_id"]][row["day"]] = msgspec.json.decode(row["times"], type=list[Times])
    return {
        one.therapist_id: Worker(
            therapist_id=one.therapist_id,
            name=one.name,
            hours=one.hours,
            days=days[one.therapist_id],
            rooms=one.rooms,
            buffer_minutes=one.buffer_after_minutes,
            buffer_before_minutes=one.buffer_before_minutes,
            active=one.active,
            away=absent[one.therapist_id],
            taken=busy[one.therapist_id],
        )
        for one in people
    }


def workplaces(places: list[RoomView], facts: Facts) -> dict[UUID, Workplace]:
    """The rooms with what is taken."""
    full = by((row["room_id"], times(row)) for row in facts.visits)
    return {
        one.room_id: Workplace(
            room_id=one.room_id, name=one.name, active=one.active, equipment=one.equipment, taken=full[one.room_id]
        )
        for one in places
    }


def times(row: Any) -> Interval:
    """A row's interval."""
    return row["starts_at"], row["ends_at"]


def held(row: Any) -> Interval:
    """When a visit keeps its therapist, with its own buffers."""
    before, after = timedelta(minutes=row["buffer_before_minutes"]), timedelta(minutes=row["buffer_minutes"])
    return row["starts_at"] - before, row["ends_at"] + after


def by(pairs: Iterable[tuple[Key, Interval]]) -> defaultdict[Key, list[Interval]]:
    """Intervals by whose they are, merged."""
    found: defaultdict[Key, list[Interval]] = defaultdict(list)
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
    if within[0] >= within[1]:
        return Slots(slots=[])
    found = await roster(call.service, Search(within=within))
    mine = [known(found, query.therapist_id)] if query.therapist_id else found.workers.values()
    free: list[Slot] = [slot for one in mine for slot in found.slots(one, within, query.minutes, query.needs)]
    return Slots(slots=sorted(free, key=lambda slot: (slot.starts_at, slot.therapist_id)))
