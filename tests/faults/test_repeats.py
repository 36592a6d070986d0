"""A request repeated while the first is still at work is answered like the first, not refused because of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from shared.clock import Clock
from shared.config import Config, Practice
from shared.decider import refuse
from shared.http.auth import issue_token
from shared.http.routes import Call, Route
from shared.running import running, serving
from shared.service import Service
from shared.store.unit import Tx
from tests import servers
from tests.harness import KEYS
from tests.integration.shared import tally
from tests.integration.shared.conftest import database

CLIENT = uuid4()


class Counter:
    """A handler that looks first and writes later, as booking does."""

    def __init__(self) -> None:
        self.second_may_look = asyncio.Event()
        self.second_came = asyncio.Event()
        self._calls = 0

    async def strike(self, call: Call) -> Any:
        self._calls += 1
        if self._calls == 1:
            await self.second_came.wait()
        else:
            self.second_came.set()
            await self.second_may_look.wait()
        if (await call.service.store.state(f"tally-{CLIENT}")).strokes:
            raise refuse("taken", "Somebody was here.")

        async def unit(tx: Tx) -> dict[str, int]:
            await tx.decide(f"tally-{CLIENT}", tally.Strike(client_id=CLIENT))
            return {"strokes": 1}

        return await call.write(unit)


@asynccontextmanager
async def served(bus: servers.Nats, clock: Clock, counter: Counter, folder: Path) -> AsyncIterator[str]:
    (folder / "token.pub").write_bytes(KEYS[1])
    route = Route("POST", "/strokes", counter.strike, ("owner",), "Strike")
    config = Config(database=await database("records"), nats=bus.url("records"), token_key=folder / "token.pub")
    definition = replace(tally.definition("records"), routes=[route])
    service = Service(definition, config, Practice(zone="America/New_York"), clock)
    async with AsyncExitStack() as stack:
        replica = await stack.enter_async_context(running(service))
        yield f"http://127.0.0.1:{await stack.enter_async_context(serving(service, replica))}/strokes"


async def test_a_repeat_that_comes_too_soon_is_answered_like_the_first(
    bus: servers.Nats, clock: Clock, tmp_path: Path
) -> None:
    counter = Counter()
    token = issue_token(KEYS[0], "owner", "test-owner", client_id=None)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    async with served(bus, clock, counter, tmp_path) as address, aiohttp.ClientSession(headers=headers) as http:
        first, second = asyncio.create_task(_post(http, address)), asyncio.create_task(_post(http, address))
        done, _ = await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
        counter.second_may_look.set()
        assert {task.result() for task in done} == {(200, 1)}
        assert set(await asyncio.gather(first, second)) == {(200, 1)}


async def _post(http: aiohttp.ClientSession, address: str) -> tuple[int, int | None]:
    async with http.post(address) as answer:
        return answer.status, (await answer.json(content_type=None)).get("strokes")
