"""The local stack: in which order its programs start, as much as possible at once, and in which they stop."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace

from deploy import caddy, clock, databases, mail, nats, postgres, services
from deploy.databases import SERVICES
from deploy.guard import Trouble, claimed
from deploy.keeper import Keeper, end
from deploy.place import Place, choose_ports
from deploy.program import Program, start
from deploy.screen import Screen
from deploy.secret import password

PATIENCE_AT_START = 90.0
STOPPING = [  # together at most 9.5 s, so that all is over within ten
    (("caddy",), 1.5),
    (SERVICES, 4.0),
    (("clock", "mail", "nats"), 1.5),
    (("postgres",), 2.5),
]


class Stack:
    """All programs of one place. `ports` are those inside: `records`, `postgres`, `nats`, …"""

    def __init__(self, place: Place, screen: Screen, lock: int) -> None:
        self.place = replace(place, now=clock.starts_at(place)) if place.clock == "simulated" else place
        self.ports = choose_ports()
        self._screen = screen
        self._lock = lock
        self._keepers: dict[str, Keeper] = {}

    async def start(self) -> None:
        """Start everything; raises `Trouble` if it is not all ready in time."""
        self.place.furnish()
        state = {"pid": os.getpid(), "origin": self.place.origin, "ports": self.ports}
        (self.place.data / "stack.json").write_text(json.dumps(state, indent=1))
        try:
            async with asyncio.timeout(PATIENCE_AT_START), asyncio.TaskGroup() as group:
                bus, cluster = group.create_task(self._start_bus()), group.create_task(self._start_cluster())
                group.create_task(self._run(mail.program(self.place.mail, self.ports["mail"])))
                group.create_task(self._run(caddy.program(self.place, self.ports)))
                for service in SERVICES:
                    group.create_task(self._start_service(service, bus, cluster))
        except* Trouble as troubles:
            raise troubles.exceptions[0] from None
        except* TimeoutError:
            raise Trouble(self._late()) from None

    async def stop(self) -> None:
        """Stop everything: the front door first, what others need last."""
        self._screen.quiet()
        for names, patience in STOPPING:
            keepers = [self._keepers[name] for name in names if name in self._keepers]
            await asyncio.gather(*(keeper.stop(patience) for keeper in keepers))
        (self.place.data / "stack.json").unlink(missing_ok=True)

    async def _run(self, program: Program) -> None:
        """Keep a program running; comes back when it is ready."""
        self._screen.starting(program.name)
        log = self.place.log(program.name)
        keeper = Keeper(program, log, lambda text: self._screen.say(text, "yellow"), [self._lock])
        self._keepers[program.name] = keeper
        await keeper.start()
        self._screen.ready(program.name)

    async def _start_bus(self) -> None:
        """NATS, then the owner of the simulated time, whom services ask when they start."""
        place, port, monitor = self.place, self.ports["nats"], self.ports["nats_monitor"]
        nats.prepare(place.data / "nats", place.secrets, port, monitor)
        await self._run(nats.program(place.data / "nats", monitor))
        if place.clock == "simulated":
            await self._run(clock.program(place, self.ports["clock"], nats.url("clock", place.secrets, port)))

    async def _start_cluster(self) -> None:
        """PostgreSQL with a database for each service."""
        folder, secrets = self.place.data / "postgres", self.place.secrets
        await asyncio.to_thread(postgres.prepare, folder, secrets)
        await self._run(postgres.program(folder, secrets, self.ports["postgres"]))
        server = postgres.url("postgres", password(secrets, "postgres"), self.ports["postgres"], "").removesuffix("/")
        await databases.create_all(server, lambda role: password(secrets, f"postgres.{role}"))

    async def _start_service(self, service: str, bus: asyncio.Task[None], cluster: asyncio.Task[None]) -> None:
        await cluster
        await self._migrate(service)
        await bus
        await self._run(services.program(service, self.place, self.seen_by(service)))

    def seen_by(self, _service: str) -> dict[str, int]:
        """The ports as a service sees them; runs that break the network put wires of their own in between."""
        return self.ports

    async def _migrate(self, service: str) -> None:
        """Bring the service's tables up to date."""
        log = self.place.log(service)
        process = start(services.once(["migrate"], service, self.place, self.ports), log, keep_open=[self._lock])
        try:
            while process.poll() is None:
                await asyncio.sleep(0.02)
        finally:
            await end(process, signal.SIGTERM, 1)
        if process.returncode:
            raise Trouble(f"The tables of {service} could not be brought up to date: see {log}.")

    def _late(self) -> str:
        names = ", ".join(name for name, keeper in self._keepers.items() if not keeper.up.is_set())
        return f"Not ready after {PATIENCE_AT_START:.0f} s: {names or 'the databases'}; see {self.place.data / 'log'}."


async def stand(
    place: Place, screen: Screen, work: Callable[[Stack], Awaitable[None]], kind: type[Stack] = Stack
) -> None:
    """Start a stack, do `work` with it, stop it; SIGINT, SIGTERM or a closed terminal end the work early."""
    task = asyncio.current_task()
    _on_signals(lambda: task and task.cancel())
    with claimed(place) as lock:
        stack = kind(place, screen, lock)
        try:
            await stack.start()
            await work(stack)
        except asyncio.CancelledError:
            screen.quiet()
            screen.say("Stopping …")
        finally:
            _on_signals(lambda: None)  # a second Ctrl-C must not leave anything behind
            await stack.stop()


def _on_signals(act: Callable[[], object]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, act)
