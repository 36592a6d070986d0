"""Where faults take hold: processes, connections, locks, the limits of the bus, replicas."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import psutil
from nats.aio.client import Client
from nats.errors import Error

from deploy import nats, postgres, services
from deploy.place import choose_ports
from deploy.program import start
from deploy.secret import password
from shared.running import LEADER
from shared.store.work import LOST
from tests.faults.stage import Stage, until


def kill(stage: Stage, name: str) -> None:
    """Kill -9 a program of the stack, if it is there just now; comes back when it is gone."""
    if process := stage.child(name):
        with suppress(psutil.Error):
            process.kill()
            process.wait(5)


ENDINGS = {"append": ("query like '%append_events%'", "SELECT"), "commit": ("query = 'commit'", "COMMIT")}
"""What ends a transaction of the writer, and the title of the server process meanwhile.

A lone append is all in one, `[with …] select public.append_events(…)`; what takes several statements has a commit.
"""


def backend(server: psutil.Process, name: str) -> psutil.Process | None:
    """A process behind a service's connection, whatever it does."""
    with suppress(psutil.Error):
        for child in server.children():
            with suppress(psutil.Error):
                if _title(child).startswith(f"postgres: {name} {name} "):
                    return child
    return None


def _title(process: psutil.Process) -> str:
    """What a server process of PostgreSQL says it does: `postgres: user database address SELECT`, or `… idle`."""
    return " ".join(process.cmdline()).strip()


async def catch(stage: Stage, name: str, ending: str, seconds: float) -> psutil.Process | None:
    """Stop (SIGSTOP) the server process of a service that is at this ending of a transaction; nothing if none was."""
    deadline, (query, title) = time.monotonic() + seconds, ENDINGS[ending]
    sql = f"""
        select pid from pg_stat_activity where state = 'active' and usename = current_database() and {query}
           and wait_event_type is distinct from 'Lock'
        """
    async with connected(stage, name) as connection:
        while connection and time.monotonic() < deadline:
            for row in await _tried(connection, sql):
                if stopped := _stopped(row["pid"], title):
                    return stopped
    return None


def _stopped(pid: int, title: str) -> psutil.Process | None:
    """The process, if it was stopped in the middle of this; let go if it was done a moment earlier."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        process.suspend()
        if _title(process).endswith(f" {title}"):
            return process
        process.resume()
    return None


async def limit(stage: Stage, name: str, *, full: bool) -> None:
    """Set or lift the limit, as the service itself could; waits for as long as the bus is away."""

    async def tried() -> bool:
        client = Client()
        try:
            url = nats.url(name, stage.place.secrets, stage.ports["nats"])
            await client.connect(url, inbox_prefix=f"_INBOX_{name}", max_reconnect_attempts=1, allow_reconnect=False)
            js = client.jetstream(timeout=2)
            info = await js.stream_info(name)
            await js.update_stream(info.config.evolve(max_bytes=info.state.bytes + 1 if full else -1))
        except (Error, OSError, TimeoutError):
            return False
        finally:
            await client.close()
        return True

    await until(tried, 30, f"the stream of {name}")


@asynccontextmanager
async def replica(stage: Stage, name: str) -> AsyncIterator[int]:
    """Another process of the service, killed at the end; gives the port of its own."""
    ports = stage.ports | {name: choose_ports((name,))[name]}
    program = services.program(name, stage.place, ports)
    process = start(program, stage.place.log(f"{name}-2"))
    try:
        await until(lambda: answers(ports[name]), 30, f"a second replica of {name}")
        yield ports[name]
    finally:
        process.kill()
        process.wait()


async def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def take_lock_away(stage: Stage, name: str) -> bool:
    """End the connection that holds the leader's lock; false while nobody holds it or the database is away."""
    return bool(await fetch(stage, name, f"select pg_terminate_backend(pid) from {HOLDER}"))


async def led(stage: Stage, name: str) -> bool:
    """Whether a replica holds the leader's lock."""
    return bool(await fetch(stage, name, f"select pid from {HOLDER}"))


HOLDER = f"""
pg_locks join pg_database on pg_database.oid = pg_locks.database
where locktype = 'advisory' and objid = {LEADER} and granted and datname = current_database()
"""


async def fetch(stage: Stage, name: str, sql: str, *args: object) -> list[asyncpg.Record]:
    """Rows of a service's database, as its superuser; none while it is away."""
    async with connected(stage, name) as connection:
        return await _tried(connection, sql, *args) if connection else []


async def command(stage: Stage, name: str, sql: str, *args: object) -> None:
    """Do it as the database's superuser, however long that is away (it may be done twice)."""

    async def done() -> bool:
        async with connected(stage, name) as connection:
            try:
                return bool(connection and await connection.execute(sql, *args, timeout=5))
            except LOST:
                return False

    await until(done, 30, f"the database of {name}")


@asynccontextmanager
async def connected(stage: Stage, name: str) -> AsyncIterator[asyncpg.Connection | None]:
    """A superuser's connection to a service's database; nothing while it is away."""
    address = postgres.url("postgres", password(stage.place.secrets, "postgres"), stage.ports["postgres"], name)
    try:
        connection = await asyncpg.connect(address, timeout=5, ssl=False)
    except (*LOST, asyncpg.InsufficientResourcesError):
        yield None
        return
    try:
        yield connection
    finally:
        connection.terminate()


async def _tried(connection: asyncpg.Connection, sql: str, *args: object) -> list[asyncpg.Record]:
    """The rows; none while the database is away."""
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *args, timeout=5)
    except (*LOST, asyncpg.InsufficientResourcesError):
        return []
    return rows
