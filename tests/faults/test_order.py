"""Whoever follows the log sees exactly what was committed, and of many callers at one version one wins."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from shared.decider import Refused, refuse
from shared.messages import Cause
from shared.running import Running
from shared.store.unit import Tx
from tests.integration.shared.tally import Strike

CALLERS = 200


async def late(replica: Running, client: UUID, *, fails: bool) -> None:
    """A unit that commits late, or takes what shared its transaction back with it: the others run again, singly."""

    async def unit(tx: Tx) -> None:
        await tx.decide(f"tally-{client}", Strike(client_id=client, most=10_000))
        await tx.fetch("select pg_sleep(0.01)")
        if fails:
            await tx.fetch("select 1 / 0")

    await replica.service.store.write(unit, Cause(actor="test", correlation_id=uuid4()), reads=True)


async def follow(replica: Running, stop: asyncio.Event) -> list[UUID]:
    """Read the log after the last position read, again and again, and once more at the end."""
    seen: list[UUID] = []
    position = 0
    while True:
        last = stop.is_set()
        events = await replica.service.store.read_log(position, limit=7)
        seen += [recorded.event_id for recorded in events]
        position = events[-1].position if events else position
        if last and not events:
            return seen


async def test_a_follower_sees_exactly_what_was_committed(start: Callable[..., Any]) -> None:
    one = await start("records")
    other = await start("records", dsn=one.service.config.database, leads=False)
    chance, stop = random.Random(5), asyncio.Event()  # noqa: S311  repeatable, not secret
    following = asyncio.create_task(follow(one, stop))
    writes = [(chance.choice((one, other)), chance.random() < 0.2) for _ in range(150)]
    outcomes = await asyncio.gather(
        *(late(replica, uuid4(), fails=fails) for replica, fails in writes), return_exceptions=True
    )
    stop.set()
    stored = await one.service.store.fetch("select event_id from public.event order by position")
    assert await following == [UUID(int=row["event_id"].int) for row in stored]
    assert len(stored) == sum(not fails for _, fails in writes)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(failure, asyncpg.DivisionByZeroError) for failure in failures)


async def at_version(replica: Running, stream: str, client: UUID, expected: int) -> bool:
    """Strike if the stream is still at this version; gives whether it was."""

    async def unit(tx: Tx) -> None:
        if (await tx.folded(stream)).version != expected:
            raise refuse("moved_on", "Somebody was faster.")
        await tx.decide(stream, Strike(client_id=client, most=10_000))

    try:
        await replica.service.store.write(unit, Cause(actor="test", correlation_id=uuid4()), streams=(stream,))
    except Refused:
        return False
    return True


async def test_of_hundreds_of_callers_at_one_version_one_wins(start: Callable[..., Any]) -> None:
    one = await start("records")
    replicas = (one, await start("records", dsn=one.service.config.database, leads=False))
    client = uuid4()
    stream, winners = f"tally-{client}", Counter[int]()
    for version in range(5):
        calls = [at_version(replicas[n % 2], stream, client, version) for n in range(CALLERS)]
        winners[version] = sum(await asyncio.gather(*calls))
    assert winners == dict.fromkeys(range(5), 1)
    assert [recorded.version for recorded in await one.service.store.read(stream)] == [1, 2, 3, 4, 5]
