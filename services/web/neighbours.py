"""The other services, asked over their own HTTP interfaces as the person who is signed in."""

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import aiohttp
import msgspec
import structlog

from services.web.signing_in import Staff
from shared.decider import Refusal, Refused, Unknown
from shared.http.auth import issue_token
from shared.http.problems import Forbidden, Malformed

log = structlog.get_logger()

T = TypeVar("T")

TOKEN_LIFE = timedelta(minutes=5)
RENEW_AFTER = 240.0
DAY = len("2026-03-02")
TIMEOUT = aiohttp.ClientTimeout(total=3, connect=1)


class Away(Exception):  # noqa: N818 - an answer (503), not a bug
    """A service did not answer, or not in words we know."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class Item(msgspec.Struct):
    """Why one thing cannot be, from when on it could (a day or an instant), and what could be instead."""

    detail: str = ""
    rule: str = ""
    index: int | None = None
    earliest: str | None = None
    alternatives: list[dict[str, object]] | None = None


class Problem(Item):
    """As much of a problem body as a person needs; `items` where several things were asked for."""

    field: str = ""
    items: list[Item] = []


class Neighbours:
    """One HTTP session for all; the token each call carries says who asks, so their own role tables decide."""

    def __init__(self, http: aiohttp.ClientSession, services: str, signing_key: bytes) -> None:
        self._http = http
        self.addresses = dict(pair.split("=", 1) for pair in services.split(",") if pair)
        self._key = signing_key
        self._tokens: dict[UUID, tuple[str, float]] = {}

    async def get(
        self, who: Staff, service: str, path: str, kind: type[T], query: Mapping[str, str] | None = None
    ) -> T:
        """Read something. Raises `Away`, `Forbidden`, `Unknown`."""
        return await self._ask("GET", who, service, path, kind, params=query)

    async def post(
        self, who: Staff, service: str, path: str, kind: type[T], body: object, *, key: str = "", **query: str
    ) -> T:
        """Ask something that takes a body, once under a key. Raises also `Refused` and `Malformed`."""
        data = msgspec.json.encode(body)
        return await self._ask("POST", who, service, path, kind, key=key, data=data, params=query)

    async def put(self, who: Staff, service: str, path: str, kind: type[T], body: object) -> T:
        """Agree on something in place of what was agreed before. Raises the same."""
        return await self._ask("PUT", who, service, path, kind, data=msgspec.json.encode(body))

    async def delete(self, who: Staff, service: str, path: str, kind: type[T]) -> T:
        """Take something back. Raises the same."""
        return await self._ask("DELETE", who, service, path, kind)

    async def _ask(
        self, method: str, who: Staff, service: str, path: str, kind: type[T], *, key: str = "", **more: Any
    ) -> T:
        headers = {"Authorization": f"Bearer {self._token(who)}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        address = f"{self.addresses.get(service, '')}{path}"
        try:
            async with self._http.request(
                method, address, headers=headers, timeout=TIMEOUT, allow_redirects=False, **more
            ) as answer:
                return _read(service, answer.status, await answer.read(), kind)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("neighbour_away", kind=service, error=type(error).__name__)
            raise Away(service) from error

    def _token(self, who: Staff) -> str:
        token, until = self._tokens.get(who.account_id, ("", 0.0))
        if until < time.monotonic():
            token = issue_token(self._key, who.role, str(who.account_id), life=TOKEN_LIFE)
            self._tokens[who.account_id] = token, time.monotonic() + RENEW_AFTER
        return token


def _read(service: str, status: int, body: bytes, kind: type[T]) -> T:
    """Turn an answer into what it says. An answer that does not decode (a `ValueError`) is as good as none."""
    if status < 300:
        return msgspec.json.decode(body, type=kind)
    problem = msgspec.json.decode(body, type=Problem) if body.startswith(b"{") else Problem()
    match status:
        case 403:
            raise Forbidden(problem.detail)
        case 404:
            raise Unknown(problem.detail)
        case 409:
            raise Refused(*map(_refusal, problem.items or [problem]))
        case 422:
            raise Malformed(problem.field, problem.detail)
    log.warning("neighbour_away", kind=service, status=status)
    raise Away(service)


def _refusal(item: Item) -> Refusal:
    """Read an item as the service that refuses has made it."""
    return Refusal(
        rule=item.rule,
        detail=item.detail,
        index=item.index,
        earliest=_earliest(item.earliest) if item.earliest else None,
        alternatives=item.alternatives,
    )


def _earliest(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == DAY else datetime.fromisoformat(text)
