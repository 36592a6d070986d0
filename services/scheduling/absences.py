"""When nobody works, or at other times than usual: single days, absences, closures, public holidays."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from services.scheduling import queries
from services.scheduling.bodies import PLAUSIBLE, interval, plain_day
from services.scheduling.domain import closure, holiday, therapist
from services.scheduling.domain.closure import ClosePractice, WithdrawClosure
from services.scheduling.domain.holiday import DecideHoliday
from services.scheduling.domain.slots import Interval, Times, whole_day
from services.scheduling.domain.workdays import ClearDay, SetDay, TakeTimeOff, WithdrawTimeOff
from services.scheduling.holidays import holidays_in
from services.scheduling.practice_bodies import AwayBody, DayBody, DaysQuery, HolidayBody
from services.scheduling.practice_views import (
    AwayMade,
    AwayView,
    Closures,
    ClosureView,
    DayView,
    HolidaysView,
    HolidayView,
    WorkdaysView,
)
from services.scheduling.readable import readable
from services.scheduling.staff import outside_hours
from services.scheduling.views import AppointmentView
from shared.clock import YEARS, after
from shared.decider import Unknown
from shared.http.problems import Malformed
from shared.http.routes import Call

INSIDE = "a.starts_at < $3 and a.ends_at > $2 and a.status = 'booked'"


def day_in_path(call: Call) -> date:
    """The day in the address; what is no day is unknown."""
    try:
        return plain_day(call.request.match_info["day"])
    except ValueError as error:
        raise Unknown("There is no such day. Write it as 2026-03-02.") from error


def plausible_day(call: Call) -> date:
    """The day in the address, in a year that a practice may mean. What older versions let in can be taken back."""
    day = day_in_path(call)
    if day.year not in YEARS:
        raise Malformed("day", PLAUSIBLE)
    return day


async def set_day(call: Call) -> dict[str, Any]:
    """Other hours on a day, in place of the weekly ones that begin on it."""
    body: DayBody = call.body
    therapist_id, day = call.path_id("therapist_id"), plausible_day(call)
    command = SetDay(therapist_id=therapist_id, day=day, times=body.stored)
    return await call.put({therapist.stream(therapist_id): command}, {"therapist_id": therapist_id, "day": day})


async def clear_day(call: Call) -> dict[str, Any]:
    """The weekly hours again."""
    therapist_id, day = call.path_id("therapist_id"), day_in_path(call)
    command = ClearDay(therapist_id=therapist_id, day=day)
    return await call.put({therapist.stream(therapist_id): command}, {"therapist_id": therapist_id, "day": day})


async def take_time_off(call: Call) -> dict[str, Any]:
    """An absence; what was agreed for it stays until the desk changes it."""
    body: AwayBody = call.body
    time = body.time(call.service.practice.tz)
    therapist_id, time_off_id = call.path_id("therapist_id"), call.new_id()
    command = TakeTimeOff(
        therapist_id=therapist_id, time_off_id=time_off_id, starts_at=time[0], ends_at=time[1], reason=body.reason
    )
    return await call.put({therapist.stream(therapist_id): command}, {"time_off_id": time_off_id})


async def withdraw_time_off(call: Call) -> dict[str, Any]:
    """The therapist is not away then after all; asked a second time, nothing changes."""
    time_off_id = call.path_id("time_off_id")
    row = await call.service.store.fetchrow(
        """
        select therapist_id from time_off where time_off_id = $1
         union all select therapist_id from time_off_withdrawn where time_off_id = $1
        """,
        time_off_id,
    )
    if row is None:
        raise Unknown("There is no such absence.")
    command = WithdrawTimeOff(therapist_id=row["therapist_id"], time_off_id=time_off_id)
    return await call.put({therapist.stream(row["therapist_id"]): command}, {"time_off_id": time_off_id})


async def close_practice(call: Call) -> dict[str, Any]:
    """A closure; what was agreed for it stays until the desk changes it."""
    body: AwayBody = call.body
    time = body.time(call.service.practice.tz)
    closure_id = call.new_id()
    command = ClosePractice(closure_id=closure_id, starts_at=time[0], ends_at=time[1], reason=body.reason)
    return await call.put({closure.stream(closure_id): command}, {"closure_id": closure_id})


async def withdraw_closure(call: Call) -> dict[str, Any]:
    """The practice is open then after all."""
    closure_id = call.path_id("closure_id")
    command = WithdrawClosure(closure_id=closure_id)
    return await call.put({closure.stream(closure_id): command}, {"closure_id": closure_id})


async def decide_holiday(call: Call) -> dict[str, Any]:
    """Work on a public holiday, or do not, whatever the settings say."""
    body: HolidayBody = call.body
    day = plausible_day(call)
    if not holidays_in(call.service.practice.holidays, day, day):
        raise Unknown("This day is no public holiday of the practice's region.")
    return await call.put({holiday.stream(day): DecideHoliday(day=day, open=body.open)}, {"day": day})


async def show_day(call: Call, ids: dict[str, Any]) -> AwayMade:
    """The therapist's booked visits of the day that lie outside the hours now."""
    day, therapist_id = date.fromisoformat(str(ids["day"])), UUID(str(ids["therapist_id"]))
    # A span may go on after midnight, so the next day is looked at too.
    time = whole_day(day, call.service.practice.tz)[0], whole_day(after(day, 1), call.service.practice.tz)[1]
    coming = await visits_inside(call, time, "a.therapist_id = $4", therapist_id)
    affected = await outside_hours(call, therapist_id, coming)
    return AwayMade(therapist_id=therapist_id, day=day, affected=affected)


