"""`/waiting`: who waits for a time, what is kept for them, and the weeks without their visit."""

import asyncio
from typing import Any
from uuid import uuid4

from aiohttp import web

from services.web.answers.booking import Done
from services.web.answers.waiting import Steps, Waitlist
from services.web.page import DESK, Address, PageCall
from services.web.pages import parts
from services.web.views import waiting as words
from shared.decider import Refused, Unknown
from shared.http.problems import Malformed


async def show_waiting(call: PageCall, problem: str = "") -> web.Response:
    """Show who waits and which weeks are to be decided about, also again with what was wrong."""
    places, steps, known = await asyncio.gather(
        call.read("scheduling", "/waitlist", Waitlist, limit=parts.MOST),
        call.read("scheduling", "/stepped-over", Steps),
        parts.known(call),
    )
    whose = [*(one.client_id for one in places.waitlist), *(one.client_id for one in steps.stepped_over)]
    names = await parts.names_of(call, whose)
    lines = [words.line(one, names.get(one.client_id, parts.NO_NAME), known) for one in places.waitlist]
    return call.show(
        "waiting.html",
        here="/waiting",
        status=409 if problem else 200,
        problem=problem,
        key=str(uuid4()),
        offers=[line for line in lines if line.offered],
        lines=[line for line in lines if not line.offered],
        weeks=[words.week(one, names.get(one.client_id, parts.NO_NAME), known) for one in steps.stepped_over],
    )


async def answer(call: PageCall) -> web.Response:
    """The client takes what is kept for them, or leaves it to the next."""
    return await done(call, f"/waitlist/{call.path_id('waitlist_id')}/{call.request.match_info['answer']}", {})


async def decide(call: PageCall) -> web.Response:
    """Another time is booked for a week, or none."""
    starts_at, _, therapist = (await call.form()).text("time").partition(" ")
    body = {"starts_at": starts_at, "therapist_id": therapist} if starts_at else {}
    day = f"/courses/{call.path_id('course_id')}/stepped-over/{call.request.match_info['day']}"
    return await done(call, f"{day}/book" if starts_at else f"{day}/leave", body)


async def done(call: PageCall, path: str, body: dict[str, Any]) -> web.Response:
    """Do it, once however often the form is sent, and show the page again; where it cannot be, with the reason."""
    key = f"{(await call.form()).text('key')} {path}"
    try:
        await call.send("scheduling", path, Done, body, key=key)
    except (Refused, Unknown, Malformed) as error:
        return await show_waiting(call, str(error))
    raise web.HTTPSeeOther("/waiting")


ADDRESSES = [
    Address("GET", "/waiting", show_waiting, roles=DESK),
    Address("POST", "/waiting/{waitlist_id}/{answer:accept|decline}", answer, roles=DESK),
    Address("POST", r"/waiting/weeks/{course_id}/{day:\d{4}-\d{2}-\d{2}}", decide, roles=DESK),
]
