"""Tally services on a database and a bus of their own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from shared.clock import Clock
from shared.config import Config
from shared.running import Running, running
from tests import servers
from tests.harness import START, until
from tests.integration.shared import tally


@pytest.fixture
async def bus() -> AsyncIterator[servers.Nats]:
    async with servers.fresh_nats() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.fromisoformat(START))


async def database(name: str) -> str:
    return (await owned_database(name))[0]


async def owned_database(name: str) -> tuple[str, str]:
    """Its address for the service and for the owner of its tables."""
    service, owner = await servers.fresh_database(name)
    connection = await asyncpg.connect(owner)
    await connection.execute(tally.TABLE)
    await connection.close()
    return service, owner


@pytest.fixture
async def start(bus: servers.Nats, clock: Clock) -> AsyncIterator[Callable[..., Any]]:
    """`await start("records")` gives a running tally service; `dsn=` starts a second replica of one."""
    async with AsyncExitStack() as stack:

        async def starting(
            name: str, *, dsn: str | None = None, hears: Any = None, leads: bool = True, reaction: Any = tally.echo
        ) -> Running:
            config = Config(database=dsn or await database(name), nats=bus.url(name), nats_monitor=bus.monitor)
            replica = await stack.enter_async_context(running(tally.make(name, config, clock, hears, reaction)))
            await until(lambda: replica.service.bus.connected and (replica.leads or not leads))
            return replica

        yield starting
