"""Real servers for tests: one PostgreSQL for the whole session, a fresh nats-server where one is asked for.

PostgreSQL runs without fsync here: every statement means the same, only a power cut would lose something. A
database is a copy of its service's template, which is migrated once. Should pytest be killed, the kernel stops
the servers with it (`deploy.program.start`).
"""

import asyncio
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg

from deploy import databases, nats, postgres
from deploy.place import choose_ports
from deploy.program import Program, start
from deploy.secret import password
from shared.migrate import migrate
from tests.backup import Cluster

_numbers = count(1)


@dataclass
class Server:
    """A started server that a test may also stop, kill and start again."""

    program: Program
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    async def start(self, seconds: float = 20) -> None:
        self.process = start(self.program, self.log)
        async with asyncio.timeout(seconds):
            while not await self.program.ready():
                assert self.process.poll() is None, self.log.read_text()
                await asyncio.sleep(0.01)

    def stop(self, how: signal.Signals | None = None) -> None:
        if self.process:
            self.process.send_signal(how or self.program.stop)
            self.process.wait(20)
            self.process = None


@dataclass
class Session:
    """What lives as long as the test session: the folder, the cluster in it, the templates made so far."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="seriatim-tests-")))
    port: int = field(default_factory=lambda: choose_ports(("postgres",))["postgres"])
    cluster: Server | None = None
    templates: set[str] = field(default_factory=set)
    copies: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    def url(self, role: str, database: str) -> str:
        return postgres.url(role, password(self.secrets, f"postgres.{role}"), self.port, database)


_session: Session | None = None


async def fresh_database(service: str) -> tuple[str, str]:
    """A migrated, empty database: its address for the service's role and for the owner of its tables."""
    session = await _open_session()
    name = f"{service}_{next(_numbers)}"
    async with superuser() as connection:
        await _template(connection, session, service)
        await databases.create_database(connection, service, name, f"{service}_template strategy file_copy")
    session.copies.append(name)
    return session.url(service, name), session.url(f"{service}_owner", name)


async def cluster() -> Cluster:
    """The session's cluster, for backups."""
    session = await _open_session()
    return Cluster(session.port, password(session.secrets, "postgres"))


@asynccontextmanager
async def superuser(database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do anything in the session's cluster."""
    session = await _open_session()
    address = postgres.url("postgres", password(session.secrets, "postgres"), session.port, database)
    connection = await asyncpg.connect(address)
    try:
        yield connection
    finally:
        await connection.close()


async def drop_databases() -> None:
    """Drop what `fresh_database` made since the last call."""
    while _session and _session.copies:
        async with superuser() as connection:
            await connection.execute(f"drop database if exists {_session.copies.pop()} with (force)")


def close_session() -> None:
    """Stop the cluster and remove its folder."""
    if _session:
        if _session.cluster:
            _session.cluster.stop()
        shutil.rmtree(_session.folder)


@dataclass
class Nats(Server):
    """A nats-server of its own, with the users and rights of the local stack."""

    folder: Path = Path()
    port: int = 0
    monitor: str = ""

    def url(self, service: str) -> str:
        return nats.url(service, self.folder / "secrets", self.port)

    def empty(self) -> None:
        """Delete all streams; the server is stopped."""
        for store in self.folder.glob("**/jetstream"):
            shutil.rmtree(store)


@asynccontextmanager
async def fresh_nats() -> AsyncIterator[Nats]:
    """An empty nats-server (up in some 40 ms), stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="seriatim-nats-"))
    port, monitor = choose_ports(("nats", "monitor")).values()
    nats.prepare(folder, folder / "secrets", port, monitor)
    program = nats.program(folder, monitor)
    server = Nats(program, folder / "log", folder=folder, port=port, monitor=f"http://127.0.0.1:{monitor}")
    try:
        await server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


async def _open_session() -> Session:
    global _session  # noqa: PLW0603  one cluster for the whole session, started by the first who needs it
    if _session is None:
        _session = Session()
        folder = _session.folder / "postgres"
        postgres.prepare(folder, _session.secrets)
        program = postgres.program(folder, _session.secrets, _session.port, durable=False)
        _session.cluster = Server(program, _session.folder / "log")
        await _session.cluster.start()
    return _session


async def _template(connection: asyncpg.Connection, session: Session, service: str) -> None:
    """Make and migrate the service's template database, once a session."""
    if service in session.templates:
        return
    name = f"{service}_template"
    await databases.shut_out_public(connection)
    for role in (service, f"{service}_owner"):
        await databases.create_role(connection, role, password(session.secrets, f"postgres.{role}"))
    await databases.create_database(connection, service, name)
    async with superuser(name) as inside:
        await databases.fit_out(inside, service)
    await migrate(f"services.{service}", session.url(f"{service}_owner", name), service)
    session.templates.add(service)
