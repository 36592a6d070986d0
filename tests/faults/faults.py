"""The faults: programs killed or stopped, a full bus, a lost one, a second replica, a zombie that wakes."""

import asyncio
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg
import psutil
from nats.aio.client import Client
from nats.errors import Error
from nats.js.api import StreamConfig

from deploy import nats, postgres, services
from deploy.place import choose_ports
from deploy.program import start
from deploy.secret import password
from shared.running import LEADER
from tests.faults.stage import SERVICES, Stage, until

Fault = Callable[[Stage, random.Random], Awaitable[str]]
"""Does its harm, takes back what does not heal by itself, and says what it was."""

TAKES_OVER = 20.0
"""Seconds in which another replica must lead."""


async def kill_service(stage: Stage, chance: random.Random) -> str:
    """One service, with kill -9; the stack starts it again."""
    name = chance.choice(SERVICES)
    _kill(stage, name)
    return f"kill -9 of {name}"


async def kill_bus(stage: Stage, _: random.Random) -> str:
    """nats-server."""
    _kill(stage, "nats")
    return "kill -9 of nats-server"


async def kill_database(stage: Stage, _: random.Random) -> str:
    """The whole of PostgreSQL."""
    _kill(stage, "postgres")
    return "kill -9 of PostgreSQL"


async def kill_backend(stage: Stage, chance: random.Random) -> str:
    """The process behind one service's connection, mid-commit if one is under way: the server recovers from a crash."""
    name = chance.choice(SERVICES)
    server = await until(lambda: stage.child("postgres"), 20, "PostgreSQL")
    await until(lambda: _backend(server, name, "COMMIT") or chance.random() < 0.02, 5, "a commit")
    if backend := _backend(server, name, "COMMIT") or _backend(server, name, ""):
        with suppress(psutil.Error):
            backend.kill()
    return f"kill -9 of a server process of {name}"


async def kill_mail(stage: Stage, _: random.Random) -> str:
    """The mail server: some answers are lost."""
    _kill(stage, "mail")
    return "kill -9 of the mail server"


async def stop_program(stage: Stage, chance: random.Random) -> str:
    """SIGSTOP for some seconds."""
    name, seconds = chance.choice((*SERVICES, "nats", "postgres")), chance.uniform(1, 5)
    if process := stage.child(name):
        with suppress(psutil.Error):
            process.suspend()
            await asyncio.sleep(seconds)
            process.resume()
    return f"SIGSTOP of {name} for {seconds:.1f} s"


async def fill_bus(stage: Stage, chance: random.Random) -> str:
    """The stream of a service at its limit of storage for some seconds."""
    name = chance.choice(("records", "scheduling", "protocol"))
    await _limit(stage, name, full=True)
    await asyncio.sleep(chance.uniform(2, 4))
    await _limit(stage, name, full=False)
    return f"the stream of {name} full"


async def lose_bus(stage: Stage, _: random.Random) -> str:
    """The store of JetStream, gone for good: PostgreSQL is the record."""
    store = stage.place.data / "nats" / "store"
    _kill(stage, "nats")
    gone = store.with_name("gone")
    store.rename(gone)  # at once, before the server is started again
    shutil.rmtree(gone)
    return "the store of JetStream deleted"


async def second_replica(stage: Stage, chance: random.Random) -> str:
    """A second replica is started and killed; half the time the first dies before it."""
    name = chance.choice(SERVICES)
    async with _replica(stage, name):
        if first := chance.random() < 0.5:
            _kill(stage, name)
        await asyncio.sleep(chance.uniform(1, 3))
    return f"a second replica of {name} killed" + (" after the first" if first else "")


async def wake_zombie(stage: Stage, chance: random.Random) -> str:
    """The leader is stopped, loses its lock, another leads and publishes; then it wakes in the middle of its work."""
    name = chance.choice(("protocol", "notify", "records", "scheduling"))
    async with _replica(stage, name):
        leader = await until(lambda: stage.child(name), 20, name)
        with suppress(psutil.Error):
            leader.suspend()
        try:
            await until(lambda: _take_lock_away(stage, name), TAKES_OVER, "a leader to be robbed of its lock")
            await until(lambda: _led(stage, name), TAKES_OVER, "another leader")
            await asyncio.sleep(chance.uniform(1, 3))
        finally:
            with suppress(psutil.Error):
                leader.resume()
        await asyncio.sleep(chance.uniform(1, 2))
    return f"a zombie of {name} woke"


def _kill(stage: Stage, name: str) -> None:
    if process := stage.child(name):
        with suppress(psutil.Error):
            process.kill()


def _backend(server: psutil.Process, name: str, doing: str) -> psutil.Process | None:
    with suppress(psutil.Error):
        for child in server.children():
            with suppress(psutil.Error):
                title = " ".join(child.cmdline())
                if title.startswith(f"postgres: {name} {name} ") and doing in title:
                    return child
    return None


async def _limit(stage: Stage, name: str, *, full: bool) -> None:
    """Set or lift the limit, as the service itself could; waits for as long as the bus is away."""

    async def tried() -> bool:
        client = Client()
        try:
            url = nats.url(name, stage.place.secrets, stage.ports["nats"])
            await client.connect(url, inbox_prefix=f"_INBOX_{name}", max_reconnect_attempts=1, allow_reconnect=False)
            js = client.jetstream(timeout=2)
            info = await js.stream_info(name)
            await js.update_stream(_limited(info.config, info.state.bytes + 1 if full else -1))
        except (Error, OSError, TimeoutError):
            return False
        finally:
            await client.close()
        return True

    await until(tried, 30, f"the stream of {name}")


def _limited(config: StreamConfig, size: int) -> StreamConfig:
    return config.evolve(max_bytes=size)


@asynccontextmanager
async def _replica(stage: Stage, name: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Another process of the service on a port of its own, killed at the end."""
    ports = stage.ports | {name: choose_ports((name,))[name]}
    program = services.program(name, stage.place, ports)
    process = start(program, stage.place.log(f"{name}-2"))
    try:
        await until(lambda: _answers(ports[name]), 30, f"a second replica of {name}")
        yield process
    finally:
        process.kill()
        process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _take_lock_away(stage: Stage, name: str) -> bool:
    """End the connection that holds the leader's lock; false while nobody holds it or the database is away."""
    return bool(await _ask(stage, name, f"select pg_terminate_backend(pid) from {HOLDER}"))


async def _led(stage: Stage, name: str) -> bool:
    return bool(await _ask(stage, name, f"select pid from {HOLDER}"))


HOLDER = f"""
pg_locks join pg_database on pg_database.oid = pg_locks.database
where locktype = 'advisory' and objid = {LEADER} and granted and datname = current_database()
"""


async def _ask(stage: Stage, name: str, sql: str) -> list[asyncpg.Record]:
    address = postgres.url("postgres", password(stage.place.secrets, "postgres"), stage.ports["postgres"], name)
    try:
        connection = await asyncpg.connect(address, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return []
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return []
    finally:
        connection.terminate()
    return rows


FAULTS: dict[str, Fault] = {
    "service": kill_service,
    "bus": kill_bus,
    "database": kill_database,
    "backend": kill_backend,
    "mail": kill_mail,
    "stop": stop_program,
    "full": fill_bus,
    "lost": lose_bus,
    "replica": second_replica,
    "zombie": wake_zombie,
}
