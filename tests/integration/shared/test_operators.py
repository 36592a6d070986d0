"""What an operator does on the command line: read a log, try parked events again, make read models anew."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from shared.operators import print_events, retry
from shared.rebuild import rebuild
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.test_bus import HEARS, heard
from tests.integration.shared.test_store import rows, strike


async def test_parked_events_are_applied_in_order_once_the_fault_is_mended(start: Callable[..., Any]) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    unlucky = uuid4()
    await strike(producer, unlucky, 7, most=100)
    await until(lambda: consumer.consumers["records"].position == 7)
    assert await retry(consumer.service) == (0, 2)
    mended = tally.make("notify", consumer.service.config, consumer.service.clock, HEARS, tally.echo_more)
    async with mended.store.open():
        assert await retry(mended) == (2, 0)
    assert await heard(consumer) == {str(unlucky): 7}
    await strike(producer, unlucky, most=100)  # finds nobody waiting, and is parked for its own sake
    await until(lambda: consumer.consumers["records"].position == 8)
    assert [row["position"] for row in await rows(consumer, "select position from public.parked")] == [8]


async def test_the_log_is_printed_readably(start: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    replica, client = await start("records"), uuid4()
    await strike(replica, client, 2)
    await strike(replica, uuid4())
    await print_events(replica.service, None, client, follow=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert f"Struck  tally-{client}@2  by owner:test" in lines[1]


async def test_read_models_made_anew_equal_the_live_ones(start: Callable[..., Any]) -> None:
    replica = await start("records")
    for _ in range(20):
        await strike(replica, uuid4(), 3)
    live = await heard(replica)
    assert await rebuild(replica.service) == 60
    assert await heard(replica) == live
