"""The bus: what is stored is published in order, heard exactly once, and a stranger's failure parks one client."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.clock import Clock
from shared.running import Running
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.tally import Struck
from tests.integration.shared.test_store import rows, strike

HEARS = {"records": (Struck,)}


async def heard(replica: Running) -> dict[str, int]:
    return {str(row["client_id"]): row["strokes"] for row in await rows(replica, "select * from tally")}


async def test_each_event_is_heard_once_and_in_order(start: Callable[..., Any]) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    clients = [uuid4() for _ in range(30)]
    for client in clients:
        await strike(producer, client, 3)
    await until(lambda: consumer.consumers["records"].position == 90)
    assert await heard(consumer) == {str(client): 3 for client in clients}
    causes = await rows(consumer, "select causation_id, correlation_id from public.event")
    assert len({row["causation_id"] for row in causes}) == 90


async def test_a_consumer_that_starts_later_hears_everything(start: Callable[..., Any]) -> None:
    producer, client = await start("records"), uuid4()
    await strike(producer, client, 5)
    consumer = await start("notify", hears=HEARS)
    await until(lambda: consumer.consumers["records"].position == 5)
    assert await heard(consumer) == {str(client): 5}


async def test_what_is_looked_up_includes_the_event_heard_just_before(start: Callable[..., Any]) -> None:
    producer, client = await start("records"), uuid4()
    await strike(producer, client, 5)
    consumer = await start("notify", hears=HEARS, reaction=tally.echo_first)
    await until(lambda: consumer.consumers["records"].position == 5)
    assert await heard(consumer) == {str(client): 1}


async def test_an_event_that_cannot_be_handled_parks_its_client_and_nobody_else(start: Callable[..., Any]) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    unlucky, lucky = uuid4(), uuid4()
    await strike(producer, unlucky, 7, most=100)  # the consumer's own tally is full at five
    await strike(producer, lucky, 5)
    await until(lambda: consumer.consumers["records"].position == 12)
    assert await heard(consumer) == {str(unlucky): 5, str(lucky): 5}
    parked = await rows(consumer, "select position, error from public.parked order by position")
    assert [tuple(row) for row in parked] == [(6, "Refused:full"), (7, "waits_behind_another")]


async def test_the_stream_is_filled_again_after_it_was_lost(start: Callable[..., Any], bus: Any) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    client = uuid4()
    await strike(producer, client, 2)
    await until(lambda: consumer.consumers["records"].position == 2)
    bus.stop()
    for store in (bus.folder).glob("**/jetstream"):
        shutil.rmtree(store)
    await bus.start()
    await strike(producer, client, 2)
    await until(lambda: consumer.consumers["records"].position == 4, 20)
    assert await heard(consumer) == {str(client): 4}


async def test_a_timer_fires_once_when_its_time_has_come(start: Callable[..., Any], clock: Clock) -> None:
    replica, client = await start("records"), uuid4()
    due = datetime(2026, 3, 3, 9, tzinfo=UTC)
    await strike(replica, client, due_at=due)
    assert await replica.alarm.next_due() == due
    clock.move(datetime(2026, 3, 3, 8, 59, tzinfo=UTC))
    clock.move(due)
    await until(lambda: _rung(replica))
    clock.move(datetime(2026, 3, 4, tzinfo=UTC))
    assert await replica.alarm.next_due() is None
    assert len(await rows(replica, "select 1 from public.event where type = 'Rang'")) == 1


async def _rung(replica: Running) -> bool:
    return bool(await rows(replica, "select 1 from public.event where type = 'Rang'"))
