"""A route and a call: what a handler is given and what it may do."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import uuid_utils.compat as uuid
from aiohttp import web
from msgspec import Struct

from shared.decider import Unknown
from shared.http.auth import Who
from shared.http.problems import STORED, Malformed
from shared.messages import Cause, Command
from shared.store.unit import Run, Tx
from shared.store.work import Request
from shared.vocabulary import Role

if TYPE_CHECKING:
    from shared.service import Service

KEY = "Idempotency-Key"
LONGEST_KEY = 200
READING = ("GET", "HEAD")
STAFF: tuple[Role, ...] = ("owner", "front_desk", "therapist")


@dataclass(frozen=True)
class Route:
    """One address. A write's handler gives ids (remembered under the key); `answer(call, ids)` makes the body of them.

    `takes` and `query` are structs that refuse unknown fields, `gives` describes the answer in the OpenAPI.
    """

    method: str
    path: str
    handler: Callable[["Call"], Awaitable[Any]]
    roles: tuple[Role, ...]
    summary: str
    takes: type[Struct] | None = None
    query: type[Struct] | None = None
    gives: Any = None
    status: int = 200
    answer: Callable[["Call", dict[str, Any]], Awaitable[Any]] | None = None


@dataclass(frozen=True)
class Plain:
    """An address for programs that send no token: the handler lets in by itself, and answers with a file of a kind."""

    method: str
    path: str
    handler: Callable[["Service", web.Request], Awaitable[web.StreamResponse]]
    summary: str
    kind: str
    query: type[Struct] | None = None


@dataclass(frozen=True)
class Missing:
    """An address of the contract that is not served yet: 501."""

    method: str
    path: str
    summary: str


AnyRoute = Route | Plain | Missing


@dataclass
class Call:
    """A request that was let in: who, what, when."""

    service: "Service"
    request: web.Request
    who: Who
    body: Any = None
    query: Any = None
    raw: bytes = b""
    correlation_id: UUID = field(default_factory=uuid.uuid7)
    position: int | None = None

    @property
    def now(self) -> datetime:
        """The present instant of the practice."""
        return self.service.clock.now()

    @property
    def cause(self) -> Cause:
        """Who is behind what this call changes."""
        return Cause(actor=self.who.actor, correlation_id=self.correlation_id)

    def new_id(self) -> UUID:
        """A new id (UUID v7)."""
        return uuid.uuid7()

    def path_id(self, name: str) -> UUID:
        """An id in the address; what is no id is unknown."""
        try:
            return UUID(self.request.match_info[name])
        except ValueError as error:
            raise Unknown("There is nothing with this id.") from error

    async def put(self, commands: Mapping[str, Command], ids: dict[str, Any]) -> dict[str, Any]:
        """Put each command to its stream, all or none; `ids` are what the answer will be made of."""

        async def unit(tx: Tx) -> dict[str, Any]:
            await tx.decide_each(commands)
            return ids

        stored: dict[str, Any] = await self.write(unit, streams=list(commands))
        return stored

    async def write(self, unit: Run, *, streams: list[str] | None = None, reads: bool = False) -> Any:
        """Run a unit of work in the writer; its value is remembered under the Idempotency-Key, if one was sent."""
        outcome = await self.service.store.write(
            unit, self.cause, streams=tuple(streams or ()), reads=reads, request=self.idempotency
        )
        self.position = self.request[STORED] = outcome.position
        return outcome.value

    @property
    def idempotency(self) -> Request | None:
        """The key sent with the request, bound to who sent it and to what was asked. Raises `Malformed`."""
        if self.request.method in READING or (key := key_of(self.request)) is None:
            return None
        asked = b"\n".join([self.request.method.encode(), self.request.path_qs.encode(), self.raw])
        return Request(key=f"{self.who.actor} {key}", hash=hashlib.sha256(asked).digest())


def is_id(text: str) -> bool:
    """Whether it is an id as it is written in an address."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def key_of(request: web.Request) -> str | None:
    """The Idempotency-Key of a request. Raises `Malformed`."""
    keys = request.headers.getall(KEY, [])
    if not keys:
        return None
    if len(keys) > 1:
        raise Malformed(KEY, "Send one Idempotency-Key, not several.")
    if not 0 < len(keys[0]) <= LONGEST_KEY or not keys[0].isprintable():
        raise Malformed(KEY, f"An Idempotency-Key is 1 to {LONGEST_KEY} characters of readable text, such as a UUID.")
    return keys[0]
