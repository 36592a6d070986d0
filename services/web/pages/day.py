"""`/day?on=`: the day's agenda, one list a therapist, and what the desk should see to."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from aiohttp import web
from msgspec import Struct

from services.web.answers.keeping import AllAbsent
from services.web.answers.scheduling import Slots, Visit, Visits
from services.web.neighbours import Away
from services.web.page import Address, PageCall
from services.web.pages import parts
from services.web.views.absent import Missed, missed
from services.web.views.board import Facts, asked_about, board, is_late, is_open_since_before, visit_item
from services.web.views.laying import Item
from services.web.views.words import clock_time, count, day
from shared.clock import day_of

AHEAD = 28
SLOT_MINUTES = "60"
LOOK_BACK = 7
"""So many days back a visit without an outcome is asked about."""
UNANSWERED = "What happened?"
NAMED = "6"
"""So many who have not come for long are named."""


class Card(Struct, frozen=True, kw_only=True):
    """A list at the side: something the desk should see to."""

    title: str
    lines: list[Item]


async def show_day(call: PageCall) -> web.Response:
    """Show one day. Without `scheduling` nothing is left of it."""
    on = call.query_day("on")
    facts, absent, unanswered = await asyncio.gather(
        read_facts(call, on), read_absent(call, on), read_unanswered(call, on)
    )
    if not facts.visits and "scheduling" in call.away:
        raise Away("scheduling")
    total = sum(visit.status != "cancelled" for visit in facts.visits)
    return call.show(
        "day.html",
        here="/day",
        heading=day(on),
        board=board(facts),
        cards=[*cards(facts), *unanswered],
        absent=absent,
        summary=summary(call, total, on),
        total=total,
        next_day=None if total else await next_day(call, on),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        is_today=on == call.today,
    )


async def read_facts(call: PageCall, on: date) -> Facts:
    """Read everything a day is made of; names last, because they follow from the visits."""
    until = on + timedelta(days=1)
    visits, free, staff, rooms = await asyncio.gather(
        visits_between(call, on, until), slots(call, on, until), parts.therapists(call), parts.rooms(call)
    )
    names = await parts.names_of(call, (visit.client_id for visit in visits))
    working = {visit.therapist_id for visit in visits}
    shown = [one for one in staff.therapists if one.active or one.therapist_id in working]
    return Facts(
        on=on,
        now=call.now,
        zone=call.zone,
        therapists=shown,
        visits=visits,
        slots=free.slots,
        names=names,
        rooms=rooms,
    )


async def read_unanswered(call: PageCall, on: date) -> list[Card]:
    """Today the visits of the days before of which nobody has said what happened are asked about."""
    if on != call.today:
        return []
    found = await visits_between(call, on - timedelta(days=LOOK_BACK), on)
    visits = [visit for visit in found if is_open_since_before(visit, call.now, call.zone)]
    names = await parts.names_of(call, (visit.client_id for visit in visits))
    facts = Facts(on=on, now=call.now, zone=call.zone, therapists=[], visits=visits, slots=[], names=names, rooms={})
    return [Card(title=UNANSWERED, lines=[asked_about(facts, visit) for visit in visits])] if visits else []


async def read_absent(call: PageCall, on: date) -> Missed | None:
    """Read who has not come for long; on another day than today nobody asks."""
    if on != call.today:
        return None
    found = await call.part(call.read("protocol", "/lapses", AllAbsent, limit=NAMED), AllAbsent())
    return missed(found, await parts.names_of(call, (one.client_id for one in found.courses)), call.today)


async def visits_between(call: PageCall, begin: date, end: date) -> Sequence[Visit]:
    """Read the visits of some days, `end` not included, in order."""
    query = {"from": begin.isoformat(), "to": end.isoformat(), "limit": parts.MOST}
    found = await call.part(call.read("scheduling", "/calendar", Visits, **query), Visits(appointments=[]))
    return sorted(found.appointments, key=lambda visit: visit.starts_at)


async def slots(call: PageCall, begin: date, end: date) -> Slots:
    """Read the free times: both therapist and room are free."""
    query = {"from": begin.isoformat(), "to": end.isoformat(), "minutes": SLOT_MINUTES}
    return await call.part(call.read("scheduling", "/slots", Slots, **query), Slots(slots=[]))


async def next_day(call: PageCall, on: date) -> date | None:
    """Find the next day with a visit, within four weeks."""
    visits = await visits_between(call, on + timedelta(days=1), on + timedelta(days=AHEAD + 1))
    days = (day_of(visit.starts_at, call.zone) for visit in visits if visit.status != "cancelled")
    return next(days, None)


def summary(call: PageCall, total: int, on: date) -> str:
    """Say how full the day is and, today, what time it is."""
    words = count(total, "visit")
    return f"{words} · it is {clock_time(call.now, call.zone)}" if on == call.today else words


def cards(facts: Facts) -> list[Card]:
    """List what the desk should see to; empty lists are left out."""
    kinds: dict[str, Callable[[Visit], bool]] = {
        "Call now": lambda visit: visit.status == "missed",
        "Not here yet": lambda visit: is_late(visit, facts.now, facts.zone),
        "Here now": lambda visit: visit.status == "arrived" and not is_open_since_before(visit, facts.now, facts.zone),
        "Called off": lambda visit: visit.status == "cancelled",
    }
    lists = {title: [visit for visit in facts.visits if belongs(visit)] for title, belongs in kinds.items()}
    return [card(facts, title, visits) for title, visits in lists.items() if visits]


def card(facts: Facts, title: str, visits: Sequence[Visit]) -> Card:
    """Put some visits into a list."""
    return Card(title=title, lines=[visit_item(facts, visit) for visit in visits])


ADDRESSES = [Address("GET", "/day", show_day)]
