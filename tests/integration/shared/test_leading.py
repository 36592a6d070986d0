"""Who leads: one replica that gets on; what keeps it from its work is said by `/readyz`, and never ends it."""

import asyncio
from collections.abc import Callable
from typing import Any, TextIO
from uuid import uuid4

import aiohttp
import pytest
import structlog

from shared import loops, running
from shared.clock import Clock
from shared.config import Config
from shared.health import why_not_ready
from shared.log import Lossy
from shared.running import Running, serving
from tests import servers
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.conftest import database
from tests.integration.shared.test_bus import HEARS
from tests.integration.shared.test_store import strike


async def test_a_leader_without_the_bus_lets_another_lead(
    bus: servers.Nats, clock: Clock, start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WITHOUT_BUS", 0.5)
    dsn = await database("records")
    nowhere = Config(database=dsn, nats="nats://127.0.0.1:9")
    async with running.running(tally.make("records", nowhere, clock)) as cut_off:
        await until(lambda: cut_off.leads)
        other = await start("records", dsn=dsn, leads=False)
        await strike(cut_off, uuid4())
        await until(lambda: other.leads and other.relay.position == 1)
        assert not cut_off.leads
        assert await why_not_ready(cut_off) == ["bus_away"]
        assert await why_not_ready(other) == []


async def test_who_cannot_reach_the_bus_leads_where_nobody_else_does(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WITHOUT_BUS", 0.2)
    monkeypatch.setattr(running, "STAND_ASIDE", 0.1)
    nowhere = Config(database=await database("records"), nats="nats://127.0.0.1:9")
    async with running.running(tally.make("records", nowhere, clock)) as alone:
        for expected in (True, False, True):
            await until(lambda: alone.leads is expected)  # noqa: B023 - waited for before the next


async def test_the_work_goes_on_where_no_line_of_the_log_can_be_written(
    bus: servers.Nats, start: Callable[..., Any], full_disk: TextIO
) -> None:
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=Lossy(full_disk)))  # type: ignore[arg-type]
    try:
        producer, consumer = await start("records"), await start("notify", hears=HEARS)
        bus.stop()
        await strike(producer, uuid4())
        await until(lambda: not consumer.service.bus.connected)
        await bus.start()
        await until(lambda: consumer.consumers["records"].position == 1, 20)
        assert await why_not_ready(consumer) == []
    finally:
        structlog.reset_defaults()


async def test_a_loop_that_hangs_is_said_by_readyz_and_then_by_healthz(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    replica: Running = await start("records")
    monkeypatch.setattr(loops, "PATIENCE", 3.0)
    monkeypatch.setattr(loops, "HOPELESS", 4.0)
    for name in ("_publish_new", "_resume"):
        monkeypatch.setattr(replica.relay, name, never)
    await strike(replica, uuid4())
    async with serving(replica.service, replica) as port, aiohttp.ClientSession() as http:

        async def look(path: str) -> Any:
            async with http.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, await answer.json()

        assert await look("/healthz") == (200, {"status": "alive", "reasons": []})
        await until(lambda: why_not_ready(replica))
        assert await look("/readyz") == (503, {"status": "not ready", "reasons": ["relay_does_not_get_on"]})
        await until(replica.service.loops.standing_still)
        assert await look("/healthz") == (503, {"status": "stuck", "reasons": ["relay"]})


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_service_that_hears_no_question_is_not_ready(start: Callable[..., Any]) -> None:
    replica: Running = await start("records")
    await until(replica.ping.is_answered)
    for subscription in list(replica.service.bus.client._subs.values()):
        if subscription.subject.startswith("ask."):
            await subscription.unsubscribe()
    assert await why_not_ready(replica) == ["questions_unanswered"]
