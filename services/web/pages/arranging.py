"""The forms of the course page: the client waits for a visit or does no more, weekly visits are kept booked or not."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import date, time
from typing import Any
from uuid import UUID

from aiohttp import web

from services.web.answers.booking import Done
from services.web.answers.protocol import Course
from services.web.errors import status_of
from services.web.forms import Form
from services.web.page import DESK, Address, PageCall
from services.web.pages.booking import course_of
from services.web.pages.course import show_course
from services.web.views.arranged import Fields, Tried
from shared.decider import Refused, Unknown
from shared.http.problems import Malformed

WAITING = ("minutes", "from", "to", "first_day", "last_day", "therapist_id")
WEEKLY = ("weekday", "time", "minutes", "therapist_id")
"""The fields of the two forms, as `scheduling` calls them."""
LONGEST = 480
"""Minutes of the longest visit there can be."""


async def join(call: PageCall) -> web.Response:
    """Put the client on the waiting list, once however often the form is sent."""
    course, form = await course_of(call), await call.form()

    async def send() -> None:
        await call.send("scheduling", "/waitlist", Done, wanted(form, course, call.today), key=form.text("key"))

    return await done(call, "waiting", WAITING, send)


async def leave(call: PageCall) -> web.Response:
    """Take the client off the list; who is not on it any more is off it too."""
    course_id, place = call.path_id("course_id"), call.path_id("waitlist_id")
    with suppress(Unknown):
        await call.desk.neighbours.delete(call.who, "scheduling", f"/waitlist/{place}", Done)
    raise back(course_id, "waiting")


async def agree(call: PageCall) -> web.Response:
    """Keep weekly visits booked in this rhythm."""
    form = await call.form()

    async def send() -> None:
        path = f"/courses/{call.path_id('course_id')}/rolling"
        await call.desk.neighbours.put(call.who, "scheduling", path, Done, rhythm(form))

    return await done(call, "weekly", WEEKLY, send)


async def end(call: PageCall) -> web.Response:
    """Book no more weeks ahead."""
    course_id = call.path_id("course_id")
    await call.desk.neighbours.delete(call.who, "scheduling", f"/courses/{course_id}/rolling", Done)
    raise back(course_id, "weekly")


async def done(call: PageCall, part: str, names: Sequence[str], send: Callable[[], Awaitable[None]]) -> web.Response:
    """Do it and show the course; where it cannot be, with the reason and what was typed."""
    try:
        await send()
    except (Refused, Unknown, Malformed) as error:
        form = typed(await call.form(), names, error)
        return await show_course(call, Tried(part=part, form=form, status=status_of(error)))
    raise back(call.path_id("course_id"), part)


def back(course_id: UUID, part: str) -> web.HTTPSeeOther:
    """To this part of the course page."""
    return web.HTTPSeeOther(f"/courses/{course_id}#{part}")


def typed(form: Form, names: Sequence[str], error: Exception) -> Fields:
    """What was typed, and what is wrong; `prefer.from` of `scheduling` is the field `from` here."""
    field = error.field.rpartition(".")[2] if isinstance(error, Malformed) else ""
    values = {name: form.text(name) for name in names}
    return Fields(values=values, weekdays=form.texts("weekday"), field=field, problem=str(error))


def wanted(form: Form, course: Course, today: date) -> dict[str, Any]:
    """A place on the list as `scheduling` takes it; what is empty is left out. Raises `Malformed`."""
    minutes = minutes_of(form)
    prefer = between(form, minutes) | {"weekdays": form.texts("weekday"), "therapist_id": form.text("therapist_id")}
    asked = {"client_id": course.client_id, "course_id": course.course_id, "minutes": minutes, "prefer": given(prefer)}
    return asked | given({"first_day": day_of(form, "first_day"), "last_day": last_day(form, today)})


def rhythm(form: Form) -> dict[str, Any]:
    """Weekly visits as `scheduling` takes them. Raises `Malformed`."""
    at = time_of(form, "time")
    if at is None:
        raise Malformed("time", "Give the time of the visits.")
    whose = given({"weekday": form.text("weekday"), "therapist_id": form.text("therapist_id")})
    return whose | {"time": f"{at:%H:%M}", "minutes": minutes_of(form)}


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """Only what is not empty."""
    return {name: value for name, value in fields.items() if value}


def minutes_of(form: Form) -> int:
    """How long a visit is. Raises `Malformed`."""
    text = form.text("minutes")
    if not (text.isdecimal() and len(text) <= len(str(LONGEST)) and 1 <= int(text) <= LONGEST):
        raise Malformed("minutes", f"Give the minutes as a number from 1 to {LONGEST}.")
    return int(text)


def between(form: Form, minutes: int) -> dict[str, Any]:
    """The times of day the visit must lie between; a visit that cannot would never be found. Raises `Malformed`."""
    first, last = time_of(form, "from") or time.min, time_of(form, "to")
    if last and (last.hour - first.hour) * 60 + last.minute - first.minute < minutes:
        raise Malformed("to", "The visit does not fit between these times.")
    return {name: f"{at:%H:%M}" for name in ("from", "to") if (at := time_of(form, name))}


def last_day(form: Form, today: date) -> date | None:
    """The last day the client waits for. Raises `Malformed`."""
    day = day_of(form, "last_day")
    if day and day < today:
        raise Malformed("last_day", "This day is over.")
    return day


def day_of(form: Form, name: str) -> date | None:
    """A day, if one was given. Raises `Malformed`."""
    return form.day(name) if form.text(name) else None


def time_of(form: Form, name: str) -> time | None:
    """A time of day, if one was given. Raises `Malformed`."""
    try:
        return time.fromisoformat(form.text(name)) if form.text(name) else None
    except ValueError as error:
        raise Malformed(name, "A time is written as hours and minutes: 09:30.") from error


ADDRESSES = [
    Address("POST", "/courses/{course_id}/waiting", join, roles=DESK),
    Address("POST", "/courses/{course_id}/waiting/{waitlist_id}/leave", leave, roles=DESK),
    Address("POST", "/courses/{course_id}/weekly", agree, roles=DESK),
    Address("POST", "/courses/{course_id}/weekly/end", end, roles=DESK),
]
