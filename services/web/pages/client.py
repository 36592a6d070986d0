"""`/clients/{client_id}`: a client's courses and visits."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from aiohttp import web
from msgspec import Struct

from services.web.answers.protocol import Course, Courses, Protocol
from services.web.answers.scheduling import Visit
from services.web.neighbours import Away
from services.web.page import Address, PageCall
from services.web.pages import parts
from services.web.pages.course import NO_VISITS, UNREAD_VISITS
from services.web.views import course as words
from services.web.views.ribbon import Ribbon, ribbon

ALL = frozenset({"records", "protocol", "scheduling"})


class Entry(Struct, frozen=True, kw_only=True):
    """A course on the client's page."""

    course_id: UUID
    title: str
    label: str
    sentence: str
    ribbon: Ribbon


async def show_client(call: PageCall) -> web.Response:
    """Show a client. Any part may be missing, but not all of them."""
    client_id = call.path_id("client_id")
    client, visits, courses, known = await asyncio.gather(
        parts.client_of(call, client_id),
        parts.itinerary(call, client_id),
        call.part(call.read("protocol", "/courses", Courses, client_id=str(client_id)), Courses(courses=[])),
        parts.known(call),
    )
    if call.away >= ALL:
        raise Away("")
    return call.show(
        "client.html",
        here="/clients",
        name=client.name if client else parts.NO_NAME,
        client=client,
        courses=await entries(call, courses.courses, visits or []),
        courses_why="" if "protocol" in call.away else "No course has been opened yet.",
        coming=words.to_come(visits or [], known),
        coming_why=UNREAD_VISITS if visits is None else NO_VISITS,
        over=words.past(visits or [], known),
        over_why=UNREAD_VISITS if visits is None else "None yet.",
    )


async def entries(call: PageCall, courses: Sequence[Course], visits: Sequence[Visit]) -> list[Entry]:
    """Draw each course, the open ones first."""
    opened = sorted(courses, key=lambda course: course.status == "closed")
    protocols = await asyncio.gather(*(parts.protocol_of(call, course.protocol) for course in opened))
    return [entry(call, course, protocol, visits) for course, protocol in zip(opened, protocols, strict=True)]


def entry(call: PageCall, course: Course, protocol: Protocol | None, visits: Sequence[Visit]) -> Entry:
    """Draw one course."""
    phases = protocol.phases if protocol and protocol.phases else words.FIBROMYALGIA
    return Entry(
        course_id=course.course_id,
        title=course.title,
        label=course.label or "",
        sentence=words.state_sentence(course),
        ribbon=ribbon(course, phases, words.days_of(visits, course.course_id, call.zone)),
    )


ADDRESSES = [Address("GET", "/clients/{client_id}", show_client)]
