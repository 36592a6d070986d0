"""`/courses/{course_id}/history`: what happened in a course, when and by whom."""

import asyncio
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from aiohttp import web
from msgspec import Struct

from services.web import people
from services.web.answers.protocol import Course, Happening, History
from services.web.page import Address, PageCall
from services.web.pages import parts
from services.web.views.words import moment


class Line(Struct, frozen=True, kw_only=True):
    """One happening in words."""

    at: str
    by: str
    text: str


async def show_history(call: PageCall) -> web.Response:
    """Show a course's history, the newest first."""
    course_id = call.path_id("course_id")
    course, history = await asyncio.gather(
        call.read("protocol", f"/courses/{course_id}", Course),
        call.read("protocol", f"/courses/{course_id}/history", History),
    )
    client, known = await asyncio.gather(parts.client_of(call, course.client_id), people.names(call.desk.service.store))
    return call.show(
        "history.html",
        here="/clients",
        name=client.name if client else parts.NO_NAME,
        course=course,
        lines=[line(one, known, call.zone) for one in reversed(history.history)],
    )


def line(one: Happening, known: Mapping[str, str], zone: ZoneInfo) -> Line:
    """One happening in words."""
    return Line(at=moment(one.at, zone), by=people.said(one.actor, known), text=people.told(one.text, known))


ADDRESSES = [Address("GET", "/courses/{course_id}/history", show_history)]
