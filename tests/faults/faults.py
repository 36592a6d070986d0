"""The faults: what is killed, stopped, full or lost for a moment; and, from other modules, what lasts longer."""

import asyncio
import random
import shutil
from contextlib import suppress

import psutil

from tests.faults.done import Done, Fault
from tests.faults.fullness import FULLNESS
from tests.faults.handles import ENDINGS, answers, backend, catch, kill, led, limit, replica, take_lock_away
from tests.faults.journal import Away
from tests.faults.poison import POISONED
from tests.faults.refusals import REFUSALS
from tests.faults.schema import SCHEMAS
from tests.faults.silence import SILENCES
from tests.faults.stage import SERVICES, Stage, until
from tests.faults.stalls import STALLS

WAITS_FOR_AN_END = 5.0
"""Seconds in which a transaction of the service should end the way that is waited for; then any process will do."""
DOORS = ("web", "caddy")
"""Pages and front door: they store nothing of a client's, but callers lose their answers with them."""
TAKES_OVER = 20.0
"""Seconds in which another replica must lead."""


async def kill_service(stage: Stage, chance: random.Random) -> Done:
    """One service, with kill -9; the stack starts it again."""
    name = chance.choice(SERVICES)
    kill(stage, name)
    return Done("kill -9 of a service", name)


async def kill_door(stage: Stage, chance: random.Random) -> Done:
    """The pages or the front door."""
    name = chance.choice(DOORS)
    kill(stage, name)
    return Done(f"kill -9 of {name}")


async def kill_bus(stage: Stage, _: random.Random) -> Done:
    """nats-server."""
    kill(stage, "nats")
    return Done("kill -9 of nats-server")


async def kill_database(stage: Stage, _: random.Random) -> Done:
    """The whole of PostgreSQL."""
    kill(stage, "postgres")
    return Done("kill -9 of PostgreSQL")


async def kill_backend(stage: Stage, chance: random.Random) -> Done:
    """The process behind a service's connection, in the middle of an append or a commit: the server recovers."""
    name, ending = chance.choice(SERVICES), chance.choice(list(ENDINGS))
    server = await until(lambda: stage.child("postgres"), 20, "PostgreSQL")
    caught = await catch(stage, name, ending, WAITS_FOR_AN_END)
    if found := caught or backend(server, name):
        with suppress(psutil.Error):
            found.kill()
    when = f"in the middle of its {ending}" if caught else "at another moment"
    return Done(f"kill -9 of a server process of PostgreSQL {when}", name)


async def kill_mail(stage: Stage, _: random.Random) -> Done:
    """The mail server: some answers are lost. Time may pass until it is back."""
    since = stage.now
    kill(stage, "mail")
    await until(lambda: answers(stage.ports["mail"]), 30, "the mail server")
    stage.note(Away(since=since, until=stage.now))
    return Done("kill -9 of the mail server")


async def stop_program(stage: Stage, chance: random.Random) -> Done:
    """SIGSTOP for some seconds."""
    name, seconds = chance.choice((*SERVICES, "nats", "postgres")), chance.uniform(1, 5)
    if process := stage.child(name):
        with suppress(psutil.Error):
            process.suspend()
            await asyncio.sleep(seconds)
            process.resume()
    return Done("SIGSTOP", f"{name} for {seconds:.1f} s")


async def fill_bus(stage: Stage, chance: random.Random) -> Done:
    """The stream of a service at its limit of storage for some seconds."""
    name = chance.choice(("records", "scheduling", "protocol"))
    await limit(stage, name, full=True)
    await asyncio.sleep(chance.uniform(2, 4))
    await limit(stage, name, full=False)
    return Done("a stream at its limit of storage", name)


async def lose_bus(stage: Stage, _: random.Random) -> Done:
    """The store of JetStream, gone for good: PostgreSQL is the record."""
    store = stage.place.data / "nats" / "store"
    kill(stage, "nats")
    gone = store.with_name("gone")
    store.rename(gone)  # at once, before the server is started again
    shutil.rmtree(gone)
    return Done("the store of JetStream deleted")


async def second_replica(stage: Stage, chance: random.Random) -> Done:
    """A second replica is started and killed; half the time the first dies before it."""
    name = chance.choice(SERVICES)
    async with replica(stage, name):
        if first := chance.random() < 0.5:
            kill(stage, name)
        await asyncio.sleep(chance.uniform(1, 3))
    return Done("a second replica killed" + (" after the first" if first else ""), name)


async def wake_zombie(stage: Stage, chance: random.Random) -> Done:
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
    return Done("a zombie woke", name)


BRIEF: dict[str, Fault] = {
    "service": kill_service,
    "door": kill_door,
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
"""Over within seconds."""
UNHARMED: dict[str, Fault] = {**STALLS, **SILENCES, **FULLNESS, **REFUSALS, **POISONED}
"""After these every service works again without having been started anew: nobody killed it."""
FAULTS = {**BRIEF, **UNHARMED, **SCHEMAS}
