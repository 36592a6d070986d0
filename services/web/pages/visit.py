"""`/visits/{appointment_id}`: a visit falls out; what becomes of the later ones is shown before it is done."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aiohttp import web

from services.web.answers.booking import Changed
from services.web.answers.scheduling import Visit
from services.web.forms import Form
from services.web.page import DESK, Address, PageCall
from services.web.pages import parts
from services.web.pages.booking import zone_of
from services.web.views import booking as words
from shared.clock import day_of
from shared.decider import Refused

ASKED = {"what": "cancel", "reason": "client_wish", "reflow": "yes", "key": ""}
"""The fields of the form, as they are at first."""
UNSURE = "What this does to the other visits could not be worked out just now."


async def show_visit(call: PageCall) -> web.Response:
    """Show a visit, and what can be done with it."""
    return await visit_page(call, ASKED)


async def visit_page(
    call: PageCall, asked: Mapping[str, str], found: Changed | None = None, problem: str = ""
) -> web.Response:
    """Show the visit; with what would change, or with what is against it."""
    visit = await call.read("scheduling", f"/appointments/{call.path_id('appointment_id')}", Visit)
    client, known, course = await asyncio.gather(
        parts.client_of(call, visit.client_id), parts.known(call), parts.course_of(call, visit)
    )
    return call.show(
        "visit.html",
        here="/clients",
        status=409 if problem else 200,
        name=client.name if client else parts.NO_NAME,
        visit=visit,
        course=course,
        day=day_of(visit.starts_at, call.zone),
        when=words.when(visit.starts_at, known, zone_of(client)),
        where=words.where(visit, known),
        state=known.states.get(visit.status, visit.status),
        reasons=words.REASONS,
        problem=problem,
        lines=words.changes(found, known, zone_of(client)) if found else None,
        unsure=UNSURE if found and found.affected is None else "",
        asked=asked,
        begun=call.now >= visit.starts_at,
        key=str(uuid4()),
    )


async def lose(call: PageCall) -> web.Response:
    """First show what would change; sent once more with `sure`, do it."""
    form = await call.form()
    asked = {name: form.text(name) for name in ASKED}
    try:
        if form.text("sure"):
            done = await change(call, form, key=form.text("key"))
            raise web.HTTPSeeOther(f"/courses/{done.course_id}" if done.course_id else f"/clients/{done.client_id}")
        found = await change(call, form, preview="true")
    except Refused as refused:
        return await visit_page(call, asked, problem=str(refused))
    return await visit_page(call, asked | {"key": str(uuid4())}, found)


async def change(call: PageCall, form: Form, **more: str) -> Changed:
    """Cancel the visit, mark that nobody came, or take that back."""
    what = form.text("what") if form.text("what") in ("miss", "undo") else "cancel"
    body: dict[str, Any] = {} if what == "undo" else {"reflow": bool(form.text("reflow"))}
    if what == "cancel":
        body["reason"] = form.text("reason")
    return await call.send(
        "scheduling", f"/appointments/{call.path_id('appointment_id')}/{what}", Changed, body, **more
    )


ADDRESSES = [
    Address("GET", "/visits/{appointment_id}", show_visit, roles=DESK),
    Address("POST", "/visits/{appointment_id}", lose, roles=DESK),
]
