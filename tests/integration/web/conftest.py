"""The pages at work on a real database, with a browser that keeps its cookie, and stand-ins for the other services."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uuid_utils.compat as uuid
from argon2 import PasswordHasher

from services.web.domain.account import AccountCommand, OpenAccount, account_of, stream
from services.web.signing_in import SignIns
from shared.clock import Clock
from shared.http.auth import Tokens
from shared.messages import Cause
from shared.store.unit import Tx
from tests.harness import It, practice
from tests.integration.web import samples, standins

NOW = "2026-03-04T15:52:00Z"
PASSWORD = "correct horse battery"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)  # quick, for a hundred tries
ORIGIN = "http://127.0.0.1:8080"
COURSE = f"/courses/{samples.COURSE}"
CLIENT = f"/clients/{samples.ROSA}"
NOTE, HISTORY, CADENCE = f"{COURSE}/note", f"{COURSE}/history", "/cadence"
PAGES = ["/day", "/clients", CLIENT, COURSE, NOTE, HISTORY, CADENCE, "/waiting"]


@dataclass
class Page:
    """What a browser was given."""

    status: int
    text: str
    headers: Any
    cookies: Any


@dataclass
class Browser:
    """A person at the pages."""

    it: It
    others: standins.Practice
    real: Clock
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def elsewhere(self, address: str) -> "Browser":
        """Somebody else's browser, at this address as our own front door tells it."""
        return Browser(self.it, self.others, self.real, address=address)

    async def get(self, path: str) -> Page:
        return await self._ask("GET", path, {})

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> Page:
        sent = {name.replace("_", "-"): value for name, value in headers.items()} or {"Sec-Fetch-Site": "same-origin"}
        return await self._ask("POST", path, sent, data=fields)

    async def sign_in(self, login: str = "maria", password: str = PASSWORD, onward: str = "/day") -> Page:
        return await self.post("/signin", {"login": login, "password": password, "next": onward})

    async def put(self, command: AccountCommand, login: str = "maria") -> None:
        async def unit(tx: Tx) -> None:
            await tx.decide(stream(account_of(login)), command)

        await self.it.service.store.write(unit, Cause(actor="operator", correlation_id=uuid.uuid7()))

    async def open(self, login: str, role: Any, name: str) -> None:
        await self.put(OpenAccount(login=login, role=role, name=name, password_hash=HASH), login)

    async def _ask(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Page:
        jar = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        told = {"X-Forwarded-For": self.address} if self.address else {}
        async with self.it.http.request(
            method, self.it.base + path, headers=headers | jar | told, allow_redirects=False, **more
        ) as answer:
            for name, morsel in answer.cookies.items():
                self.cookies[name] = morsel.value
            return Page(answer.status, await answer.text(errors="replace"), answer.headers, answer.cookies)


@pytest.fixture(name="browser")
async def _browser() -> AsyncIterator[Browser]:
    """Nobody is signed in yet; Maria (owner), Dee (front desk) and Ana (therapist) may."""
    others = standins.Practice()
    async with standins.standing_in(others) as addresses, practice("web", now=NOW, services=addresses) as group:
        it = group["web"]
        others.tokens = Tokens(it.service.config.token_key)
        real = Clock(Clock().now())
        it.service.own.real, it.service.own.sign_ins = real, SignIns(it.service.store, real)
        browser = Browser(it, others, real)
        for login, role, name in (
            ("maria", "owner", "Maria Lopez"), ("dee", "front_desk", "Dee Ward"), ("ana", "therapist", "Ana Petrov"),
        ):  # fmt: skip
            await browser.open(login, role, name)
        yield browser


@pytest.fixture(name="signed_in")
async def _signed_in(browser: Browser) -> Browser:
    """Maria is signed in."""
    assert (await browser.sign_in()).status == 303
    return browser
