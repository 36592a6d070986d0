"""What an answer says about the log is true: stored, not stored, or not known."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import pytest

from shared.clock import Clock
from shared.config import Config, Practice
from shared.http.auth import issue_token
from shared.http.routes import Call, Route
from shared.running import running, serving
from shared.service import Service
from shared.store import writer
from shared.store.work import Unavailable
from tests import servers
from tests.harness import KEYS, until
from tests.integration.shared import tally
from tests.integration.shared.conftest import owned_database

STREAM = UUID("01890000-0000-7000-8000-000000000000")
DIES_IN_THE_COMMIT = """
create function die() returns trigger language plpgsql as
  $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
create constraint trigger dies after insert on read.tally deferrable initially deferred
  for each row execute function die();
"""


async def strike(call: Call) -> Any:
    return await call.put({f"tally-{STREAM}": tally.Strike(client_id=STREAM)}, {"client_id": STREAM})


async def fail(call: Call, ids: dict[str, Any]) -> Any:
    raise OverflowError


async def be_away(call: Call, ids: dict[str, Any]) -> Any:
    raise Unavailable("the neighbour is away")


async def fail_before(call: Call) -> Any:
    raise OverflowError


ROUTES = [
    Route("POST", "/strokes", strike, ("owner",), "Strike"),
    Route("POST", "/strokes-unread", strike, ("owner",), "Strike", answer=fail),
    Route("POST", "/strokes-away", strike, ("owner",), "Strike", answer=be_away),
    Route("POST", "/strokes-never", fail_before, ("owner",), "Strike"),
]


@pytest.fixture
async def house(bus: servers.Nats, clock: Clock, tmp_path: Path) -> AsyncIterator["House"]:
    public = tmp_path / "token.pub"
    public.write_bytes(KEYS[1])
    dsn, owner = await owned_database("records")
    config = Config(database=dsn, token_key=public, nats=bus.url("records"), nats_monitor=bus.monitor)
    definition = replace(tally.definition("records"), routes=ROUTES)
    service = Service(definition, config, Practice(zone="America/New_York"), clock)
    async with AsyncExitStack() as stack:
        replica = await stack.enter_async_context(running(service))
        await until(lambda: service.bus.connected)
        port = await stack.enter_async_context(serving(service, replica))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield House(service, http, f"http://127.0.0.1:{port}", owner)


class House:
    def __init__(self, service: Service, http: aiohttp.ClientSession, base: str, owner: str) -> None:
        self.service = service
        self._http = http
        self._base = base
        self._owner = owner

    async def post(self, path: str, key: str | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {issue_token(KEYS[0], 'owner', 'test')}"}
        headers |= {"Idempotency-Key": key} if key else {}
        async with self._http.post(self._base + path, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self._owner)
        await connection.execute(sql)
        await connection.close()

    async def stored(self) -> int:
        return (await self.service.store.fetch("select count(*) as n from public.event"))[0]["n"]


async def test_what_fails_before_the_commit_was_not_stored(house: House) -> None:
    status, said = await house.post("/strokes-never")
    assert (status, await house.stored()) == (500, 0)
    assert "Nothing was stored" in said["detail"]


@pytest.mark.parametrize(("path", "status"), [("/strokes-unread", 500), ("/strokes-away", 503)])
async def test_an_answer_that_fails_after_the_commit_says_that_it_was_stored(
    house: House, path: str, status: int
) -> None:
    found, said = await house.post(path)
    assert (found, said["status"], said["position"], await house.stored()) == (status, status, 1, 1)
    assert said["detail"].startswith("This was stored (position 1)")
    assert "Look it up" in said["detail"]


@pytest.mark.parametrize("path", ["/strokes-unread", "/strokes-away"])
async def test_with_a_key_it_is_not_done_twice(house: House, path: str) -> None:
    answers = [await house.post(path, key="once") for _ in range(2)]
    assert all("same Idempotency-Key" in said["detail"] for _, said in answers)
    assert await house.stored() == 1


async def test_a_commit_that_broke_and_was_looked_up_is_told_as_it_is(house: House) -> None:
    await house.execute(DIES_IN_THE_COMMIT)
    status, said = await house.post("/strokes")
    assert (status, await house.stored()) == (503, 0)
    assert said["detail"].startswith("Nothing was stored")


async def test_nobody_guesses_about_a_commit_that_cannot_be_looked_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.execute(DIES_IN_THE_COMMIT)
    monkeypatch.setattr(writer, "PATIENCE", 0.3)
    monkeypatch.setattr(house.service.store.writer, "_connect", away)
    status, said = await house.post("/strokes", key="once")
    assert status == 503
    assert said["detail"].startswith("It is not known whether this was stored")
    assert "same Idempotency-Key" in said["detail"]


async def away() -> None:
    """The database does not come back."""
    raise OSError
