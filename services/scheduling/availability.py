"""The roster as it is: staff, rooms, absences and what is taken, read for the search in `domain/roster.py`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from services.scheduling.domain.minutes import Stretch, merged, stretch
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import A_DAY, Days, Interval, Span, Times, whole_day
from services.scheduling.holidays import closed_on
from services.scheduling.readable import tried
from shared.clock import day_of, parse_time
from shared.config import Practice
from shared.http.routes import Call
from shared.service import Service

Key = TypeVar("Key")
Hours = TypeVar("Hours", bound=Times)


class Search(Struct, frozen=True, kw_only=True):
    """A stretch of time to look at, which visits and holds to leave out, and when the client is taken."""

    within: Interval
    leaving: Collection[UUID] = ()
    client_taken: Collection[Interval] = ()


class Visits(Struct, frozen=True, kw_only=True):
    """Visits of one therapist in one room: when they start and end, and what is kept free before and after each."""

    therapist_id: UUID
    room_id: UUID
    before: int
    after: int
    starts: list[int]
    ends: list[int]

    @property
    def times(self) -> list[Stretch]:
        """When the room is taken."""
        return list(zip(self.starts, self.ends, strict=True))

    @property
    def held(self) -> list[Stretch]:
        """When the therapist is."""
        if not self.before and not self.after:
            return self.times
        return [(start - self.before, end + self.after) for start, end in self.times]


class Staff(Struct, frozen=True, kw_only=True):
    """A therapist's row; whether its hours can be read is seen one by one."""

    therapist_id: UUID
    name: str
    hours: Raw
    rooms: list[UUID]
    buffer_minutes: int
    buffer_before_minutes: int
    active: bool


class Facts(Struct, frozen=True, kw_only=True):
    """What the calendar holds in the stretch of time, in minutes. `away` are absences, and closures (of nobody)."""

    workers: list[Staff]
    rooms: list[Workplace]
    away: list[tuple[UUID | None, int, int]]
    days: list[tuple[UUID, date, Raw]]
    holidays: list[tuple[date, bool]]
    visits: list[Visits]


FACTS = msgspec.json.Decoder(Facts)


async def roster(service: Service, search: Search) -> Roster:
    """Therapists, rooms and everything that is taken in the stretch of time."""
    facts, zone = await facts_of(service, search), service.practice.tz
    absent = by((therapist_id, [(start, end)]) for therapist_id, start, end in facts.away)
    holidays = holidays_of(service.practice, search.within, dict(facts.holidays))
    shut = [stretch(whole_day(day, zone)) for day in holidays]
    return Roster(
        zone=zone,
        grid=service.practice.booking.grid_minutes,
        workers=workers(facts, absent),
        rooms=workplaces(facts),
        closed=merged([*absent.get(None, ()), *shut]),
        holidays=holidays,
        client_taken=merged(map(stretch, search.client_taken)),
    )


async def facts_of(service: Service, search: Search) -> Facts:
    """All rows at once, as one document: that is one round trip, and quick to read.

    A day's margin, because a span over midnight begins the day before, and because a visit of the day before may
    last eight hours and keep four more free.
    """
    zone, (start, end) = service.practice.tz, search.within
    row = await service.store.fetchrow(
        """
        with taken as (
            select therapist_id, room_id, starts_at, ends_at, buffer_before_minutes, buffer_minutes from appointment
             where status in ('booked', 'arrived', 'fulfilled') and starts_at >= $1 and starts_at < $2
                   and appointment_id <> all($5::uuid[])
            union all
            select therapist_id, room_id, starts_at, ends_at, buffer_before_minutes, buffer_minutes from held_time
             where starts_at >= $1 and starts_at < $2 and hold_id <> all($5::uuid[])
        ), off as (
            select therapist_id, greatest(starts_at, '1800-01-01') as starts_at, least(ends_at, '2300-01-01') as ends_at
              from (select therapist_id, starts_at, ends_at from time_off
                     union all select null, starts_at, ends_at from closure) away
             where starts_at < $2 and ends_at > $1
        ), visits as (
            select therapist_id, room_id, buffer_before_minutes as before, buffer_minutes as after,
                   array_agg(floor(date_part('epoch', starts_at) / 60)::int) as starts,
                   array_agg(ceil(date_part('epoch', least(ends_at, '2300-01-01')) / 60)::int) as ends
              from taken group by therapist_id, room_id, buffer_before_minutes, buffer_minutes
        )
        select json_build_object(
            'workers', (select coalesce(json_agg(therapist order by name, therapist_id), '[]') from therapist),
            'rooms', (select coalesce(json_agg(room order by name, room_id), '[]') from room),
            'away', (select coalesce(json_agg(json_build_array(therapist_id,
                         floor(date_part('epoch', starts_at) / 60)::int, ceil(date_part('epoch', ends_at) / 60)::int
                     )), '[]') from off),
            'days', (select coalesce(json_agg(json_build_array(therapist_id, day, times)), '[]')
                       from therapist_day where day between $3 and $4),
            'holidays', (select coalesce(json_agg(json_build_array(day, open)), '[]')
                           from holiday where day between $3 and $4),
            'visits', (select coalesce(json_agg(visits), '[]') from visits)
        ) as facts
        """,
        start - A_DAY,
        end + A_DAY,
        day_of(start - A_DAY, zone),
        day_of(end + A_DAY, zone),
        list(search.leaving),
    )
    assert row is not None  # noqa: S101 - a select without a table gives one row
    return FACTS.decode(row["facts"])


