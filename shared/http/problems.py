"""Errors as RFC 9457 problems: what is wrong, where, what to do."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from aiohttp import web

from shared import metrics
from shared.decider import Refusal, Refused, Unknown
from shared.store.reader import Damaged
from shared.store.work import KeyReused, Unavailable

log = structlog.get_logger()

CORRELATION: web.RequestKey[str] = web.RequestKey("correlation", str)
"""What a request and all that follows from it have in common."""

RETRY_AFTER = "2"


class Malformed(Exception):  # noqa: N818 - an answer (422), not a bug
    """The input is not what was asked for; `field` says where (`regions[0].minutes`)."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


class Unauthorized(Exception):  # noqa: N818 - an answer (401)
    """No token, or one that does not hold."""


class Forbidden(Exception):  # noqa: N818 - an answer (403)
    """The role may not do this."""


def problem(status: int, kind: str, detail: str, **more: object) -> web.Response:
    """A problem body; absent members are left out."""
    body = {"type": f"/problems/{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body |= {name: value for name, value in more.items() if value is not None}
    headers = {"Retry-After": RETRY_AFTER} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/problem+json", headers=headers
    )


def refused(refusal: Refused) -> web.Response:
    """409 with the rule; every item that cannot be, where several were asked for."""
    first = refusal.items[0]
    items = None
    if any(item.index is not None for item in refusal.items):
        items = [_item(item) for item in sorted(refusal.items, key=lambda item: item.index or 0)]
        first = min(refusal.items, key=lambda item: item.index or 0)
    return problem(
        409, "refused", first.detail, rule=first.rule, earliest=instant(first.earliest), items=items,
        alternatives=first.alternatives if items is None else None,
    )  # fmt: skip


def _item(item: Refusal) -> dict[str, object]:
    found = {
        "index": item.index,
        "rule": item.rule,
        "detail": item.detail,
        "earliest": instant(item.earliest),
        "alternatives": item.alternatives,
    }
    return {name: value for name, value in found.items() if value is not None}


def instant(value: date | datetime | None) -> str | None:
    """A day as it is, an instant in UTC ending in `Z`."""
    return None if value is None else json.loads(msgspec.json.encode(value))


AT_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
MISSING_FIELD = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[^`]+)`")


def malformed(error: msgspec.ValidationError) -> web.Response:
    """422 with the field, made from the decoder's message (which names types, never values)."""
    match = AT_PATH.match(str(error))
    what, path = (match["what"], match["path"] or "$") if match else (str(error), "$")
    field = path.removeprefix("$").removeprefix(".")
    if missing := MISSING_FIELD.search(what):
        field = f"{field}.{missing['field']}" if field else missing["field"]
    return problem(422, "malformed", _sentence(what), field=field or None)


def _sentence(what: str) -> str:
    if "timezone" in what:
        return "An instant needs a time zone: end it in Z or give an offset such as -05:00."
    if "unknown field" in what:
        return "This field is not known here. Check its spelling."
    if "missing required" in what:
        return "This field is required."
    return what.removeprefix("Invalid value: ").rstrip(".") + "."


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answer_with_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every way a request can fail, as a problem. A stack trace never leaves the process."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _http_error(error)
    except Exception as error:  # noqa: BLE001 - the last line: whatever it is, it gets an answer
        return _answer(error, request)


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Time by route template and status."""
    started = time.perf_counter()
    response = await handler(request)
    took = time.perf_counter() - started
    metrics.http_seconds.labels(request.method, _route(request), str(response.status)).observe(took)
    return response


def _route(request: web.Request) -> str:
    """The route's template: no id stands in it."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _http_error(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        raise error
    details = {
        404: "There is nothing at this address.",
        405: "This address does not take this method.",
        413: "The body is over 1 MiB. Send less.",
    }
    kinds = {404: "unknown", 405: "method", 413: "too_large"}
    response = problem(error.status, kinds.get(error.status, "http"), details.get(error.status, error.reason))
    if allow := error.headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


def _answer(error: Exception, request: web.Request) -> web.Response:
    for kind, answer in ANSWERS:
        if isinstance(error, kind):
            return answer(error)
    log.error(
        "request_failed",
        method=request.method,
        route=_route(request),
        correlation_id=request.get(CORRELATION),
        error=type(error).__name__,
        exc_info=error,
    )
    return problem(500, "internal", "Something went wrong on our side. Nothing was stored.")


def _unauthorized(detail: str) -> web.Response:
    response = problem(401, "unauthorized", detail)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unavailable(error: Unavailable) -> web.Response:
    return problem(503, "unavailable", f"Nothing was stored: {error}. Try again in a moment.")


ANSWERS: tuple[tuple[type[Exception], Callable[[Any], web.Response]], ...] = (
    (Refused, refused),
    (Malformed, lambda error: problem(422, "malformed", error.detail, field=error.field)),
    (KeyReused, lambda error: problem(422, "key_reused", str(error), field="Idempotency-Key")),
    (msgspec.ValidationError, malformed),
    (Unknown, lambda error: problem(404, "unknown", str(error) or "There is no such thing.")),
    (Unauthorized, lambda error: _unauthorized(str(error))),
    (Forbidden, lambda error: problem(403, "forbidden", str(error))),
    (Damaged, lambda error: problem(409, "damaged", str(error), rule="damaged")),
    (Unavailable, _unavailable),
)
