"""warm_start, resident, note and year: the whole local stack as a person starts it."""

import asyncio
import re
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil

from bench.lines.http import session
from bench.measure import RUNS, Sample, percentiles, row
from bench.results import Row
from bench.servers import Ground
from bench.wire import Wire, request, wires
from deploy.databases import SERVICES
from deploy.keys import token
from deploy.place import choose_ports

RATE = 20
SESSIONS = 100
"""In one run, each of another client's course."""
READY = re.compile(rb"Ready after ([0-9.]+) s")


@asynccontextmanager
async def stack(port: int, data: Path) -> AsyncIterator[tuple[float, int]]:
    """`make run`; gives the seconds from the command to all ready, and the process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "deploy", "run", "--port", str(port), "--data", str(data)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout  # noqa: S101 - it is a pipe
    try:
        async with asyncio.timeout(120):
            while not READY.search(line := await process.stdout.readline()):
                if not line:
                    raise RuntimeError("the stack did not start")
        yield time.perf_counter() - began, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()


async def at_work(_: Ground) -> list[Row]:
    """warm_start, resident and note on one data folder: started anew for each run, the first start not counted."""
    data, port = Path(tempfile.mkdtemp(prefix="seriatim-bench-")), choose_ports(("door",))["door"]
    starts, notes, sizes = list[Sample](), list[Sample](), list[dict[str, float]]()
    try:
        async with stack(port, data):
            pass
        for _run in range(RUNS):
            async with stack(port, data) as (seconds, pid):
                starts.append(Sample(value=seconds))
                notes.append(await _notes(port, token(data / "secrets", "owner", None)))
                sizes.append(_sizes(pid))
    finally:
        shutil.rmtree(data)
    return [row("warm_start", "s", starts), _resident(sizes), _note(notes)]


def _note(samples: list[Sample]) -> Row:
    found = row("note", "ms", samples)
    found.note = f"POST of a session to the next note readable, through the front door, {RATE} a second; reach: 15 / 60"
    return found


def _resident(sizes: list[dict[str, float]]) -> Row:
    median = {name: statistics.median(run[name] for run in sizes) for name in sizes[0]}
    found = row("resident", "MB", [Sample(value=max(run.values())) for run in sizes])
    found.note = ", ".join(f"{name} {size:.0f}" for name, size in median.items())
    return found


def _sizes(pid: int) -> dict[str, float]:
    """Megabytes resident of each service."""
    children = psutil.Process(pid).children(recursive=True)
    lines = {child.pid: " ".join(child.cmdline()) for child in children}
    return {
        name: psutil.Process(child).memory_info().rss / 1e6
        for name in SERVICES
        for child, line in lines.items()
        if f"services.{name} serve" in line
    }


async def _notes(port: int, secret: str) -> Sample:
    """Clients with courses first; then a session of each, on the beat, and its note looked for."""
    async with wires(port, 8) as opened:
        shares = await asyncio.gather(*(_courses(wire, secret, SESSIONS // len(opened) + 1) for wire in opened))
    courses = [pair for share in shares for pair in share][:SESSIONS]
    took: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, (client_id, course_id) in enumerate(courses):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            group.create_task(_until_note(port, secret, client_id, course_id, took))
    found = percentiles(took)
    return Sample(value=found["p50_ms"], **found)


async def _courses(wire: Wire, secret: str, number: int) -> list[tuple[str, str]]:
    return [await _course(wire, secret) for _ in range(number)]


async def _course(wire: Wire, secret: str) -> tuple[str, str]:
    """A client with an open course, whose first note is there."""
    client_id = (await _json(wire, "POST", "/api/records/clients", secret, {"name": "Bench Client"}))["client_id"]
    today = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    course = {"client_id": client_id, "protocol": "fibromyalgia", "starts_on": today}
    course_id = (await _json(wire, "POST", "/api/protocol/courses", secret, course))["course_id"]
    await _ordinal(wire, secret, course_id)
    return client_id, course_id


async def _until_note(port: int, secret: str, client_id: str, course_id: str, took: list[float]) -> None:
    async with wires(port, 1) as (wire,):
        before = await _ordinal(wire, secret, course_id)
        body = session() | {"course_id": course_id}
        began = time.perf_counter()
        await _json(wire, "POST", f"/api/records/clients/{client_id}/sessions", secret, body)
        async with asyncio.timeout(20):
            while await _ordinal(wire, secret, course_id) == before:
                await asyncio.sleep(0.001)
        took.append(time.perf_counter() - began)


async def _ordinal(wire: Wire, secret: str, course_id: str) -> int:
    return int((await _json(wire, "GET", f"/api/protocol/courses/{course_id}/note", secret))["ordinal"])


async def _json(wire: Wire, method: str, path: str, secret: str, body: Any = None) -> Any:
    status, answer = await wire.ask(request(method, path, secret, body))
    if status >= 300:
        raise RuntimeError(f"{method} {path} was answered {status}: {answer!r}")
    return msgspec.json.decode(answer)


async def year(_: Ground) -> list[Row]:
    """Seconds of `make demo ONCE=1`."""
    port = choose_ports(("door",))["door"]
    began = time.perf_counter()
    command: Sequence[str] = [sys.executable, "-m", "deploy.demo", "--port", str(port), "--once"]
    process = await asyncio.create_subprocess_exec(*command, stdout=-3, stderr=-3)
    code = await process.wait()
    found = row("year", "s", [Sample(value=time.perf_counter() - began)])
    if code:
        found.ours, found.note = None, f"the demo ended with code {code}: run `make demo ONCE=1` to see why"
    return [found]
