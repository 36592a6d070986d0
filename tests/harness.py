"""Services at work inside the test: real database, real bus, a simulated clock, and their HTTP."""

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import aiohttp
import msgspec

from shared.clock import Clock
from shared.config import Config, Practice, read_practice
from shared.http.auth import issue_token, new_keys
from shared.questions.question import Question
from shared.running import Running, running, serving
from shared.service import Service
from shared.settle import Settled
from shared.settle import settled as standing
from tests import servers

START = "2026-03-02T13:00:00Z"
KEYS = new_keys()


@dataclass
class Answer:
    """What came back over HTTP."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class It:
    """A service under test, and a person talking to it."""

    service: Service
    replica: Running
    base: str
    http: aiohttp.ClientSession
    group: dict[str, "It"] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        role: str | None = "owner",
        key: str | None = None,
        client_id: UUID | str | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Content-Type": "application/json"} | (headers or {})
        if role:
            client = UUID(str(client_id)) if client_id else None
            sent["Authorization"] = f"Bearer {issue_token(KEYS[0], role, f'test-{role}', client_id=client)}"  # type: ignore[arg-type]
        if key:
            sent["Idempotency-Key"] = key
        data = body if body is not None else None if json is None else msgspec.json.encode(json)
        async with self.http.request(method, self.base + path, data=data, headers=sent) as answer:
            raw = await answer.read()
            parsed = msgspec.json.decode(raw) if "json" in answer.content_type else raw
            return Answer(answer.status, parsed, dict(answer.headers))

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> Answer:
        return await self.ask("POST", path, json, **more)

    async def put(self, path: str, json: Any = None, **more: Any) -> Answer:
        return await self.ask("PUT", path, json, **more)

    async def patch(self, path: str, json: Any = None, **more: Any) -> Answer:
        return await self.ask("PATCH", path, json, **more)

    async def delete(self, path: str, **more: Any) -> Answer:
        return await self.ask("DELETE", path, **more)

    async def settled(self, seconds: float = 10) -> None:
        """Wait until everything published is heard and no timer is due, seen twice."""
        calm = 0
        async with asyncio.timeout(seconds):
            while calm < 2:
                calm = calm + 1 if await self._calm() else 0
                await asyncio.sleep(0.005)

    async def move_clock(self, now: str) -> None:
        """Go to a later time, stopping at each timer on the way."""
        target = datetime.fromisoformat(now)
        while True:
            await self.settled()
            due = [state.due for state in (await self._states()).values() if state.due]
            if not due or min(due) > target:
                break
            self._clock().move(min(due))
        self._clock().move(target)
        await self.settled()

    def _clock(self) -> Clock:
        return self.service.clock  # one clock for the whole group

    async def _states(self) -> dict[str, Settled]:
        group = self.group or {self.service.name: self}
        return {name: await standing(it.service, it.replica) for name, it in group.items()}

    async def _calm(self) -> bool:
        states, now = await self._states(), self.service.clock.now()
        return all(
            not state.busy
            and state.relayed
            and not state.pending
            and (state.due is None or state.due > now)
            and all(at >= states[p].published for p, at in state.heard.items() if p in states)
            for state in states.values()
        )


async def answered(it: It, question: Question) -> Any:
    """What the service answers, as whoever may ask reads it."""
    found = await it.service.definition.answers[type(question)](it.service, question)
    return msgspec.json.decode(msgspec.json.encode(found), type=question.answer)


async def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait until the condition (a function, also async) gives something true."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.005)


@asynccontextmanager
async def practice(
    *names: str, now: str = START, settings: dict[str, Any] | None = None, **environment: Any
) -> AsyncIterator[dict[str, It]]:
    """These services together on one bus and one clock; gives them by name."""
    clock, group = Clock(datetime.fromisoformat(now)), {}
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(servers.fresh_nats())
        for name in names:
            config = await config_of(name, bus, environment)
            it = await stack.enter_async_context(one(name, config, settings or {}, clock))
            it.group = group
            group[name] = it
        yield group


@asynccontextmanager
async def running_one(name: str, **more: Any) -> AsyncIterator[It]:
    """One service by itself."""
    async with practice(name, **more) as group:
        yield group[name]


async def config_of(name: str, bus: servers.Nats, environment: dict[str, Any]) -> Config:
    service_url, owner_url = await servers.fresh_database(name)
    folder = bus.folder / "keys"
    folder.mkdir(exist_ok=True)
    for file, content in (("token.key", KEYS[0]), ("token.pub", KEYS[1]), ("wrapping.key", os.urandom(32))):
        if not (folder / file).exists():
            (folder / file).write_bytes(content)
    given = {
        "database": service_url,
        "owner_database": owner_url,
        "nats": bus.url(name),
        "nats_monitor": bus.monitor,
        "token_key": folder / "token.pub",
        "signing_key": folder / "token.key",
        "wrapping_key": folder / "wrapping.key",
    }
    return Config(**(given | environment))


@asynccontextmanager
async def one(name: str, config: Config, settings: dict[str, Any], clock: Clock) -> AsyncIterator[It]:
    found: Practice = read_practice(config)
    found = msgspec.convert(msgspec.to_builtins(found) | settings, Practice)
    build = importlib.import_module(f"services.{name}.app").build
    service = Service(build(config, found), config, found, clock)
    async with AsyncExitStack() as stack:
        replica = await stack.enter_async_context(running(service))
        port = await stack.enter_async_context(serving(service, replica))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        it = It(service, replica, f"http://127.0.0.1:{port}", http)
        await until(lambda: service.bus.connected and replica.leads)
        yield it
