"""Pulling: a message is handed on as soon as it is there, however long the request for it stays open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig

from shared.bus import pull
from shared.bus.pull import Pull
from tests import servers
from tests.harness import until

BATCH = 10


@asynccontextmanager
async def connected(server: servers.Nats, name: str) -> AsyncIterator[Client]:
    client = Client()
    await client.connect(server.url(name), inbox_prefix=f"_INBOX_{name}")
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture
async def producer(bus: servers.Nats) -> AsyncIterator[Client]:
    """Publishes to its stream `records`."""
    async with connected(bus, "records") as client:
        await client.jetstream().add_stream(name="records", subjects=["records.>"])
        yield client


@pytest.fixture
async def consumer(bus: servers.Nats, producer: Client) -> AsyncIterator[Client]:
    """Has a durable on it."""
    async with connected(bus, "notify") as client:
        config = ConsumerConfig(durable_name="notify", ack_policy=AckPolicy.ALL)
        await client.jetstream().add_consumer("records", config)
        yield client


@pytest.fixture
async def reader(consumer: Client) -> AsyncIterator[Pull]:
    """Hears it."""
    found = Pull(consumer, "records", "notify", BATCH)
    yield found
    await found.close()


async def send(producer: Client, *numbers: int) -> None:
    for number in numbers:
        await producer.jetstream().publish("records.Struck.-", str(number).encode())


async def hear(reader: Pull) -> list[int]:
    async with asyncio.timeout(10):
        return [int(message.data) for message in await reader.messages()]


async def test_no_message_waits_for_the_rest_of_its_request(
    producer: Client, reader: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "SECONDS", 3600.0)
    for number in range(3 * BATCH):
        hearing = asyncio.create_task(hear(reader))
        await send(producer, number)
        assert await hearing == [number]


async def test_what_is_there_is_heard_in_order_and_once(producer: Client, reader: Pull) -> None:
    await send(producer, *range(3 * BATCH + 1))
    found: list[int] = []
    while len(found) < 3 * BATCH + 1:
        found += await hear(reader)
    assert found == list(range(3 * BATCH + 1))


async def test_silence_gives_nothing_and_the_next_message_is_heard(
    producer: Client, reader: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "SECONDS", 0.05)
    assert await hear(reader) == []
    await send(producer, 1)
    assert await hear(reader) == [1]


async def test_a_request_the_server_forgot_is_made_again(
    bus: servers.Nats, producer: Client, reader: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "GRACE", 0.05)
    hearing = asyncio.create_task(hear(reader))
    await asyncio.sleep(0)
    bus.stop()
    await bus.start()
    assert await hearing == []
    await send(producer, 1)
    assert await hear(reader) == [1]


async def told(consumer: Client, at_least: int) -> bool:
    """Whether the server knows that so many messages are applied."""
    floor = (await consumer.jetstream().consumer_info("records", "notify")).ack_floor
    return bool(floor and floor.stream_seq >= at_least)


async def test_the_server_is_told_at_once_then_only_now_and_then_and_in_silence_of_all(
    producer: Client, consumer: Client, reader: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "SECONDS", 0.5)
    monkeypatch.setattr(pull, "PAUSE", 3600.0)
    for number in range(3):
        await send(producer, number)
        await reader.applied(await reader.messages())
    await until(lambda: told(consumer, 1))
    assert not await told(consumer, 2)
    assert await hear(reader) == []
    await until(lambda: told(consumer, 3))


async def test_who_is_many_batches_behind_need_not_wait_for_silence(
    producer: Client, consumer: Client, reader: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "PAUSE", 3600.0)
    await send(producer, *range(6 * BATCH))
    found = 0
    while found < 6 * BATCH:
        messages = await reader.messages()
        await reader.applied(messages)
        found += len(messages)
    assert await told(consumer, 4 * BATCH)
