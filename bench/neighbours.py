"""Two services on one bus: one strikes and publishes, the other hears and strikes too."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import uvloop

from bench.aggregate import PROJECTIONS, Strike, Struck, stream, tally
from bench.servers import Ground
from shared.bus.hearing import Found, React
from shared.clock import Clock
from shared.config import Config, Practice
from shared.memory import collect_seldom
from shared.messages import Recorded
from shared.running import running
from shared.service import Definition, Service
from shared.store.work import Outcome


def echo(heard: Recorded, _: Found) -> list[tuple[str, Strike]]:
    """Every stroke heard is struck again."""
    client_id = heard.event.client_id
    return [(stream(client_id), Strike(client_id=client_id))]


def striker(ground: Ground, database: str) -> Service:
    """Publishes what it stores, as `scheduling`, whom `notify` hears."""
    return _service("scheduling", config(ground, "scheduling", database), published=(Struck,))


def config(ground: Ground, name: str, database: str) -> Config:
    """What the service is told."""
    return Config(database=ground.url(name, database), nats=ground.bus(name), nats_monitor=ground.monitor)


def _service(name: str, given: Config, **more: Any) -> Service:
    parts: dict[str, Any] = {"deciders": {"tally": tally}, "events": (Struck,), "projections": PROJECTIONS}
    definition = Definition(name=name, package="bench", **parts, **more)
    return Service(definition, given, Practice(zone="America/New_York"), Clock())


async def hear() -> None:
    """Be `notify`: for each number on stdin wait for so many effects, and tell when each was committed."""
    given = Config(database=os.environ["DATABASE"], nats=os.environ["NATS"])
    service = _service("notify", given, hears={"scheduling": (Struck,)}, reactions={Struck: React(echo)})
    committed = _watched(service)
    async with running(service):
        print("{}", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            while len(committed) < int(line):
                await asyncio.sleep(0.01)
            print(json.dumps(committed), flush=True)


def _watched(service: Service) -> dict[str, float]:
    """Event heard → when the commit with its effect came back, in seconds of the machine's clock."""
    committed: dict[str, float] = {}
    write = service.store.write

    async def watched(*args: Any, **more: Any) -> Outcome:
        outcome = await write(*args, **more)
        now = time.time()
        committed.update({str(recorded.cause.causation_id): now for recorded in outcome.events})
        return outcome

    service.store.write = watched  # type: ignore[method-assign]
    return committed


if __name__ == "__main__":
    collect_seldom()
    uvloop.run(hear())
