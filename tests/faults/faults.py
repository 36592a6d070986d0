"""The faults: programs killed or stopped, a full bus, a lost one, a second replica, a zombie that wakes."""

import asyncio
import random
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psutil

from tests.faults.handles import answers, backend, kill, led, limit, replica, take_lock_away
from tests.faults.journal import Away
from tests.faults.stage import SERVICES, Stage, until

Fault = Callable[[Stage, random.Random], Awaitable[str]]
"""Does its harm, takes back what does not heal by itself, and says what it was."""

WAITS_FOR_A_COMMIT = 3.0
"""Seconds; then any process of the service's will do."""
TAKES_OVER = 20.0
"""Seconds in which another replica must lead."""


async def kill_service(stage: Stage, chance: random.Random) -> str:
    """One service, with kill -9; the stack starts it again."""
    name = chance.choice(SERVICES)
    kill(stage, name)
    return f"kill -9 of {name}"


async def kill_bus(stage: Stage, _: random.Random) -> str:
    """nats-server."""
    kill(stage, "nats")
    return "kill -9 of nats-server"


async def kill_database(stage: Stage, _: random.Random) -> str:
    """The whole of PostgreSQL."""
    kill(stage, "postgres")
    return "kill -9 of PostgreSQL"


async def kill_backend(stage: Stage, chance: random.Random) -> str:
    """The process behind one service's connection, mid-commit if one is under way: the server recovers from a crash."""
    name = chance.choice(SERVICES)
    server = await until(lambda: stage.child("postgres"), 20, "PostgreSQL")
    deadline = time.monotonic() + WAITS_FOR_A_COMMIT
    while not (caught := backend(server, name, "COMMIT")) and time.monotonic() < deadline:
        await asyncio.sleep(0.001)
    if found := caught or backend(server, name, ""):
        with suppress(psutil.Error):
            found.kill()
    return f"kill -9 of a server process of {name}" + (" in a commit" if caught else "")


async def kill_mail(stage: Stage, _: random.Random) -> str:
    """The mail server: some answers are lost. Time may pass until it is back."""
    since = stage.now
    kill(stage, "mail")
    await until(lambda: answers(stage.ports["mail"]), 30, "the mail server")
    stage.note(Away(since=since, until=stage.now))
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
    await limit(stage, name, full=True)
    await asyncio.sleep(chance.uniform(2, 4))
    await limit(stage, name, full=False)
    return f"the stream of {name} full"


async def lose_bus(stage: Stage, _: random.Random) -> str:
    """The store of JetStream, gone for good: PostgreSQL is the record."""
    store = stage.place.data / "nats" / "store"
    kill(stage, "nats")
    gone = store.with_name("gone")
    store.rename(gone)  # at once, before the server is started again
    shutil.rmtree(gone)
    return "the store of JetStream deleted"


async def second_replica(stage: Stage, chance: random.Random) -> str:
    """A second replica is started and killed; half the time the first dies before it."""
    name = chance.choice(SERVICES)
    async with replica(stage, name):
        if first := chance.random() < 0.5:
            kill(stage, name)
        await asyncio.sleep(chance.uniform(1, 3))
    return f"a second replica of {name} killed" + (" after the first" if first else "")


async def wake_zombie(stage: Stage, chance: random.Random) -> str:
    """The leader is stopped, loses its lock, another leads and publishes; then it wakes in the middle of its work."""
    name = chance.choice(("protocol", "notify", "records", "scheduling"))
    async with replica(stage, name):
        leader = await until(lambda: stage.child(name), 20, name)
        with suppress(psutil.Error):
            leader.suspend()
        try:
            await until(lambda: take_lock_away(stage, name), TAKES_OVER, "a leader to be robbed of its lock")
            await until(lambda: led(stage, name), TAKES_OVER, "another leader")
            await asyncio.sleep(chance.uniform(1, 3))
        finally:
            with suppress(psutil.Error):
                leader.resume()
        await asyncio.sleep(chance.uniform(1, 2))
    return f"a zombie of {name} woke"


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
