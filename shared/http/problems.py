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
from shared.http.refusals import Refusals
from shared.http.sentences import sentence
from shared.store.reader import Damaged
from shared.store.work import Doubtful, KeyReused, TooLarge, Unavailable

log = structlog.get_logger()

CORRELATION: web.RequestKey[str] = web.RequestKey("correlation", str)
"""What a request and all that follows from it have in common."""

STORED: web.RequestKey[int] = web.RequestKey("stored", int)
"""The position up to which the log holds what a request asked for, once that is committed."""
REFUSALS = Refusals()
RETRY_AFTER = "2"


class Malformed(Exception):  # noqa: N818 - an answer (422), not a bug
    """The input is not what was asked for; `field` says where (`regions[0].minutes`)."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


class WrongType(Exception):  # noqa: N818 - an answer (415)
    """The body is of another kind than JSON."""


class TooSlow(Exception):  # noqa: N818 - an answer (408)
    """The body did not come to its end in time."""


UNREAD = (TooSlow, web.RequestPayloadError)
"""The body could not be read to its end."""


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
NAMED_FIELD = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[^`]+)`")
LONGEST_FIELD = 200


def malformed(error: msgspec.ValidationError) -> web.Response:
    """422 with the field, made from the decoder's message."""
    match = AT_PATH.match(str(error))
    what, path = (match["what"], match["path"] or "$") if match else (str(error), "$")
    field = path.removeprefix("$").removeprefix(".")
    if named := NAMED_FIELD.search(what):
        field = f"{field}.{named['field']}" if field else named["field"]
    return problem(422, "malformed", sentence(what), field=field[:LONGEST_FIELD] or None)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answer_with_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every way a request can fail, as a problem. A stack trace never leaves the process."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - the last line: whatever it is, it gets an answer
        return failed(error, request)


def failed(error: Exception, request: web.Request) -> web.StreamResponse:
    """The answer to a request that failed; a redirection is none."""
    if isinstance(error, web.HTTPException):
        return _http_error(error)
    if isinstance(error, UNREAD) or (isinstance(error, ConnectionError) and request.transport is None):
        return _unread(error, request)
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
    found = request._match_info  # noqa: SLF001 - none yet when the request failed before it was routed
    resource = found.route.resource if found is not None else None
    return resource.canonical if resource else "none"


HTTP_ERRORS = {
    404: ("unknown", "There is nothing at this address."),
    405: ("method", "This address does not take this method."),
    413: ("too_large", "The body is over 1 MiB. Send less."),
    417: ("http", "This expectation cannot be met. Leave the header Expect out."),
}


def _http_error(error: web.HTTPException) -> web.StreamResponse:
    """An error of aiohttp's own; its text may repeat what was sent."""
    if error.status < 400:
        raise error
    kind, detail = HTTP_ERRORS.get(error.status, ("http", "This request cannot be answered."))
    response = problem(error.status, kind, detail)
    if allow := error.headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


def _unread(error: Exception, request: web.Request) -> web.Response:
    """A body that never came to its end. Nobody knows where the next request begins: the connection is closed."""
    request.content.feed_eof()
    slow = isinstance(error, TooSlow)
    detail = "The body took too long to come." if slow else "The body is not what its headers say."
    response = problem(408 if slow else 400, "slow" if slow else "http", detail)
    response.force_close()
    return response


def _answer(error: Exception, request: web.Request) -> web.Response:
    known = next((answer for kind, answer in ANSWERS if isinstance(error, kind)), None)
    if STORED in request:
        return _stored(error, request)
    if isinstance(error, Unauthorized | Forbidden):
        REFUSALS.note(request, _route(request), 401 if isinstance(error, Unauthorized) else 403)
    if known:
        return known(error, request)
    _log_failure(error, request)
    return problem(500, "internal", "Something went wrong on our side. Nothing was stored.")


def _stored(error: Exception, request: web.Request) -> web.Response:
    """It failed after the commit: only the answer is missing."""
    _log_failure(error, request)
    away, position = isinstance(error, Unavailable), request[STORED]
    detail = f"This was stored (position {position}); only the answer could not be made. {_again(request)}"
    response = problem(503 if away else 500, "unavailable" if away else "internal", detail, position=position)
    response.headers["Seriatim-Position"] = str(position)
    return response


def _again(request: web.Request) -> str:
    """What to do when the outcome is not known from the answer."""
    if request.headers.get("Idempotency-Key"):
        return "Sent again with the same Idempotency-Key, it is not done twice."
    return "Look it up before you send it again."


def _log_failure(error: Exception, request: web.Request) -> None:
    log.error(
        "request_failed",
        method=request.method,
        route=_route(request),
        correlation_id=request.get(CORRELATION),
        error=type(error).__name__,
        exc_info=error,
    )


def _unauthorized(error: Unauthorized, _: web.Request) -> web.Response:
    response = problem(401, "unauthorized", str(error))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unavailable(error: Unavailable, request: web.Request) -> web.Response:
    if isinstance(error, Doubtful):
        return problem(503, "unavailable", f"It is not known whether this was stored: {error}. {_again(request)}")
    return problem(503, "unavailable", f"Nothing was stored: {error}. Try again in a moment.")


ANSWERS: tuple[tuple[type[Exception], Callable[[Any, web.Request], web.Response]], ...] = (
    (Refused, lambda error, _: refused(error)),
    (Malformed, lambda error, _: problem(422, "malformed", error.detail, field=error.field[:LONGEST_FIELD])),
    (WrongType, lambda error, _: problem(415, "type", str(error))),
    (KeyReused, lambda error, _: problem(422, "key_reused", str(error), field="Idempotency-Key")),
    (TooLarge, lambda error, _: problem(413, "too_large", str(error))),
    (msgspec.ValidationError, lambda error, _: malformed(error)),
    (Unknown, lambda error, _: problem(404, "unknown", str(error) or "There is no such thing.")),
    (Unauthorized, _unauthorized),
    (Forbidden, lambda error, _: problem(403, "forbidden", str(error))),
    (Damaged, lambda error, _: problem(409, "damaged", str(error), rule="damaged")),
    (Unavailable, _unavailable),
)
