"""`/cadence`: how the courses keep their cadence, for the owner and the therapists."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from services.web.answers.keeping import AllAdherence
from services.web.answers.protocol import Brief, Protocols
from services.web.page import Address, PageCall
from services.web.pages import parts
from services.web.views import cadence
from services.web.views.words import count


async def show_cadence(call: PageCall) -> web.Response:
    """Show all courses together, and one by one those furthest behind. Names may be missing."""
    given, protocols = await asyncio.gather(every_course(call), protocols_of(call))
    shown = cadence.furthest_behind(given)
    names = await parts.names_of(call, (course.client_id for course in shown))
    hidden = len(given.courses) - len(shown)
    return call.show(
        "cadence.html",
        here="/cadence",
        summary=count(len(given.courses), "course"),
        heading="The courses furthest behind" if hidden else "Course by course",
        totals=cadence.totals(given),
        rules=cadence.rules(given),
        lines=cadence.lines(shown, names, protocols),
        more=f"{count(hidden, 'more course')} keep better to the plan." if hidden else "",
    )


async def every_course(call: PageCall) -> AllAdherence:
    """Read how all courses are kept, page by page."""
    found = await call.read("protocol", "/adherence", AllAdherence, limit=parts.MOST)
    courses, last = [*found.courses], found
    while last.next_cursor:
        last = await call.read("protocol", "/adherence", AllAdherence, limit=parts.MOST, cursor=str(last.next_cursor))
        courses += last.courses
    return AllAdherence(courses=courses, deviations=found.deviations)


async def protocols_of(call: PageCall) -> Mapping[str, Brief]:
    """Read what the protocols are called, and their labels."""
    found = await call.part(call.read("protocol", "/protocols", Protocols), Protocols(protocols=[]))
    return {protocol.id: protocol for protocol in found.protocols}


ADDRESSES = [Address("GET", "/cadence", show_cadence, ("owner", "therapist"))]
