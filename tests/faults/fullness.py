"""Full disks: for the data of PostgreSQL and NATS, for what all programs print, for both."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.disks import Disk
from tests.faults.done import Done, Fault
from tests.faults.handles import kill
from tests.faults.stage import SERVICES, Stage

HEALS_WITHIN = 15.0
"""Seconds after which whoever still says that the bus keeps it from its work is believed, and NATS is started anew."""


@asynccontextmanager
async def full(*disks: Disk) -> AsyncIterator[None]:
    """No room at all; room again in the end."""
    for disk in disks:
        disk.fill()
    try:
        yield
    finally:
        for disk in disks:
            disk.make_room()


async def fill_data(stage: Stage, chance: random.Random) -> Done:
    """The disk of PostgreSQL and NATS."""
    assert stage.disks
    async with full(stage.disks.data):
        await asyncio.sleep(chance.uniform(15, 25))
    return Done("the disk of the data full" + await _as_told(stage))


async def fill_logs(stage: Stage, chance: random.Random) -> Done:
    """The disk of the logs, and something happens that everybody logs."""
    assert stage.disks
    async with full(stage.disks.logs):
        await asyncio.sleep(chance.uniform(1, 3))
        kill(stage, "nats")
        await asyncio.sleep(chance.uniform(10, 20))
    return Done("the disk of the logs full while NATS was restarted")


async def fill_both(stage: Stage, chance: random.Random) -> Done:
    """As it is where all lies on one disk."""
    assert stage.disks
    async with full(stage.disks.data, stage.disks.logs):
        await asyncio.sleep(chance.uniform(15, 25))
    return Done("the disk of data and logs full" + await _as_told(stage))


async def _as_told(stage: Stage) -> str:
    """Start NATS anew, as an operator does, if a service still says that it cannot work for the bus."""
    await asyncio.sleep(HEALS_WITHIN)
    for name in SERVICES:
        for reason in await stage.probe.readiness(name) or ():
            if reason.startswith("bus") and reason != "bus_away":
                kill(stage, "nats")
                return f", NATS started anew as {name} said {reason}"
    return ""


FULLNESS: dict[str, Fault] = {"full-data": fill_data, "full-logs": fill_logs, "full-disk": fill_both}
