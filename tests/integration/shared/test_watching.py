"""What an operator sees: metrics, readiness, lines of the log, the events of a service as they come."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from structlog.testing import capture_logs

from shared.operators import print_events, retry
from shared.running import Running, serving
from tests import servers
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.test_bus import HEARS
from tests.integration.shared.test_store import rows, strike

NAMES = (
    "seriatim_batch_units",
    "seriatim_batch_seconds",
    "seriatim_events_appended_total",
    "seriatim_relay_lag_events",
    "seriatim_relay_lag_seconds",
    "seriatim_relay_in_doubt_total",
    "seriatim_consumer_lag_events",
    "seriatim_events_parked",
    "seriatim_timers_due",
    "seriatim_timers_failing",
    "seriatim_http_seconds",
)


@asynccontextmanager
async def watched(replica: Running) -> AsyncIterator[Callable[[str], Any]]:
    async with serving(replica.service, replica) as port, aiohttp.ClientSession() as http:

        async def look(path: str) -> Any:
            async with http.get(f"http://127.0.0.1:{port}{path}") as answer:
                return await answer.json() if "json" in answer.content_type else await answer.text()

        yield look


def figure(text: str, name: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).split()[1])


async def test_every_figure_of_the_manual_is_there(start: Callable[..., Any]) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    await strike(producer, uuid4())
    await until(lambda: consumer.consumers["records"].position == 1)
    async with watched(consumer) as look:
        await look("/healthz")
        text = await look("/metrics")
    assert [name for name in NAMES if f"# TYPE {name.removesuffix('_total')}" not in text] == []
    assert 'seriatim_consumer_lag_events{producer="records"} 0.0' in text
    assert 'route="/healthz",status="200"' in text


async def test_what_cannot_be_published_is_counted_while_the_bus_is_away(
    start: Callable[..., Any], bus: servers.Nats
) -> None:
    producer = await start("records")
    await strike(producer, uuid4(), 2)
    await until(lambda: producer.relay.position == 2)
    bus.stop()
    await strike(producer, uuid4(), 3)
    async with watched(producer) as look:
        assert figure(await look("/metrics"), "seriatim_relay_lag_events") == 3
        assert (await look("/readyz"))["reasons"] == ["bus_away"]
        await bus.start()
        await until(lambda: producer.relay.position == 5)
        assert figure(await look("/metrics"), "seriatim_relay_lag_events") == 0


async def test_a_poison_event_is_told_by_metrics_until_it_is_retried(start: Callable[..., Any]) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    with capture_logs() as lines:
        await strike(producer, uuid4(), 6, most=100)
        await until(lambda: consumer.consumers["records"].position == 6)
    [poison] = await rows(producer, "select event_id, correlation_id from public.event where position = 6")
    [line] = [line for line in lines if line["event"] == "event_parked"]
    assert (line["causation_id"], line["correlation_id"]) == (str(poison["event_id"]), str(poison["correlation_id"]))
    async with watched(consumer) as look:
        assert await look("/readyz") == {"status": "ready", "reasons": []}
        assert figure(await look("/metrics"), "seriatim_events_parked") == 1
        mended = tally.make("notify", consumer.service.config, consumer.service.clock, HEARS, tally.echo_more)
        async with mended.store.open():
            assert await retry(mended) == (1, 0)
        assert figure(await look("/metrics"), "seriatim_events_parked") == 0


async def test_events_are_followed_as_they_come(start: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    replica, client = await start("records"), uuid4()
    await strike(replica, client)
    following = asyncio.create_task(print_events(replica.service, f"tally-{client}", None, follow=True))
    told: list[str] = []

    def lines(number: int) -> bool:
        told.extend(capsys.readouterr().out.splitlines())
        return len(told) == number

    await until(lambda: lines(1))
    await strike(replica, uuid4())
    await strike(replica, client)
    await until(lambda: lines(2))
    following.cancel()
    assert [line.split()[4] for line in told] == [f"tally-{client}@1", f"tally-{client}@2"]
