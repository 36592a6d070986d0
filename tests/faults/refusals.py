"""A PostgreSQL that is there and does not do what it should: read-only, without connections, forgetful."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.done import Done, Fault, a_while
from tests.faults.handles import command
from tests.faults.stage import SERVICES, Stage, until

SEEN_WITHIN = 15.0
"""Seconds in which a service must say that it does not trust its database."""
ENDED = "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1"


@asynccontextmanager
async def altered(stage: Stage, name: str, change: str, back: str) -> AsyncIterator[None]:
    """Change a service's database and end its connections; in the end it is changed back, and nobody is told."""
    await command(stage, "postgres", f"alter database {name} {change}")
    await command(stage, "postgres", ENDED, name)
    try:
        yield
    finally:
        await command(stage, "postgres", f"alter database {name} {back}")


async def read_only(stage: Stage, chance: random.Random) -> Done:
    """As an old primary is after a switch-over."""
    name, seconds = chance.choice(SERVICES), a_while(chance)
    change = "set default_transaction_read_only = on"
    async with altered(stage, name, change, "reset default_transaction_read_only"):
        await asyncio.sleep(seconds)
    return Done("a read-only database", f"{name} for {seconds:.0f} s")


async def no_connections(stage: Stage, chance: random.Random) -> Done:
    """None is left for a service that lost its own."""
    name, seconds = chance.choice(SERVICES), a_while(chance)
    async with altered(stage, name, "with connection limit 0", "with connection limit -1"):
        await asyncio.sleep(seconds)
    return Done("no connection left", f"{name} for {seconds:.0f} s")


async def forgetful(stage: Stage, chance: random.Random) -> Done:
    """`synchronous_commit = off`: what is acknowledged may be lost, so nothing may be."""
    name = chance.choice(SERVICES)

    async def refused() -> bool:
        return await stage.probe.readiness(name) is not None and not await stage.probe.write(name)

    async with altered(stage, name, "set synchronous_commit = off", "reset synchronous_commit"):
        await until(refused, SEEN_WITHIN, f"{name} to refuse a database with synchronous_commit = off")
    await command(stage, "postgres", ENDED, name)  # as a restart does: the setting is a connection's
    return Done("a database with synchronous_commit = off", name)


REFUSALS: dict[str, Fault] = {"read-only": read_only, "no-connections": no_connections, "forgetful": forgetful}
