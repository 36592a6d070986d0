"""What every request passes: headers, the check that a form is ours, and the sign-in."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import structlog
from aiohttp import web

from services.web.desk import SERVICE, Desk
from services.web.errors import error_page, status_of
from services.web.page import Address, PageCall, cookie, desk_of
from services.web.signing_in import Staff
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
HSTS = "max-age=31536000"
WHO: web.RequestKey[Staff] = web.RequestKey("who", Staff)
JSON_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Every answer: nothing is framed, guessed or kept, nothing runs that is not ours, and HTTPS stays HTTPS."""
    if request.app[SERVICE].config.origin.startswith("https:"):
        response.headers["Strict-Transport-Security"] = HSTS
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
        if status_of(error) == 403:
            log_refusal(request)
        return error_page(request, error)


def log_refusal(request: web.Request) -> None:
    """Write down for the security log who was kept from what."""
    who, resource = request.get(WHO), request.match_info.route.resource
    log.warning(
        "page_refused",
        address=desk_of(request).proxies.caller(request),
        account_id=str(who.account_id) if who else None,
        method=request.method,
        route=resource.canonical if resource else "none",
        reason="role" if who else "foreign_form",
    )


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
        who = await desk.sign_ins.staff(cookie(request, cookie_name(desk)))
        if who is None:
            raise web.HTTPSeeOther(
                f"/signin?next={quote(request.path_qs if request.method == 'GET' else request.path)}"
            )
        request[WHO] = who
        if who.role not in address.roles:
            raise Forbidden("This page is for other roles in the practice.")
        return await address.handler(PageCall(request, desk, who))

    return serve


def cookie_name(desk: Desk) -> str:
    """Name the cookie; on HTTPS the prefix makes browsers refuse one set by anybody else."""
    return "__Host-seriatim" if desk.secure else "seriatim"
