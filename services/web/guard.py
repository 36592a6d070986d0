"""What every request passes: headers, the check that a form is ours, and the sign-in."""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import structlog
from aiohttp import web

from services.web.desk import Desk
from services.web.errors import error_page, status_of
from services.web.page import Address, PageCall, desk_of
from shared.http.problems import Forbidden

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# `same-origin` sends no referrer to anybody else, as `no-referrer` would; but under `no-referrer` browsers also
# blank the Origin of our own forms, which is what the check below goes by on plain HTTP.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
JSON_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Every answer: nothing is framed, guessed or kept, and nothing runs that is not ours."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign forms, and turn whatever goes wrong into a page."""
    if request.path in JSON_PATHS:
        return await handler(request)
    try:
        refuse_foreign(request)
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except Exception as error:
        if status_of(error) == 500:
            log.exception("request_failed", error=type(error).__name__)
        return error_page(request, error)


def refuse_foreign(request: web.Request) -> None:
    """Let a form through only if one of our own pages sent it. Raises `Forbidden`."""
    if request.method not in {"GET", "HEAD"} and not is_ours(request, desk_of(request)):
        raise Forbidden("This form was not sent from one of our pages. Open the page again and send it from there.")


def is_ours(request: web.Request, desk: Desk) -> bool:
    """Whether a form comes from our own pages: browsers say so in Sec-Fetch-Site, or else by the Origin."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == desk.service.config.origin


def signed_in(address: Address) -> Handler:
    """Let in who is signed in and has the role; others are sent to the sign-in page."""

    async def serve(request: web.Request) -> web.StreamResponse:
        desk = desk_of(request)
        who = await desk.sign_ins.staff(request.cookies.get(cookie_name(desk), ""))
        if who is None:
            raise web.HTTPSeeOther(
                f"/signin?next={quote(request.path_qs if request.method == 'GET' else request.path)}"
            )
        if who.role not in address.roles:
            raise Forbidden("This page is for other roles in the practice.")
        return await address.handler(PageCall(request, desk, who))

    return serve


def cookie_name(desk: Desk) -> str:
    """Name the cookie; on HTTPS the prefix makes browsers refuse one set by anybody else."""
    return "__Host-seriatim" if desk.secure else "seriatim"


def caller(request: web.Request) -> str:
    """Find the address a request came from: what our own front door says, when it is the one speaking."""
    peer = request.remote or ""
    try:
        trusted = not ipaddress.ip_address(peer).is_global
    except ValueError:
        return peer
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if trusted and forwarded else peer
