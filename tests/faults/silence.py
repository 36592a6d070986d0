"""Silent networks: between a service and PostgreSQL or NATS nothing comes through, and nobody says good-bye."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.done import Done, Fault, a_while
from tests.faults.handles import replica
from tests.faults.stage import SERVICES, Stage
from tests.faults.watch import hears, published

TAKEN_OVER = 40.0
"""Seconds in which another replica must lead: keepalives, then its own next try."""


@asynccontextmanager
async def silent(stage: Stage, name: str, server: str, *, forgets: bool) -> AsyncIterator[None]:
    """Cut the wire, mend it in the end."""
    wire = stage.wires[name][server]
    wire.cut(forgets=forgets)
    try:
        yield
    finally:
        wire.mend()


async def silence_database(stage: Stage, chance: random.Random) -> Done:
    """Between a service and PostgreSQL."""
    return await _silence(stage, chance, "postgres")


async def silence_bus(stage: Stage, chance: random.Random) -> Done:
    """Between a service and NATS."""
    return await _silence(stage, chance, "nats")


async def silence_leader(stage: Stage, chance: random.Random) -> Done:
    """Between the leader and a server, while another replica reaches both: it must take over."""
    name, server = chance.choice(("protocol", "notify")), chance.choice(("postgres", "nats"))
    async with replica(stage, name), silent(stage, name, server, forgets=True):
        loop = asyncio.get_running_loop()
        ends = loop.time() + TAKEN_OVER
        await asyncio.sleep(3)  # until what was on its way has been heard
        written = await stage.probe.write("records")
        position = await published(stage, "records") if written else None
        if position is not None:
            heard = await hears(stage, name, "records", position, ends - loop.time())
            assert heard, f"no replica of {name} hears records: its leader is cut off from {server}"
    return Done(f"a silent network between a leader and {server}", name)


async def _silence(stage: Stage, chance: random.Random, server: str) -> Done:
    name, seconds, forgets = chance.choice(SERVICES), a_while(chance), chance.random() < 0.5
    async with silent(stage, name, server, forgets=forgets):
        await asyncio.sleep(seconds)
    then = ", connections forgotten" if forgets else ""
    return Done(f"a silent network before {server}", f"{name} for {seconds:.0f} s{then}")


SILENCES: dict[str, Fault] = {
    "silent-database": silence_database,
    "silent-bus": silence_bus,
    "silent-leader": silence_leader,
}
