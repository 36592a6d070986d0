"""What is wrong with the bus is named, ends nothing, and is over when it is over."""

import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from nats.aio.client import Client

from shared.bus import connection
from shared.bus.ask import answer as answering
from shared.bus.connection import Bus
from shared.clock import Clock
from shared.config import Config
from shared.questions.records import AskContact
from shared.running import running
from tests import servers
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.conftest import database
from tests.integration.shared.test_store import strike


@asynccontextmanager
async def connected(server: servers.Nats, monitor: str = "", name: str = "records") -> AsyncIterator[Bus]:
    bus = Bus(name, server.url(name), monitor)
    await bus.connect()
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def monitoring(answer: Callable[[], web.Response]) -> AsyncIterator[str]:
    """A monitor that says this."""

    async def jsz(_: web.Request) -> web.Response:
        return answer()

    app = web.Application()
    app.router.add_get("/jsz", jsz)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def reconfigure(server: servers.Nats, old: str, new: str) -> None:
    """Change the configuration; it counts from the next start on."""
    file = server.folder / "nats.conf"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def safe() -> web.Response:
    return web.json_response({"config": {"sync_always": True}})


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=500),
        lambda: web.Response(text="no JSON"),
        lambda: web.json_response([]),
        lambda: web.json_response({"config": None}),
    ],
    ids=["500", "text", "list", "null"],
)
async def test_durability_is_unknown_until_the_monitor_says_it(
    bus: servers.Nats, answer: Callable[[], web.Response]
) -> None:
    answers = [answer]

    def last() -> web.Response:
        return answers[-1]()

    async with monitoring(last) as monitor, connected(bus, monitor) as it:
        assert it.trouble == ["bus_durability_unknown"]
        answers.append(safe)
        await until(lambda: it.trouble == [])


async def test_a_service_whose_monitor_is_away_answers_questions_and_says_what_it_does_not_know(
    bus: servers.Nats, clock: Clock
) -> None:
    config = Config(database=await database("records"), nats=bus.url("records"), nats_monitor="http://127.0.0.1:9")
    async with running(tally.make("records", config, clock)) as replica:
        await until(replica.ping.is_answered)
        assert replica.service.bus.trouble == ["bus_durability_unknown"]
        await strike(replica, uuid4())
        await until(lambda: replica.relay.position == 1)


async def test_a_server_that_comes_back_with_another_configuration_is_looked_at_again(bus: servers.Nats) -> None:
    async with connected(bus, bus.monitor) as it:
        await until(lambda: it.trouble == [])
        bus.stop()
        reconfigure(bus, "sync_interval: always", "sync_interval: 2m\n  max_file_store: 1G")
        file = bus.folder / "nats.conf"
        file.write_text(f"max_payload: 65536\n{file.read_text()}")
        await bus.start()
        await until(lambda: it.trouble == ["bus_does_not_sync_always", "bus_takes_too_little"], 20)


async def test_a_silent_server_is_away(bus: servers.Nats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SILENT", 2.0)
    async with connected(bus) as it:
        await until(lambda: it.trouble == [])
        bus.process.send_signal(signal.SIGSTOP)
        try:
            await until(lambda: it.trouble == ["bus_away"] and it.away_for > 2, 20)
        finally:
            bus.process.send_signal(signal.SIGCONT)
        await until(lambda: it.trouble == [] and it.away_for == 0, 20)


async def test_a_connection_that_cannot_be_closed_is_pulled_out(
    bus: servers.Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "STUCK", 1.0)
    async with connected(bus) as it:
        bus.process.send_signal(signal.SIGSTOP)
        while it.client.is_connected:  # more than all buffers on the way hold
            await it.client.publish("records.x", b"x" * 2**19)
        await until(lambda: not it.client.is_connected, 20)
        bus.stop(signal.SIGKILL)
        await bus.start()
        await until(lambda: it.trouble == [], 30)


async def test_whoever_asks_cannot_take_a_service_away_by_the_address_of_the_answer(bus: servers.Nats) -> None:
    async with connected(bus) as it, connected(bus, name="notify") as asker:
        heard = []

        async def answer(message: Any) -> None:
            heard.append(message)
            for _ in range(3):
                await it.client.publish(message.reply, b"")
            await it.client.flush()

        await it.client.subscribe("ask.records.*", cb=answer)
        await it.client.flush()
        await asker.client.publish("ask.records.AskContact", b"{}", reply="_INBOX_web.x")
        await until(lambda: heard)
        await it.client.flush()
        assert it.violation is None
        await it.client.publish("$JS.API.STREAM.DELETE.records", b"")
        await until(lambda: it.trouble == ["bus_refuses_us"])
        await it.client.force_reconnect()
        await until(lambda: it.trouble == [])


async def test_an_answer_is_never_published_as_an_event(start: Callable[..., Any], bus: servers.Nats) -> None:
    producer = await start("records")

    async def nobody(_: AskContact) -> None:
        return None

    await answering(producer.service.bus, {AskContact: nobody})
    await producer.service.bus.client.flush()
    client = Client()
    await client.connect(bus.url("notify"), inbox_prefix="_INBOX_notify")
    question = json.dumps({"client_id": str(uuid4())}).encode()
    await client.publish("ask.records.AskContact", question, reply="records.ClientErased.x", headers={"ce-id": "x"})
    found = await client.request("ask.records.AskContact", question, timeout=2)
    assert json.loads(found.data) == {"answer": None, "error": None}
    await client.close()
    state = (await producer.service.bus.client.jetstream().stream_info("records")).state
    assert state.messages == 0


async def test_a_store_without_room_is_named_until_there_is_room(start: Callable[..., Any], bus: servers.Nats) -> None:
    bus.stop()
    reconfigure(bus, "max_memory_store: 64MB", "max_memory_store: 64MB\n  max_file_store: 20KB")
    await bus.start()
    producer = await start("records")
    for _ in range(60):
        await strike(producer, uuid4(), 5)
    await until(lambda: "bus_store_full" in producer.service.bus.trouble, 20)
    bus.stop()
    reconfigure(bus, "max_file_store: 20KB", "max_file_store: 1GB")
    await bus.start()
    await until(lambda: producer.relay.position == 300 and producer.service.bus.trouble == [], 30)