async def show_time_off(call: Call, ids: dict[str, Any]) -> AwayMade:
    """The therapist's booked visits inside the absence."""
    time_off_id = UUID(str(ids["time_off_id"]))
    row = await call.service.store.fetchrow("select * from time_off where time_off_id = $1", time_off_id)
    if row is None:
        return AwayMade(time_off_id=time_off_id, affected=[])
    time = row["starts_at"], row["ends_at"]
    affected = await visits_inside(call, time, "a.therapist_id = $4", row["therapist_id"])
    return AwayMade(time_off_id=time_off_id, affected=affected)


async def show_closure(call: Call, ids: dict[str, Any]) -> AwayMade:
    """All booked visits inside the closure."""
    closure_id = UUID(str(ids["closure_id"]))
    row = await call.service.store.fetchrow("select * from closure where closure_id = $1", closure_id)
    inside = await visits_inside(call, (row["starts_at"], row["ends_at"])) if row else []
    return AwayMade(closure_id=closure_id, affected=inside)


async def show_holiday(call: Call, ids: dict[str, Any]) -> AwayMade:
    """All booked visits of the holiday, if the practice is closed on it."""
    day = date.fromisoformat(str(ids["day"]))
    row = await call.service.store.fetchrow("select open from holiday where day = $1", day)
    is_open = row["open"] if row else not call.service.practice.holidays.closed
    inside = [] if is_open else await visits_inside(call, whole_day(day, call.service.practice.tz))
    return AwayMade(day=day, affected=inside)


async def visits_inside(call: Call, time: Interval, where: str = "true", *args: object) -> list[AppointmentView]:
    """Booked visits that reach into the time and meet a condition on `$4` …"""
    return await queries.appointments(call.service.store, f"{INSIDE} and {where}", None, *time, *args)


async def list_workdays(call: Call) -> WorkdaysView:
    """A therapist's days with other hours, and absences, from one day to another."""
    query: DaysQuery = call.query
    therapist_id, fetch = call.path_id("therapist_id"), call.service.store.fetch
    if not await queries.therapists(call.service.store, therapist_id):
        raise Unknown("There is no such therapist.")
    within = interval(str(query.from_), str(query.to), call.service.practice.tz)
    days = await fetch(
        "select day, times from therapist_day where therapist_id = $1 and day >= $2 and day < $3 order by day",
        therapist_id, query.from_, query.to,
    )  # fmt: skip
    away = await fetch(
        "select * from time_off where therapist_id = $1 and starts_at < $3 and ends_at > $2 order by starts_at",
        therapist_id, *within,
    )  # fmt: skip
    return WorkdaysView(
        days=readable("therapist_day", "day", days, day_view),
        time_off=readable("time_off", "time_off_id", away, lambda row: msgspec.convert(dict(row), AwayView)),
    )


def day_view(row: Any) -> DayView:
    """A row as answers show it."""
    return DayView(day=row["day"], times=msgspec.json.decode(row["times"], type=list[Times]))


async def list_closures(call: Call) -> Closures:
    """Closures from one day to another."""
    query: DaysQuery = call.query
    within = interval(str(query.from_), str(query.to), call.service.practice.tz)
    rows = await call.service.store.fetch(
        "select * from closure where starts_at < $2 and ends_at > $1 order by starts_at", *within
    )
    read = readable("closure", "closure_id", rows, lambda row: msgspec.convert(dict(row), ClosureView))
    return Closures(closures=read)


async def list_holidays(call: Call) -> HolidaysView:
    """Public holidays from one day to another, and on which of them the practice works."""
    query: DaysQuery = call.query
    region, last = call.service.practice.holidays, query.to - timedelta(days=1)
    rows = await call.service.store.fetch(
        "select day, open from holiday where day between $1 and $2", query.from_, last
    )
    decided = {row["day"]: row["open"] for row in rows}
    found = holidays_in(region, query.from_, last).items()
    return HolidaysView(
        holidays=[HolidayView(day=day, name=name, open=decided.get(day, not region.closed)) for day, name in found]
    )