def holidays_of(practice: Practice, within: Interval, decided: dict[date, bool]) -> dict[date, str]:
    """The public holidays in the stretch of time on which the practice is closed, and the day after it."""
    first, last = day_of(within[0], practice.tz), day_of(within[1] + A_DAY, practice.tz)
    return closed_on(practice.holidays, decided, first, last)


def workers(facts: Facts, absent: dict[UUID | None, list[Stretch]]) -> dict[UUID, Worker]:
    """The therapists with what is taken, and with the days on which they work other hours."""
    taken = by((visits.therapist_id, visits.held) for visits in facts.visits)
    days: defaultdict[UUID, dict[date, Sequence[Times]]] = defaultdict(dict)
    for therapist_id, day, times in facts.days:
        days[therapist_id][day] = tried("therapist_day", f"{therapist_id} {day}", partial(day_hours, bytes(times)), ())
    return {
        one.therapist_id: worker(
            one,
            days=days.get(one.therapist_id, {}),
            away=absent.get(one.therapist_id, ()),
            taken=taken.get(one.therapist_id, ()),
        )
        for one in facts.workers
    }


def worker(row: Staff, *, days: Days, away: Sequence[Stretch], taken: Sequence[Stretch]) -> Worker:
    """A therapist; one whose hours cannot be read does not work until they are set anew."""
    hours = tried("therapist", str(row.therapist_id), partial(weekly_hours, bytes(row.hours)), None)
    return Worker(
        therapist_id=row.therapist_id,
        name=row.name,
        hours=hours or (),
        rooms=row.rooms,
        days=days if hours is not None else {},
        buffer_minutes=row.buffer_minutes,
        buffer_before_minutes=row.buffer_before_minutes,
        active=row.active,
        readable=hours is not None,
        away=away,
        taken=taken,
    )


@lru_cache(maxsize=1_000)
def weekly_hours(row: bytes) -> Sequence[Span]:
    """The hours of a row; remembered, because a practice has few kinds of weeks. Raises `ValueError`."""
    return tell_time(msgspec.json.decode(row, type=tuple[Span, ...]))


@lru_cache(maxsize=10_000)
def day_hours(row: bytes) -> Sequence[Times]:
    """The same for a single day."""
    return tell_time(msgspec.json.decode(row, type=tuple[Times, ...]))


def tell_time(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
    """The hours, if all of them are times of day. Raises `ValueError`."""
    for one in hours:
        parse_time(one.from_), parse_time(one.to)
    return hours


def workplaces(facts: Facts) -> dict[UUID, Workplace]:
    """The rooms with what is taken."""
    taken = by((visits.room_id, visits.times) for visits in facts.visits)
    return {one.room_id: replace(one, taken=taken.get(one.room_id, ())) for one in facts.rooms}


def by(pairs: Iterable[tuple[Key, list[Stretch]]]) -> dict[Key, list[Stretch]]:
    """Times by whose they are, merged."""
    found: defaultdict[Key, list[Stretch]] = defaultdict(list)
    for key, times in pairs:
        found[key] += times
    return {key: merged(times) for key, times in found.items()}


def earliest_start(call: Call) -> datetime:
    """Nothing is offered sooner than the practice's notice."""
    return call.now + timedelta(minutes=call.service.practice.booking.notice_minutes)


def horizon(call: Call) -> datetime:
    """Nothing is offered later than the end of the horizon's last day."""
    return horizon_of(call.service.practice, call.now)


def horizon_of(practice: Practice, now: datetime) -> datetime:
    """The same where nobody asks."""
    last = day_of(now, practice.tz) + practice.booking.horizon_days * A_DAY
    return whole_day(last, practice.tz)[1]
