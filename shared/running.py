"""Running a service: HTTP, the bus, and the loops that only the leading replica runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import asyncpg
import structlog
from aiohttp import web

from shared import health, settle
from shared.bus.ask import answer
from shared.bus.consumer import Consumer
from shared.bus.hearing import Aside, Hearing
from shared.bus.relay import Relay
from shared.http.app import make_app
from shared.http.auth import Tokens
from shared.service import Service
from shared.store.alarm import Alarm
from shared.store.work import LOST, Unavailable
from shared.tasks import stop

log = structlog.get_logger()

LEADER = 7254
"""The advisory lock held by the replica that relays, hears and watches the time."""


class Running:
    """The loops of one replica, and whether it leads."""

    def __init__(self, service: Service) -> None:
        definition = service.definition
        self.service = service
        self.leads = False
        self.relay = Relay(service.bus, service.store, definition.published) if definition.published else None
        aside = Aside()
        self.consumers = {
            producer: Consumer(
                service.bus, service.store, Hearing(definition.name, producer, published, definition.reactions, aside)
            )
            for producer, published in definition.hears.items()
        }
        self.alarm = Alarm(service.name, service.store, service.clock, definition.due)

    async def lead(self) -> None:
        """Run the leader's loops whenever this replica holds the lock."""
        while True:
            try:
                await self._lead_once()
            except (*LOST, TimeoutError):
                log.warning("database_away")
            except Exception:
                log.exception("leader_failed")  # the loops start again from what is stored
            await asyncio.sleep(0.5)

    async def _housekeep(self) -> None:
        """Answers remembered by key are of use for a day."""
        while True:
            with suppress(Unavailable):
                await self.service.store.fetch(
                    "delete from public.request where answered_at < now() - interval '24 hours'"
                )
            await asyncio.sleep(3600)

    async def _lead_once(self) -> None:
        connection = await self.service.store.connect()
        try:
            await self._lead_with(connection)
        finally:
            self.leads = False
            connection.terminate()

    async def _lead_with(self, connection: asyncpg.Connection) -> None:
        while not await connection.fetchval("select pg_try_advisory_lock($1)", LEADER):
            await asyncio.sleep(0.5)
        self.leads = True
        loops = [self._housekeep(), *(consumer.run() for consumer in self.consumers.values())]
        if self.relay:
            loops.append(self.relay.run())
        if self.service.definition.due:
            loops.append(self.alarm.run())
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            while True:
                await connection.execute("select 1")  # the lock lives as long as this connection
                ended, _ = await asyncio.wait(tasks, timeout=1, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    task.result()  # a loop ends only by failing
        finally:
            await stop(*tasks)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Running]:
    """The service at work, without HTTP; stopped in the order that loses nothing."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service.store.open())
        connecting = asyncio.create_task(_connect(service))
        stack.push_async_callback(service.bus.close)
        stack.push_async_callback(partial(stop, connecting))
        if service.config.clock == "simulated":
            await settle.learn(service, connecting)
        if service.definition.own:
            service.own = await stack.enter_async_context(service.definition.own(service))
        replica = Running(service)
        leading = asyncio.create_task(replica.lead())
        stack.push_async_callback(partial(stop, leading))
        listening = asyncio.create_task(_answer(service, replica, connecting))
        stack.push_async_callback(partial(stop, listening))
        yield replica


async def _connect(service: Service) -> None:
    if service.config.nats:
        await service.bus.connect()


async def _answer(service: Service, replica: Running, connecting: "asyncio.Task[None]") -> None:
    await asyncio.shield(connecting)
    bound = {question: partial(handler, service) for question, handler in service.definition.answers.items()}
    if service.config.nats:
        await answer(service.bus, bound)
        await settle.answer(service, replica)


@asynccontextmanager
async def serving(service: Service, replica: Running) -> AsyncIterator[int]:
    """The service's HTTP on its host and port (0: any free one); gives the port."""
    runner = web.AppRunner(application(service, replica), access_log=None, shutdown_timeout=3)
    await runner.setup()
    await web.TCPSite(runner, service.config.host, service.config.port).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def application(service: Service, replica: Running) -> web.Application:
    """Routes, pages, OpenAPI, health and metrics."""
    tokens = Tokens(service.config.token_key) if service.config.token_key else None
    app = make_app(service, tokens, list(service.definition.routes))
    health.add(app, replica)
    if service.definition.pages:
        service.definition.pages(app, service)
    return app
