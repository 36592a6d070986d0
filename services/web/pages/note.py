"""`/courses/{course_id}/note`: the next note as a page, and `…/note.pdf` as one sheet of paper."""

import asyncio
from uuid import UUID

from aiohttp import web

from services.web.answers.note import Note
from services.web.answers.protocol import Course, Protocol
from services.web.domain.account import StaffRole
from services.web.page import Address, PageCall
from services.web.pages import parts
from services.web.views import course as words
from services.web.views import note as paper
from services.web.views.course import Line
from services.web.views.figure import HEAD, SHAPES
from shared.decider import Unknown

CLINICAL: tuple[StaffRole, ...] = ("owner", "therapist")
OUTLINES = {view: list(shapes.values()) for view, shapes in SHAPES.items()}


async def show_note(call: PageCall) -> web.Response:
    """Show the note as a page."""
    course, note, name, following = await read_all(call)
    return call.show(
        "note.html",
        here="/clients",
        name=name,
        course=course,
        note=note,
        next_line=following,
        outlines=OUTLINES,
        head=HEAD,
        no_arrows=not any(area.arrows for area in note.areas),
    )


async def print_note(call: PageCall) -> web.Response:
    """Give the note as one page of paper. Neither its address nor its properties name anybody."""
    from services.web.paper import sheet  # noqa: PLC0415 - reportlab is loaded when the first sheet is asked for

    _, note, name, following = await read_all(call)
    visit = f"{following.on}, {following.time}" if following else ""
    practice = call.desk.service.practice
    body = await asyncio.to_thread(
        sheet.draw, note, name=name, visit=visit, practice=practice.name, size=practice.paper
    )
    headers = {"Content-Disposition": f'inline; filename="note-session-{note.ordinal}.pdf"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def read_all(call: PageCall) -> tuple[Course, paper.Page, str, Line | None]:
    """Read the course and its note; name, visit and sources may be missing. Raises `Away`, `Unknown`."""
    course_id = call.path_id("course_id")
    course = await call.read("protocol", f"/courses/{course_id}", Course)
    if course.status == "closed":
        raise Unknown("This course is closed: there is no next note.")
    note, client, following, protocol = await asyncio.gather(
        call.read("protocol", f"/courses/{course_id}/note", Note),
        parts.client_of(call, course.client_id),
        next_line(call, course.client_id, course_id),
        parts.protocol_of(call, course.protocol),
    )
    page = paper.page(note, protocol or Protocol(), call.zone, call.today)
    return course, page, client.name if client else parts.NO_NAME, following


async def next_line(call: PageCall, client_id: UUID, course_id: UUID) -> Line | None:
    """Read the visit the note is for; none when nothing is booked or nobody knows."""
    visits, known = await asyncio.gather(parts.itinerary(call, client_id), parts.known(call))
    mine = [visit for visit in visits or [] if visit.course_id == course_id]
    following = words.next_visit(mine, call.now)
    return words.line(following, known) if following else None


ADDRESSES = [
    Address("GET", "/courses/{course_id}/note", show_note, CLINICAL),
    Address("GET", "/courses/{course_id}/note.pdf", print_note, CLINICAL),
]
