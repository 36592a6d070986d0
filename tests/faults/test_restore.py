"""A database restored beneath a living stream: nothing is skipped, no position has two meanings."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.bus.envelope import POSITION
from shared.clock import Clock
from shared.config import Config
from shared.health import why_not_ready
from shared.restore import restored
from shared.running import Running, running
from tests import servers
from tests.backup import Cluster
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.conftest import owned_database
from tests.integration.shared.tally import Struck
from tests.integration.shared.test_store import rows, strike, strike_at

HEARS = {"records": (Struck,)}


@dataclass
class Pair:
    """A producer and a consumer that can be stopped, restored and started again."""

    configs: dict[str, Config]
    clock: Clock
    cluster: Cluster
    folder: Path

    @asynccontextmanager
    async def at_work(self, name: str) -> AsyncIterator[Running]:
        hears = HEARS if name == "notify" else None
        service = tally.make(name, self.configs[name], self.clock, hears, tally.echo_more)
        async with running(service) as replica:
            await until(lambda: service.bus.connected and replica.leads)
            yield replica

    @asynccontextmanager
    async def both(self) -> AsyncIterator[tuple[Running, Running]]:
        async with self.at_work("records") as producer, self.at_work("notify") as consumer:
            yield producer, consumer

    async def back_up(self, name: str) -> None:
        await self.cluster.dump(self._database(name), self.folder / name)

    async def put_back(self, name: str) -> None:
        await self.cluster.restore(self._database(name), self.folder / name)

    def _database(self, name: str) -> str:
        return self.configs[name].database.rpartition("/")[2]


@pytest.fixture
async def pair(bus: servers.Nats, clock: Clock, tmp_path: Path) -> Pair:
    configs = {}
    for name in ("records", "notify"):
        service, owner = await owned_database(name)
        configs[name] = Config(database=service, owner_database=owner, nats=bus.url(name))
    return Pair(configs, clock, await servers.cluster(), tmp_path)


async def all_heard(producer: Running, consumer: Running) -> bool:
    """Whether the consumer has an effect of every event of the producer, none of them twice."""
    told = await rows(producer, "select event_id from public.event where type = 'Struck'")
    had = Counter([row["causation_id"] for row in await rows(consumer, "select causation_id from public.event")])
    return all(had[row["event_id"]] == 1 for row in told)


async def published(replica: Running) -> dict[int, UUID]:
    """Position and id of all the stream holds; no position stands there twice."""
    js = replica.service.bus.client.jetstream()
    state = (await js.stream_info("records")).state
    found: dict[int, UUID] = {}
    for sequence in range(1, state.last_seq + 1):
        headers = (await js.get_msg("records", sequence)).headers or {}
        assert int(headers[POSITION]) not in found
        found[int(headers[POSITION])] = UUID(headers["ce-id"])
    return found


async def a_loss(pair: Pair) -> None:
    """A backup taken under load, and events that were published and heard after it; then the database is restored."""
    async with pair.both() as (producer, consumer):
        async with asyncio.TaskGroup() as load:
            for _ in range(20):
                load.create_task(strike(producer, uuid4(), 3))
            load.create_task(pair.back_up("records"))
        await strike(producer, uuid4(), 4)
        await until(lambda: all_heard(producer, consumer))
    await pair.put_back("records")


async def test_a_service_that_knows_less_than_its_stream_says_so_and_publishes_nothing(pair: Pair) -> None:
    await a_loss(pair)
    async with pair.both() as (producer, consumer):
        await until(lambda: producer.relay.estranged)
        assert await why_not_ready(producer) == ["stream_ahead_of_database"]
        before = await published(producer)
        await strike(producer, uuid4(), 2)  # it goes on serving: what it writes is kept
        assert await published(producer) == before
        assert consumer.consumers["records"].position == max(before)


async def test_once_told_it_goes_on_and_what_was_written_meanwhile_is_heard_too(pair: Pair) -> None:
    await a_loss(pair)
    async with pair.both() as (producer, consumer):
        await until(lambda: producer.relay.estranged)
        client = uuid4()
        await strike(producer, client, 2)
        assert await restored(producer.service) == 2
        await strike(producer, client, 3)
        await until(lambda: all_heard(producer, consumer))
        assert await why_not_ready(producer) == []
        assert (await consumer.service.store.state(f"tally-{client}")).strokes == 5
        told = await published(producer)
        log = {row["position"]: row["event_id"] for row in await rows(producer, "select position, event_id from event")}
        assert all(log.get(position, event_id) == event_id for position, event_id in told.items())


async def test_told_before_it_starts_it_takes_no_position_that_others_know(pair: Pair) -> None:
    await a_loss(pair)
    service = tally.make("records", pair.configs["records"], pair.clock)
    async with service.store.open():
        await service.bus.connect()
        assert await restored(service) == 0
        await service.bus.close()
    async with pair.both() as (producer, consumer):
        await strike(producer, uuid4(), 3)
        await until(lambda: all_heard(producer, consumer))
        assert not producer.relay.estranged


async def test_a_stream_lost_with_the_database_is_filled_again_and_new_events_are_heard(
    pair: Pair, bus: servers.Nats
) -> None:
    """The consumer has heard more than the stream will ever hold again, and must not take the new for the old."""
    await a_loss(pair)
    bus.stop()
    bus.empty()
    await bus.start()
    async with AsyncExitStack() as stack:
        service = tally.make("records", pair.configs["records"], pair.clock)
        async with service.store.open():
            await service.bus.connect()
            await restored(service)
            await service.bus.close()
        producer, consumer = await stack.enter_async_context(pair.both())
        await strike(producer, uuid4(), 3)
        await until(lambda: all_heard(producer, consumer), 20)


async def test_a_consumer_restored_to_an_earlier_time_hears_again_what_it_lost_though_nothing_new_comes(
    pair: Pair,
) -> None:
    async with pair.both() as (producer, consumer):
        await strike(producer, uuid4(), 3)
        await until(lambda: all_heard(producer, consumer))
        await pair.back_up("notify")
        await strike(producer, uuid4(), 4)
        await until(lambda: all_heard(producer, consumer))
    await pair.put_back("notify")
    async with pair.both() as (producer, consumer):
        assert not await all_heard(producer, consumer)
        await restored(consumer.service)
        await until(lambda: all_heard(producer, consumer))


async def test_it_may_be_said_again_and_when_nothing_was_lost(pair: Pair) -> None:
    async with pair.both() as (producer, consumer):
        for _ in range(3):
            await strike(producer, uuid4(), 2)
            await restored(producer.service)
        await strike(producer, uuid4(), 2)
        await until(lambda: all_heard(producer, consumer))
        marks = await rows(producer, "select position from event where type = 'LogRestored' order by position")
        assert len({row["position"] for row in marks}) == 3


async def test_what_waits_to_be_published_stays_where_it_is_when_nothing_was_lost(pair: Pair) -> None:
    """The relay of a running service may have sent it this very moment, under the position it had."""
    async with pair.at_work("records") as producer:
        await strike(producer, uuid4(), 2)
        await until(lambda: producer.relay.at_head)
    unheard = tally.make("records", pair.configs["records"], pair.clock)
    async with unheard.store.open():
        await unheard.bus.connect()
        [waiting] = (await strike_at(unheard, uuid4())).events
        assert await restored(unheard) == 0
        assert [one.position for one in await unheard.store.read(waiting.stream)] == [waiting.position]
        await unheard.bus.close()
