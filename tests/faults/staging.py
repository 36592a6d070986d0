"""Putting up the stack of a run: as a person starts it, with wires to its servers and, if wished, small disks."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from deploy.place import choose_ports
from tests.faults.disks import small_disks
from tests.faults.journal import journal
from tests.faults.probe import Probe
from tests.faults.stage import ROOT, SERVICES, START, Stage, until
from tests.faults.wire import Wire


@asynccontextmanager
async def stage(folder: Path, *, disks: bool = False) -> AsyncIterator[Stage]:
    """Start a stack with a simulated clock in `folder`; stopped at the end, its files stay.

    `disks` puts data and logs on small disks of their own, which only root can make.
    """
    found = Stage(folder / "data", choose_ports(("front",))["front"])
    async with AsyncExitStack() as open_ones:
        if disks:
            found.disks = open_ones.enter_context(small_disks(found.place))
        await open_ones.enter_async_context(_wired(found))
        await open_ones.enter_async_context(_standing(found))
        found.probe = Probe(found.place, found.ports, open_ones.enter_context(journal(found.log)))
        yield found


@asynccontextmanager
async def _wired(found: Stage) -> AsyncIterator[None]:
    """Lay a wire from each service to each server."""
    found.wires = {
        service: {server: Wire(partial(lambda server: found.ports[server], server)) for server in ("postgres", "nats")}
        for service in SERVICES
    }
    wires = [wire for some in found.wires.values() for wire in some.values()]
    await asyncio.gather(*(wire.open() for wire in wires))
    try:
        yield
    finally:
        await asyncio.gather(*(wire.close() for wire in wires))


@asynccontextmanager
async def _standing(found: Stage) -> AsyncIterator[None]:
    place, screen = found.place, found.screen
    wires = {service: {name: wire.port for name, wire in some.items()} for service, some in found.wires.items()}
    words = ["--port", str(place.port), "--data", str(place.data), "--now", START, "--wires", json.dumps(wires)]
    with screen.open("wb") as output:
        command = [sys.executable, "-m", "tests.faults.standing", *words]
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)  # noqa: S603, ASYNC220  our own
    found.process = process
    try:
        await until(lambda: "Ready after" in screen.read_text() or process.poll() is not None, 90, "the stack")
        assert process.poll() is None, screen.read_text()
        yield
    finally:
        found.kill_load()
        process.send_signal(signal.SIGTERM)
        await until(lambda: process.poll() is not None, 20, "the stack to end")
