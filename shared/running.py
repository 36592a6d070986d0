"""Running a service: HTTP, the bus, and the loops that only the leading replica runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import asyncpg
import structlog
from aiohttp import web

from shared import health, settle
from shared.bus.ask import answer
from shared.bus.consumer import Consumer
from shared.bus.hearing import Aside, Hearing
from shared.bus.ping import Ping
from shared.bus.relay import Relay
from shared.http.app import make_app
from shared.http.auth import Tokens
from shared.http.edge import Runner
from shared.loops import Loop, Pulse
from shared.service import Service
from shared.store.alarm import Alarm
from shared.store.work import is_away
from shared.tasks import stop

log = structlog.get_logger()

LEADER = 7254
"""The advisory lock held by the replica that relays, hears and watches the time."""
CANVASS = 0.5
"""Seconds between two tries to become the leader."""
WITHOUT_BUS = 10.0
"""Seconds that a leader goes on without the bus before it lets another replica, which may reach it, have the lead."""
STAND_ASIDE = 3.0
"""Seconds in which the other may take it. Nobody else there: it leads on, for timers need no bus."""
QUESTION = 5.0
"""Seconds that the database may take to say that the lock is still held."""


class Housekeeping:
    """Answers remembered by key are of use for a day."""

    def __init__(self, service: Service) -> None:
        self.pulse = Pulse()
        self._service = service
        self._done = 0.0

    async def run(self) -> None:
        """Look every hour."""
        while True:
            if asyncio.get_running_loop().time() >= self._done:
                await self._sweep()
            self.pulse.turned()
            await asyncio.sleep(1)

    async def _sweep(self) -> None:
        await self._service.store.fetch("delete from public.request where answered_at < now() - interval '24 hours'")
        self._done = asyncio.get_running_loop().time() + 3600


class Leading:
    """Runs the leader's loops whenever this replica holds the lock."""

    def __init__(self, service: Service, loops: dict[str, Loop]) -> None:
        self.pulse = Pulse()
        self.leads = False
        self._service = service
        self._loops = loops

    async def run(self) -> None:
        """Stand for the lead again and again."""
        while True:
            try:
                await self._once()
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("database_away", error=type(error).__name__)
            self.pulse.failed()
            await asyncio.sleep(CANVASS)

    async def _once(self) -> None:
        connection = await self._service.store.connect()
        try:
            await self._elected(connection)
            await self._lead(connection)
        finally:
            self.leads = False
            connection.terminate()

    async def _elected(self, connection: asyncpg.Connection) -> None:
        while not await connection.fetchval("select pg_try_advisory_lock($1)", LEADER, timeout=QUESTION):
            self.pulse.turned()
            await asyncio.sleep(CANVASS)

    async def _lead(self, connection: asyncpg.Connection) -> None:
        """Lead for as long as the lock is held, and the bus is there or nobody else is."""
        self.leads, elected = True, time.monotonic()
        async with AsyncExitStack() as stack:
            for name, loop in self._loops.items():
                await stack.enter_async_context(self._service.loops.running(name, loop))
            while min(self._without_bus, time.monotonic() - elected) < WITHOUT_BUS:
                await connection.execute("select 1", timeout=QUESTION)  # the lock lives as long as this connection
                self.pulse.turned()
                await asyncio.sleep(1)
        log.warning("lead_given_up", reason="bus_away")
        self.leads = False
        connection.terminate()
        await asyncio.sleep(STAND_ASIDE)

    @property
    def _without_bus(self) -> float:
        """Seconds."""
        return self._service.bus.away_for if self._service.config.nats else 0.0


class Running:
    """The loops of one replica, and whether it leads."""

    def __init__(self, service: Service) -> None:
        definition = service.definition
        self.service = service
        self.relay = Relay(service.bus, service.store, definition.published) if definition.published else None
        aside = Aside()
        self.consumers = {
            producer: Consumer(
                service.bus, service.store, Hearing(definition.name, producer, published, definition.reactions, aside)
            )
            for producer, published in definition.hears.items()
        }
        self.alarm = Alarm(service.name, service.store, service.clock, definition.due)
        self.ping = Ping(service.bus)
        self.leading = Leading(service, dict(self._leaders_loops()))

    @property
    def leads(self) -> bool:
        """Whether this replica relays, hears and watches the time."""
        return self.leading.leads

    def _leaders_loops(self) -> Iterator[tuple[str, Loop]]:
        yield "housekeeping", Housekeeping(self.service)
        for producer, consumer in self.consumers.items():
            yield f"hearing_{producer}", consumer
        if self.relay:
            yield "relay", self.relay
        if self.service.definition.due:
            yield "timers", self.alarm


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
        await stack.enter_async_context(service.loops.running("lead", replica.leading))
        await stack.enter_async_context(service.loops.running("questions", Answering(service, replica, connecting)))
        yield replica


async def _connect(service: Service) -> None:
    if service.config.nats:
        await service.bus.connect()


class Answering:
    """Subscribes to the questions of others once there is a bus; the library keeps the subscriptions from then on."""

    def __init__(self, service: Service, replica: Running, connecting: "asyncio.Task[None]") -> None:
        self.pulse = Pulse()
        self._service = service
        self._replica = replica
        self._connecting = connecting

    async def run(self) -> None:
        """Subscribe, once."""
        await asyncio.shield(self._connecting)
        service = self._service
        bound = {question: partial(handler, service) for question, handler in service.definition.answers.items()}
        if service.config.nats:
            await answer(service.bus, bound)
            await self._replica.ping.answer()
            await settle.answer(service, self._replica)


@asynccontextmanager
async def serving(service: Service, replica: Running) -> AsyncIterator[int]:
    """The service's HTTP on its host and port (0: any free one); gives the port."""
    runner = Runner(application(service, replica), shutdown_timeout=3)
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
