"""`/visits/{appointment_id}/move`: a free time is chosen, what else moves is shown, then the visit is moved."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web
from msgspec import Struct

from services.web.answers.booking import Changed
from services.web.answers.scheduling import Slots, Visit
from services.web.forms import Form
from services.web.page import DESK, Address, PageCall
from services.web.pages import parts
from services.web.pages.booking import zone_of
from services.web.views import moving as words
from services.web.views.booking import when, where
from services.web.views.words import full_date, minutes, short_day
from shared.clock import at, day_of, parse_time
from shared.decider import Refused
from shared.http.problems import Malformed


class Wish(Struct, frozen=True, kw_only=True):
    """Where the visit shall be."""

    starts_at: datetime
    therapist_id: str


async def show_times(call: PageCall) -> web.Response:
    """Show the free times of a day, first of that of the visit."""
    visit = await visit_of(call)
    day = call.query_day("day") if "day" in call.request.query else day_of(visit.starts_at, call.zone)
    return await times_page(call, visit, day)


async def visit_of(call: PageCall) -> Visit:
    """The visit in the address."""
    return await call.read("scheduling", f"/appointments/{call.path_id('appointment_id')}", Visit)


async def times_page(
    call: PageCall, visit: Visit, day: date, problem: Refused | Malformed | None = None
) -> web.Response:
    """Show the free times of a day; with what is against the one that was chosen, and what could be instead."""
    found, facts = await asyncio.gather(free(call, visit, day), facts_of(call, visit))
    known, theirs = facts["known"], facts["theirs"]
    refused = problem if isinstance(problem, Refused) else None
    return call.show(
        "move.html",
        here="/clients",
        status=409 if problem else 200,
        **facts,
        day=day,
        day_words=full_date(day),
        around=[(one, short_day(one)) for one in (day - timedelta(days=1), day + timedelta(days=1))],
        length=minutes((visit.ends_at - visit.starts_at) / timedelta(minutes=1)),
        columns=words.columns(found.slots, visit, known),
        problem=words.why(refused, call.zone) if refused else str(problem or ""),
        instead=words.instead(refused, known, theirs) if refused else [],
    )


async def free(call: PageCall, visit: Visit, day: date) -> Slots:
    """The times of a day the visit could be moved to."""
    query = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
    return await call.read("scheduling", f"/appointments/{visit.appointment_id}/slots", Slots, **query)


async def facts_of(call: PageCall, visit: Visit) -> dict[str, Any]:
    """What both pages say of the visit as it is."""
    client, known, course = await asyncio.gather(
        parts.client_of(call, visit.client_id), parts.known(call), parts.course_of(call, visit)
    )
    theirs = zone_of(client)
    return {
        "visit": visit,
        "course": course,
        "name": client.name if client else parts.NO_NAME,
        "when": when(visit.starts_at, known, theirs),
        "where": where(visit, known),
        "known": known,
        "theirs": theirs,
    }


async def move(call: PageCall) -> web.Response:
    """First show what would change; sent once more with `sure`, do it."""
    visit, form = await visit_of(call), await call.form()
    day = day_of(visit.starts_at, call.zone)
    try:
        wish = wish_in(form, call)
        day = day_of(wish.starts_at, call.zone)
        if form.text("sure"):
            await change(call, wish, reflow=bool(form.text("reflow")), key=form.text("key"))
            raise web.HTTPSeeOther(f"/courses/{visit.course_id}" if visit.course_id else f"/clients/{visit.client_id}")
        return await preview_page(call, visit, wish)
    except (Refused, Malformed) as problem:
        return await times_page(call, visit, day, problem)


def wish_in(form: Form, call: PageCall) -> Wish:
    """The time and therapist in a form. Raises `Malformed`."""
    try:
        return Wish(starts_at=start_in(form, call.zone).astimezone(UTC), therapist_id=form.text("therapist"))
    except (ValueError, OverflowError) as error:
        raise Malformed("at", "A time is written as hours and minutes: 09:30.") from error


def start_in(form: Form, zone: ZoneInfo) -> datetime:
    """A time that was offered, or a day and a time of day that were typed. Raises `ValueError`."""
    if offered := form.text("time"):
        return datetime.fromisoformat(offered)
    return at(form.day("day"), parse_time(form.text("at")), zone)


async def preview_page(call: PageCall, visit: Visit, wish: Wish) -> web.Response:
    """Show what else would change, with the later visits put right and without. Raises `Refused` if neither can be."""
    later, alone = await asyncio.gather(tried(call, wish, reflow=True), tried(call, wish, reflow=False))
    found = later if isinstance(later, Changed) else alone
    if isinstance(found, Refused):
        raise found
    facts = await facts_of(call, visit)
    return call.show(
        "moving.html",
        here="/clients",
        **facts,
        day=day_of(wish.starts_at, call.zone),
        target=words.target(found, visit, facts["known"], facts["theirs"]),
        ways=[(way, str(uuid4())) for way in words.ways({True: later, False: alone}, facts["known"], facts["theirs"])],
        time=words.instant(wish.starts_at),
        therapist=wish.therapist_id,
    )


async def tried(call: PageCall, wish: Wish, *, reflow: bool) -> Changed | Refused:
    """What would change, or what is against it."""
    try:
        return await change(call, wish, reflow=reflow, preview="true")
    except Refused as refused:
        return refused


async def change(call: PageCall, wish: Wish, *, reflow: bool, **more: str) -> Changed:
    """Move the visit."""
    body = {"starts_at": wish.starts_at, "therapist_id": wish.therapist_id, "reflow": reflow}
    return await call.send("scheduling", f"/appointments/{call.path_id('appointment_id')}/move", Changed, body, **more)


ADDRESSES = [
    Address("GET", "/visits/{appointment_id}/move", show_times, roles=DESK),
    Address("POST", "/visits/{appointment_id}/move", move, roles=DESK),
]
