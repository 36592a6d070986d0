"""Sign in and out: one answer for an unknown name and a wrong password, and patience with both."""

import asyncio
import math
import re
from uuid import UUID

import structlog
from aiohttp import web

from services.web.caller import neighbourhood
from services.web.desk import Desk
from services.web.devices import LIFE as DEVICE_LIFE
from services.web.domain.account import account_of
from services.web.forms import read_form
from services.web.guard import cookie_name
from services.web.page import cookie, desk_of, render
from services.web.passwords import Busy
from services.web.throttle import TooMany, Try
from services.web.views.words import count

log = structlog.get_logger()

OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")
LONGEST_LOGIN = 100
WRONG = "The login name or the password is not right. Check both and try again."
EMPTY = "Type your login name and your password."
BUSY_WAIT = 5.0
BUSY = "Too many people are signing in at this moment. Try again in a few seconds."


async def show_form(request: web.Request) -> web.Response:
    """Show the form; whoever is signed in already goes on."""
    desk, onward = desk_of(request), own_path(request.query.get("next", ""))
    if await desk.sign_ins.staff(cookie(request, cookie_name(desk))):
        raise web.HTTPSeeOther(onward)
    notice = "Please sign in to go on." if request.query.get("next") else ""
    return form(desk, next=onward, notice=notice)


async def sign_in(request: web.Request) -> web.Response:
    """Check the password; success starts a new sign-in with a new token."""
    desk, fields = desk_of(request), await read_form(request)
    login, password, onward = (fields.exact(name) for name in ("login", "password", "next"))
    typed = {"login": login[:LONGEST_LOGIN], "next": own_path(onward)}
    if not (login.strip() and password):
        return form(desk, status=422, error=EMPTY, **typed)
    try:
        account_id = await try_password(request, login, password)
    except TooMany as many:
        return too_many(desk, many.wait, typed)
    except Busy:
        return later(form(desk, status=503, error=BUSY, **typed), BUSY_WAIT)
    if account_id is None:
        return form(desk, status=401, error=WRONG, **typed)
    await desk.sign_ins.end(cookie(request, cookie_name(desk)))
    return welcome(desk, account_id, await desk.sign_ins.begin(account_id), own_path(onward))


async def try_password(request: web.Request, login: str, password: str) -> UUID | None:
    """Give the account if the password is right. An unknown name costs as much time as a known one.

    No name goes into the log: people type passwords into the wrong box.
    """
    desk, now = desk_of(request), desk_of(request).real.now().timestamp()
    account_id, password_hash = await desk.sign_ins.account(login)
    address, device = desk.proxies.caller(request), known_device(request, login)
    one = Try(name=str(account_of(login)), address=neighbourhood(address), device=device, at=now)
    told = log.bind(address=address, account_id=str(account_id) if account_id else None)
    try:
        right = await verify(desk, one, password, password_hash)
    except TooMany as many:
        told.warning("sign_in_refused", reason=many.reason)
        raise
    except Busy:
        told.warning("sign_in_refused", reason="busy")
        raise
    if not right:
        told.warning("sign_in_failed")
        for what in desk.patience.failed(one):
            told.error("sign_in_attacked", reason=f"failures_of_{what}")
        return None
    desk.patience.succeeded(one)
    told.info("signed_in", kind="known_device" if device else "new_device")
    return account_id


async def verify(desk: Desk, one: Try, password: str, password_hash: str | None) -> bool:
    """Wait for one's turn, then check the password. Raises `TooMany`, or `Busy`: then nothing was tried."""
    delay = desk.patience.begin(one)
    try:
        await asyncio.sleep(delay)
        verifier = desk.verifier if one.device else desk.verifier_of_strangers
        return await verifier.matches(password, password_hash)
    except Busy:
        desk.patience.gave_up(one)
        raise


def known_device(request: web.Request, login: str) -> str | None:
    """The browser's device, if this very person has signed in with it before."""
    desk, account_id = desk_of(request), account_of(login)
    found = cookie(request, device_cookie(desk, account_id))
    return desk.devices.known(found, account_id, desk.real.now().timestamp())


def device_cookie(desk: Desk, account_id: UUID) -> str:
    """Name the cookie of a device: each person who uses a browser has one there."""
    return f"{cookie_name(desk)}-device-{account_id.hex[:8]}"


async def sign_out(request: web.Request) -> web.Response:
    """End the sign-in and take its cookie back. The device stays known."""
    desk, token = desk_of(request), cookie(request, cookie_name(desk_of(request)))
    if who := await desk.sign_ins.staff(token):
        await desk.sign_ins.end(token)
        log.info("signed_out", address=desk.proxies.caller(request), account_id=str(who.account_id))
    response = form(desk, notice="You are signed out.")
    response.del_cookie(cookie_name(desk), path="/", secure=desk.secure, httponly=True, samesite="Lax")
    return response


def too_many(desk: Desk, wait: float, typed: dict[str, str]) -> web.Response:
    """Say when the next try is let through."""
    minutes = count(math.ceil(wait / 60), "minute")
    return later(form(desk, status=429, error=f"Too many tries. Wait {minutes}, then try again.", **typed), wait)


def later(response: web.Response, wait: float) -> web.Response:
    """Say to programs too when to try again."""
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def welcome(desk: Desk, account_id: UUID, token: str, onward: str) -> web.Response:
    """Go on to the page asked for, with token and device in cookies that scripts and other sites cannot use."""
    response = web.Response(status=303, headers={"Location": onward})
    response.set_cookie(cookie_name(desk), token, path="/", httponly=True, samesite="Lax", secure=desk.secure)
    response.set_cookie(
        device_cookie(desk, account_id),
        desk.devices.issue(account_id, desk.real.now().timestamp()),
        max_age=int(DEVICE_LIFE.total_seconds()),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=desk.secure,
    )
    return response


def form(desk: Desk, *, status: int = 200, **values: str) -> web.Response:
    """Show the sign-in form."""
    empty = {"error": "", "notice": "", "login": "", "next": "/day"}
    return render(desk, "signin.html", status=status, **(empty | values))


def own_path(path: str) -> str:
    """Give a path of ours to go on to; anything that could lead elsewhere becomes the day."""
    return path if OWN_PATH.fullmatch(path) else "/day"


def add(app: web.Application) -> None:
    """The only pages that need no sign-in."""
    app.router.add_get("/signin", show_form)
    app.router.add_post("/signin", sign_in)
    app.router.add_post("/signout", sign_out)
