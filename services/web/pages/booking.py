"""`/courses/{course_id}/book`: the visits of a course proposed, kept while the desk reads them out, and booked."""

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from services.web.answers.booking import Done, Proposal
from services.web.answers.protocol import Course
from services.web.answers.records import Client
from services.web.answers.scheduling import Visits
from services.web.forms import Form
from services.web.page import DESK, Address, PageCall
from services.web.pages import parts
from services.web.views import booking as words
from services.web.views.words import clock_time
from shared.decider import Refused
from shared.http.problems import Malformed

HOLD = "10m"
"""So long the times are kept while the desk is on the telephone."""
MINUTES = ("45", "60", "90")
WEEKDAYS = {"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}
LONGEST_NUMBER = 6


async def show_form(call: PageCall) -> web.Response:
    """Ask what is wished for."""
    return await form_page(call, await course_of(call))


async def course_of(call: PageCall) -> Course:
    """The course in the address."""
    return await call.read("protocol", f"/courses/{call.path_id('course_id')}", Course)


async def form_page(call: PageCall, course: Course, problem: str = "") -> web.Response:
    """Show the form, also again with what was wrong."""
    client, staff = await asyncio.gather(parts.client_of(call, course.client_id), parts.therapists(call))
    return call.show(
        "book.html",
        here="/clients",
        status=409 if problem else 200,
        name=client.name if client else parts.NO_NAME,
        course=course,
        therapists=[one for one in staff.therapists if one.active],
        minutes=MINUTES,
        weekdays=WEEKDAYS,
        problem=problem,
    )


async def propose(call: PageCall) -> web.Response:
    """Show the best visits there are, kept for some minutes."""
    course, form = await course_of(call), await call.form()
    try:
        found = await call.send("scheduling", "/proposals", Proposal, wish(form, course), hold=HOLD)
    except (Refused, Malformed) as error:
        return await form_page(call, course, str(error))
    client, known = await asyncio.gather(parts.client_of(call, course.client_id), parts.known(call))
    return call.show(
        "proposal.html",
        here="/clients",
        name=client.name if client else parts.NO_NAME,
        course=course,
        lines=words.proposed(found, int(form.text("minutes")), known, zone_of(client)),
        unplaced=words.unplaced(found.unplaced, known),
        hold_id=found.hold_id,
        until=clock_time(found.held_until, call.zone) if found.held_until else "",
        total=len(found.appointments),
    )


def wish(form: Form, course: Course) -> dict[str, Any]:
    """The form as `scheduling` takes it; what is empty is left out."""
    prefer = {"weekdays": form.texts("weekday"), "from": form.text("from"), "therapist_id": form.text("therapist")}
    number = form.text("number")
    asked = {
        "client_id": course.client_id,
        "course_id": course.course_id,
        "sessions": int(number) if is_number(number) else form.text("sessions"),
        "minutes": int(form.text("minutes")) if is_number(form.text("minutes")) else 0,
        "starts_on": form.text("starts_on"),
        "prefer": {name: value for name, value in prefer.items() if value},
    }
    return {name: value for name, value in asked.items() if value != ""}


def is_number(text: str) -> bool:
    """Whether a text is a number that could be meant."""
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


def zone_of(client: Client | None) -> ZoneInfo | None:
    """Where the client lives, if it is known."""
    return ZoneInfo(client.timezone) if client and client.timezone else None


async def book(call: PageCall) -> web.Response:
    """Book what was read out, all or nothing; sent twice, it is booked once."""
    course, form = await course_of(call), await call.form()
    hold_id = form.text("hold_id")
    visits = [visit(one) for one in form.texts("visit")]
    body = {"client_id": course.client_id, "course_id": course.course_id, "hold_id": hold_id, "appointments": visits}
    try:
        await call.send("scheduling", "/appointments", Visits, body, key=f"hold-{hold_id}")
    except (Refused, Malformed) as error:
        return await form_page(call, course, f"{error} Nothing was booked. Ask for new times.")
    raise web.HTTPSeeOther(f"/courses/{course.course_id}")


def visit(value: str) -> dict[str, Any]:
    """A visit as the form carries it: start, minutes, therapist and room. Raises `Malformed`."""
    fields = value.split(" ")
    if len(fields) != 4 or not is_number(fields[1]):
        raise Malformed("visit", "This form was changed on the way. Ask for new times.")
    return {"starts_at": fields[0], "minutes": int(fields[1]), "therapist_id": fields[2], "room_id": fields[3]}


async def give_back(call: PageCall) -> web.Response:
    """The client wants other times: these are free again."""
    hold_id = (await call.form()).text("hold_id")
    await call.desk.neighbours.delete(call.who, "scheduling", f"/holds/{hold_id}", Done)
    raise web.HTTPSeeOther(f"/courses/{call.path_id('course_id')}/book")


ADDRESSES = [
    Address("GET", "/courses/{course_id}/book", show_form, roles=DESK),
    Address("POST", "/courses/{course_id}/book", propose, roles=DESK),
    Address("POST", "/courses/{course_id}/booked", book, roles=DESK),
    Address("POST", "/courses/{course_id}/other-times", give_back, roles=DESK),
]
