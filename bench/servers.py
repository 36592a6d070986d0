"""The servers of a measurement: a durable PostgreSQL and a nats-server that syncs each write, in a temporary folder."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg

from deploy import databases, nats, postgres
from deploy.keeper import end
from deploy.place import choose_ports
from deploy.program import Program, start
from deploy.secret import password
from shared.migrate import migrate

PATIENCE = 20.0


@dataclass
class Ground:
    """Where everything is measured. Databases are made here, each for one service's role and its owner."""

    folder: Path
    ports: dict[str, int]
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def secrets(self) -> Path:
        """Passwords, one a file."""
        return self.folder / "secrets"

    def url(self, role: str, database: str) -> str:
        """The address of a database for a role."""
        return postgres.url(role, password(self.secrets, f"postgres.{role}"), self.ports["postgres"], database)

    def superuser(self, database: str = "postgres") -> str:
        """The address of a database for who may do anything."""
        return postgres.url("postgres", password(self.secrets, "postgres"), self.ports["postgres"], database)

    def bus(self, service: str) -> str:
        """The address of the bus for a service."""
        return nats.url(service, self.secrets, self.ports["nats"])

    @property
    def monitor(self) -> str:
        """The address at which nats-server tells how it is set."""
        return f"http://127.0.0.1:{self.ports['monitor']}"

    async def database(self, service: str = "records", package: str = "bench") -> str:
        """A new database with the store's tables and the package's; gives its name."""
        name = f"bench_{next(self.numbers)}"
        async with connected(self.superuser()) as connection:
            await databases.shut_out_public(connection)
            for role in (service, f"{service}_owner"):
                await databases.create_role(connection, role, password(self.secrets, f"postgres.{role}"))
            await databases.create_database(connection, service, name)
        async with connected(self.superuser(name)) as connection:
            await databases.fit_out(connection, service)
        await migrate(package, self.url(f"{service}_owner", name), service)
        return name

    async def empty_database(self) -> str:
        """A new database with nothing in it; gives its name."""
        name = f"bench_{next(self.numbers)}"
        async with connected(self.superuser()) as connection:
            await connection.execute(f"create database {name}")
        return name


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection for the time of a block."""
    connection = await asyncpg.connect(address)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Both servers, gone at the end with all they stored."""
    folder = Path(tempfile.mkdtemp(prefix="seriatim-bench-"))
    it = Ground(folder, choose_ports(("postgres", "nats", "monitor")))
    try:
        async with AsyncExitStack() as stack:
            await asyncio.to_thread(postgres.prepare, folder / "postgres", it.secrets)
            cluster = postgres.program(folder / "postgres", it.secrets, it.ports["postgres"], durable=True)
            await stack.enter_async_context(_running(cluster, folder))
            nats.prepare(folder / "nats", it.secrets, it.ports["nats"], it.ports["monitor"])
            await stack.enter_async_context(_running(nats.program(folder / "nats", it.ports["monitor"]), folder))
            yield it
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def _running(program: Program, folder: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    process = start(program, folder / f"{program.name}.log")
    try:
        async with asyncio.timeout(PATIENCE):
            while not await program.ready():
                await asyncio.sleep(0.02)
        yield process
    finally:
        await end(process, program.stop, PATIENCE)
