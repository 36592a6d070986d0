"""What a healthy run left behind, with PostgreSQL alone still up, so that one guarantee at a time can be broken."""

import asyncio
import json
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from deploy import postgres
from deploy.place import choose_ports
from deploy.program import start
from deploy.secret import password
from tests.faults.checker import findings
from tests.faults.evidence import connected
from tests.faults.journal import Line
from tests.faults.staging import stage

DAYS = 4


@dataclass
class Left:
    """The data folder and the load generator's log; the folder `sound` holds copies of what a test may break."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "load.jsonl"

    @property
    def mail(self) -> Path:
        return self.data / "mail" / "new"

    async def findings(self) -> list[str]:
        return await findings(self.data, self.log)

    def lines(self) -> list[Any]:
        """The log's lines as plain objects."""
        return [msgspec.json.decode(line) for line in self.log.read_bytes().splitlines()]

    def write_lines(self, lines: list[Any]) -> None:
        self.log.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))

    def add(self, line: Line) -> None:
        self.log.write_bytes(self.log.read_bytes() + msgspec.json.encode(line) + b"\n")

    def keep(self) -> None:
        """Copy the files that tests break."""
        shutil.copytree(self.data / "mail", self.folder / "sound" / "mail")
        shutil.copy(self.log, self.folder / "sound")

    def mend_files(self) -> None:
        shutil.rmtree(self.data / "mail")
        shutil.copytree(self.folder / "sound" / "mail", self.data / "mail")
        shutil.copy(self.folder / "sound" / "load.jsonl", self.log)

    @asynccontextmanager
    async def broken(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection to a copy of the service's database that stands in for it, its triggers silent."""
        async with connected(self.data, "postgres") as server:
            await server.execute(f"alter database {service} rename to {service}_sound")
            await server.execute(f"create database {service} template {service}_sound")
        async with connected(self.data, service) as connection:
            await connection.execute("set session_replication_role = replica")
            yield connection

    async def mend(self, service: str) -> None:
        """Put the sound database back."""
        async with connected(self.data, "postgres") as server:
            await server.execute(f"drop database {service} with (force)")
            await server.execute(f"alter database {service}_sound rename to {service}")


def in_a_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it on a loop of its own, whatever loop this thread has."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@contextmanager
def left_behind() -> Iterator[Left]:
    """Run a practice for some days, stop all of it but PostgreSQL."""
    left = Left(Path(tempfile.mkdtemp(prefix="seriatim-left-")))
    left.folder.chmod(0o755)  # PostgreSQL is another user
    try:
        in_a_thread(_a_healthy_run(left.folder))
        left.keep()
        with _database(left.data):
            yield left
    finally:
        shutil.rmtree(left.folder, ignore_errors=True)


async def _a_healthy_run(folder: Path) -> None:
    async with stage(folder) as here:
        await here.begin_load(7)
        for _ in range(DAYS):
            await asyncio.sleep(1.5)  # of load, on each day
            assert await here.pass_time(timedelta(days=1)), here.clock_said
        await here.end_load()
        await here.rest()
        await here.look()


@contextmanager
def _database(data: Path) -> Iterator[None]:
    port = choose_ports(("postgres",))["postgres"]
    (data / "stack.json").write_text(json.dumps({"ports": {"postgres": port}}))
    program, log = postgres.program(data / "postgres", data / "secrets", port), data / "log" / "alone.log"
    process = start(program, log)
    try:
        address = postgres.url("postgres", password(data / "secrets", "postgres"), port, "postgres")
        deadline = time.monotonic() + 60
        while not in_a_thread(postgres.answers(address)):
            assert time.monotonic() < deadline, log.read_text()
            if process.poll() is not None:  # the one before may not be quite gone, if it had to be killed
                time.sleep(0.5)
                process = start(program, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
