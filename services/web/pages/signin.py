"""Sign in and out: one answer for an unknown name and a wrong password, and patience with both."""

import math
import re
from dataclasses import dataclass

import structlog
from aiohttp import web

from services.web.desk import Desk
from services.web.domain.account import plain
from services.web.guard import caller, cookie_name
from services.web.page import desk_of, render
from services.web.passwords import Busy
from services.web.views.words import count

log = structlog.get_logger()

OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")
WRONG = "The login name or the password is not right. Check both and try again."
BUSY = "Too many people are signing in at this moment. Try again in a few seconds."


async def show_form(request: web.Request) -> web.Response:
    """Show the form; whoever is signed in already goes on."""
    desk, onward = desk_of(request), own_path(request.query.get("next", ""))
    if await desk.sign_ins.staff(request.cookies.get(cookie_name(desk), "")):
        raise web.HTTPSeeOther(onward)
    notice = "Please sign in to go on." if request.query.get("next") else ""
    return form(desk, next=onward, notice=notice)


async def sign_in(request: web.Request) -> web.Response:
    """Check the password; success starts a new sign-in with a new token."""
    desk, fields = desk_of(request), await request.post()
    login, password, onward = (str(fields.get(name, "")) for name in ("login", "password", "next"))
    typed = {"login": login, "next": own_path(onward)}
    try:
        token = await try_password(desk, Attempt(plain(login), password, caller(request), desk.real.now().timestamp()))
    except TooMany as many:
        return too_many(desk, many.wait, typed)
    except Busy:
        return form(desk, status=503, error=BUSY, **typed)
    if token is None:
        return form(desk, status=401, error=WRONG, **typed)
    await desk.sign_ins.end(request.cookies.get(cookie_name(desk), ""))
    return welcome(desk, token, own_path(onward))


@dataclass(frozen=True)
class Attempt:
    """A try to sign in: where it came from and when, in seconds of real time."""

    login: str
    password: str
    address: str
    at: float


class TooMany(Exception):  # noqa: N818 - an answer (429), not a bug
    """The name, or the address, has failed too often; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


async def try_password(desk: Desk, attempt: Attempt) -> str | None:
    """Give a token if the password is right. An unknown name costs as much time as a known one."""
    if wait := desk.patience.wait(attempt.login, attempt.address, attempt.at):
        raise TooMany(wait)
    account_id, password_hash = await desk.sign_ins.account(attempt.login) or (None, None)
    if not await desk.verifier.matches(attempt.password, password_hash) or account_id is None:
        desk.patience.failed(attempt.login, attempt.address, attempt.at)
        log.warning("sign_in_failed")  # without the name: people type passwords into the wrong box
        return None
    desk.patience.forget(attempt.login, attempt.address)
    return await desk.sign_ins.begin(account_id)


async def sign_out(request: web.Request) -> web.Response:
    """End the sign-in and take the cookie back."""
    desk = desk_of(request)
    await desk.sign_ins.end(request.cookies.get(cookie_name(desk), ""))
    response = form(desk, notice="You are signed out.")
    response.del_cookie(cookie_name(desk), path="/", secure=desk.secure, httponly=True, samesite="Lax")
    return response


def too_many(desk: Desk, wait: float, typed: dict[str, str]) -> web.Response:
    """Say when the next try is let through."""
    minutes = count(math.ceil(wait / 60), "minute")
    response = form(desk, status=429, error=f"Too many tries. Wait {minutes}, then try again.", **typed)
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def welcome(desk: Desk, token: str, onward: str) -> web.Response:
    """Go on to the page asked for, with the token in a cookie that scripts and other sites cannot use."""
    response = web.Response(status=303, headers={"Location": onward})
    response.set_cookie(cookie_name(desk), token, path="/", httponly=True, samesite="Lax", secure=desk.secure)
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
