"""The one place where what a form sent is read: as HTML forms send it, or it is refused with a sentence."""

import re
from datetime import date
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from multidict import MultiDict

from shared.http.problems import Malformed

KIND = "application/x-www-form-urlencoded"
MOST_FIELDS = 1_000
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
"""None of our fields has several lines, and no database takes NUL."""
NO_FORM = "This was not sent as one of our forms sends it. Nothing was changed. Open the page again."


class Form:
    """The fields of a form, as text."""

    def __init__(self, fields: MultiDict[str]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """A field without the blanks around it; empty where there is none. Raises `Malformed` if given twice."""
        return self.exact(name).strip()

    def exact(self, name: str) -> str:
        """A field as it was typed; empty where there is none. Raises `Malformed` if given twice."""
        found = self.texts(name)
        if len(found) > 1:
            raise Malformed(name, f"The field {name} was sent twice. Open the page again.")
        return found[0] if found else ""

    def texts(self, name: str) -> list[str]:
        """All fields of this name."""
        return self._fields.getall(name, [])

    def day(self, name: str) -> date:
        """A day. Raises `Malformed`."""
        return day_in(name, self.text(name))


def day_in(name: str, text: str) -> date:
    """A day that has a day before and after it, which pages name too. Raises `Malformed`."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Malformed(name, "A day is written as year, month and day: 2026-03-04.") from error
    if day in (date.min, date.max):
        raise Malformed(name, "This day is too far away.")
    return day


async def read_form(request: web.Request) -> Form:
    """The fields that were sent. Raises `Malformed`, or an HTTP error when the body itself cannot be read."""
    try:
        body = await request.read()
    except (web.RequestPayloadError, aiohttp.http_exceptions.HttpProcessingError) as error:
        raise web.HTTPBadRequest from error
    if body and not is_form(request):
        raise Malformed("form", NO_FORM)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Malformed("form", NO_FORM) from error
    for name, value in fields:
        if CONTROLS.search(value):
            raise Malformed(name, "A field holds a character that cannot be typed. Type it again.")
    return Form(MultiDict(fields))


def is_form(request: web.Request) -> bool:
    """Whether a body says that it is a form in UTF-8."""
    return request.content_type == KIND and (request.charset or "utf-8").lower() in {"utf-8", "utf8"}
