"""Background tasks: woken by an event, and stopped for certain."""

import asyncio
from contextlib import suppress
from typing import Any


async def stop(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel until each task has ended.

    `asyncio.wait_for` of Python 3.11 (used inside the bus's client) may swallow a cancellation that arrives together
    with its result, so once is not enough. Whoever is cancelled while stopping others stops them all the same, and
    is cancelled then: a task left behind would go on for ever.
    """
    interrupted = False
    while waiting := {task for task in tasks if not task.done()}:
        for task in waiting:
            task.cancel()
        try:
            await asyncio.wait(waiting, timeout=0.5)
        except asyncio.CancelledError:
            interrupted = True
    if interrupted:
        raise asyncio.CancelledError


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
