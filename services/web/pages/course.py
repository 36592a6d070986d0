"""`/courses/{course_id}`: the ribbon, where the course stands, the visits to come, what is arranged, the next note."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from aiohttp import web
from msgspec.structs import replace

from services.web import people
from services.web.answers.note import Note
from services.web.answers.protocol import Course, Happening, History, Protocol
from services.web.answers.scheduling import Visit
from services.web.answers.waiting import Place, Rolling, Waitlist
from services.web.page import DESK, Address, PageCall
from services.web.pages import parts
from services.web.views import arranged
from services.web.views import course as words
from services.web.views import note as paper
from services.web.views.arranged import Arranged, Tried
from services.web.views.course import Known
from services.web.views.ribbon import ribbon
from services.web.views.weeks import regions, weeks

NOTE_IS_CLINICAL = "The note is for the therapist and the owner."
NO_NOTE = "There is no note to show just now."
NO_VISITS = "Nothing is booked yet."
UNREAD_VISITS = "The visits could not be read."


async def show_course(call: PageCall, tried: Tried | None = None) -> web.Response:
    """Show one course, also again with what was wrong in a form.

    Without `protocol` nothing is left of it; any other part may be missing.
    """
    course_id = call.path_id("course_id")
    course = await call.read("protocol", f"/courses/{course_id}", Course)
    client, found, known, note, protocol, happened = await asyncio.gather(
        parts.client_of(call, course.client_id),
        read_arranged(call, course),
        parts.known(call),
        read_note(call, course),
        parts.protocol_of(call, course.protocol),
        read_history(call, course),
    )
    phases = protocol.phases if protocol and protocol.phases else words.FIBROMYALGIA
    return call.show(
        "course.html",
        here="/clients",
        status=tried.status if tried else 200,
        tried=tried,
        name=client.name if client else parts.NO_NAME,
        course=course,
        ribbon=ribbon(course, phases, words.days_of(found.visits or [], course_id, call.zone)),
        sentence=words.state_sentence(course),
        remarks=words.remarks(course, call.today),
        slips=words.slips_sentence(course),
        behind=words.told_of(happened, words.BEHIND, call.zone, call.today),
        pauses=words.told_of(happened, words.PAUSES, call.zone, call.today),
        allowed=words.told_of(happened, words.ALLOWED, call.zone, call.today),
        weeks=weeks(course.exercise.weeks, call.today),
        regions=regions(course.exercise),
        note=paper.page(note, protocol or Protocol(), call.zone, call.today) if note else None,
        note_why=why_no_note(call, course),
        **visits_to_come(call, course, found.visits, known),
        waits=arranged.waits(found, course_id, known, tried),
        weekly=arranged.weekly(found, course_id, known, tried),
        weekdays=arranged.DAYS,
        active=known.active,
        key=str(uuid4()),
    )


async def read_note(call: PageCall, course: Course) -> Note | None:
    """Read the next note, for those who may: it is clinical text."""
    if call.who.role == "front_desk" or course.status == "closed":
        return None
    return await call.part(call.read("protocol", f"/courses/{course.course_id}/note", Note), None)


async def read_history(call: PageCall, course: Course) -> list[Happening]:
    """Read what happened in the course, in sentences that name people and days; it may be missing."""
    reading = call.read("protocol", f"/courses/{course.course_id}/history", History)
    found, known = await asyncio.gather(call.part(reading, History()), people.names(call.desk.service.store))
    return [replace(one, text=people.told(one.text, known)) for one in found.history]


async def read_arranged(call: PageCall, course: Course) -> Arranged:
    """Read the visits, and what else the desk may arrange: waiting for one, and in maintenance the weekly ones."""
    visits = parts.itinerary(call, course.client_id)
    if call.who.role not in DESK or course.status == "closed":
        return Arranged(visits=await visits)
    found, places, rolling = await asyncio.gather(visits, read_places(call, course), read_rolling(call, course))
    return Arranged(visits=found, places=places, rolling=rolling)


async def read_places(call: PageCall, course: Course) -> Sequence[Place] | None:
    """Read for what the client waits; none when `scheduling` is away."""
    reading = call.read("scheduling", "/waitlist", Waitlist, client_id=str(course.client_id))
    found = await call.part(reading, None)
    return found.waitlist if found else None


async def read_rolling(call: PageCall, course: Course) -> Rolling | None:
    """Read the weekly visits that are kept booked; before maintenance there are none to keep."""
    if course.phase.kind != "maintenance":
        return None
    return await call.part(call.read("scheduling", f"/courses/{course.course_id}/rolling", Rolling), None)


def why_no_note(call: PageCall, course: Course) -> str:
    """Say why there is no note where one would stand; a closed course has none to explain."""
    if course.status == "closed":
        return ""
    return NOTE_IS_CLINICAL if call.who.role == "front_desk" else NO_NOTE


def visits_to_come(call: PageCall, course: Course, visits: Sequence[Visit] | None, known: Known) -> dict[str, Any]:
    """Give the course's own visits to come; `next_line` is false when nobody knows."""
    if visits is None:
        return {"coming": [], "coming_why": UNREAD_VISITS, "next_line": False}
    mine = [visit for visit in visits if visit.course_id == course.course_id]
    following = words.next_visit(mine, call.now)
    return {
        "coming": words.to_come(mine, known),
        "coming_why": NO_VISITS,
        "next_line": words.line(following, known) if following else None,
    }


ADDRESSES = [Address("GET", "/courses/{course_id}", show_course)]
