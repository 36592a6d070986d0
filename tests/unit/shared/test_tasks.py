"""Stopping what runs in the background, also when it is slow to stop and stops others in its turn."""

import asyncio
from contextlib import suppress

from shared.tasks import stop


async def deaf(begun: asyncio.Event, times: int) -> None:
    """Heeds a cancellation only after so many."""
    begun.set()
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)


async def test_stops_a_task_that_swallows_a_cancellation() -> None:
    begun = asyncio.Event()
    task = asyncio.create_task(deaf(begun, 2))
    await begun.wait()
    await stop(task)
    assert task.done()


async def test_who_is_stopped_while_stopping_others_leaves_nobody_behind() -> None:
    begun, inner = asyncio.Event(), list[asyncio.Task[None]]()

    async def leader() -> None:
        inner.append(asyncio.create_task(deaf(begun, 3)))
        try:
            await asyncio.sleep(60)
        finally:
            await stop(*inner)

    leading = asyncio.create_task(leader())
    await begun.wait()
    await stop(leading)
    assert leading.cancelled()
    assert inner[0].done()
