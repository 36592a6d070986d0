"""Stalls of 15 to 40 seconds: nobody is dead, but somebody holds what others wait for."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psutil

from shared.store.batch import LOCK
from tests.faults.done import Done, Fault, a_while
from tests.faults.handles import ENDINGS, backend, catch, command, connected, fetch, replica
from tests.faults.stage import SERVICES, Stage, until

CAUGHT_WITHIN = 10.0
"""Seconds in which somebody should hold the lock; then any moment will do."""
BACK = 60.0
"""Seconds after which the other replica must write again."""


@contextmanager
def stopped(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """SIGSTOP, in this order; SIGCONT in the end to whoever is still there."""
    for process in processes:
        with suppress(psutil.Error):
            process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.Error):
                process.resume()


async def hold_lock(stage: Stage, chance: random.Random) -> Done:
    """Somebody's psql holds the lock of a store."""
    name, seconds = chance.choice(SERVICES), a_while(chance)
    await command(stage, name, "select 1")  # when it is there
    async with connected(stage, name) as connection:
        if connection:
            await connection.execute(f"begin; select pg_advisory_xact_lock({LOCK})")
            await asyncio.sleep(seconds)
            await connection.execute("rollback")
    return Done("the lock of a store held by somebody else", f"{name} for {seconds:.0f} s")


async def stall_backend(stage: Stage, chance: random.Random) -> Done:
    """The server process of PostgreSQL in the middle of a service's append or commit."""
    name, ending, seconds = chance.choice(SERVICES), chance.choice(list(ENDINGS)), a_while(chance)
    server = await until(lambda: stage.child("postgres"), 20, "PostgreSQL")
    caught = await catch(stage, name, ending, CAUGHT_WITHIN)
    found = caught or backend(server, name)
    with stopped([found] if found else []):
        await asyncio.sleep(seconds)
    when = f"in the middle of its {ending}" if caught else "at another moment"
    return Done(f"a server process of PostgreSQL stalled {when}", f"{name} for {seconds:.0f} s")


async def stall_holder(stage: Stage, chance: random.Random) -> Done:
    """A replica in the middle of a batch, which holds the lock that another replica waits for."""
    name, seconds = chance.choice(SERVICES), a_while(chance)
    async with replica(stage, name) as port:
        first = await until(lambda: stage.child(name), 20, name)
        caught = await _stop_with_lock(stage, name, first)
        with stopped([first]):
            await _keep_trying(stage, name, port, seconds)
        await until(lambda: stage.probe.write(name, port), BACK, f"the other replica of {name} to write again")
    when = "in the middle of a batch" if caught else "at another moment"
    return Done(f"a replica stalled {when}", f"{name} for {seconds:.0f} s")


async def _keep_trying(stage: Stage, name: str, port: int, seconds: float) -> None:
    """Write to a replica again and again, so that it waits for the lock."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await stage.probe.write(name, port)
                await asyncio.sleep(0.5)


async def stall_service(stage: Stage, chance: random.Random) -> Done:
    """A whole service."""
    return await _stall(stage, chance.choice(SERVICES), a_while(chance))


async def stall_bus(stage: Stage, chance: random.Random) -> Done:
    """nats-server."""
    return await _stall(stage, "nats", a_while(chance))


async def stall_database(stage: Stage, chance: random.Random) -> Done:
    """PostgreSQL with all its processes."""
    return await _stall(stage, "postgres", a_while(chance))


async def _stall(stage: Stage, name: str, seconds: float) -> Done:
    process = await until(lambda: stage.child(name), 20, name)
    with stopped([process, *process.children(recursive=True)]):
        await asyncio.sleep(seconds)
    return Done("stalled", f"{name} for {seconds:.0f} s")


async def _stop_with_lock(stage: Stage, name: str, process: psutil.Process) -> bool:
    """Stop the process while it holds the lock of its store; stopped at another moment if that cannot be had."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CAUGHT_WITHIN
    while True:
        process.suspend()
        if holder := await fetch(stage, name, HOLDER):
            await asyncio.sleep(0.05)
            if await fetch(stage, name, HOLDER) == holder:
                return True
        if loop.time() > deadline:
            return False
        process.resume()
        await asyncio.sleep(0.02)


HOLDER = f"""
select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database join pg_stat_activity using (pid)
 where locktype = 'advisory' and objid = {LOCK} and granted and pg_database.datname = current_database()
   and state = 'idle in transaction'
"""

STALLS: dict[str, Fault] = {
    "held-lock": hold_lock,
    "stalled-backend": stall_backend,
    "stalled-replica": stall_holder,
    "stalled-service": stall_service,
    "stalled-bus": stall_bus,
    "stalled-database": stall_database,
}
