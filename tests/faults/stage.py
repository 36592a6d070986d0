"""A real stack in a run: its processes found, its clock moved, all brought to rest, and looked at."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from deploy.place import Place
from deploy.program import is_healthy
from tests.faults.asking import Asker
from tests.faults.disks import Disks
from tests.faults.journal import Line, Seen, journal, read
from tests.faults.probe import Probe
from tests.faults.wire import Wire

ROOT = Path(__file__).parents[2]
START = "2026-03-02T14:00:00Z"
BACK = 90.0
"""Seconds in which everything must be back after the last fault."""
SERVICES = ("records", "protocol", "scheduling", "notify")


class Stage:
    """The stack under test, and the load on it."""

    def __init__(self, data: Path, port: int) -> None:
        self.place = Place(port=port, data=data, clock="simulated", now=START)
        self.log = data.with_name("load.jsonl")
        self.trouble = data.with_name("load.err")
        self.screen = data.with_name("screen.txt")
        self.clock_said = ""
        self.process: subprocess.Popen[bytes]
        self.wires: dict[str, dict[str, Wire]] = {}
        self.disks: Disks | None = None
        self.probe: Probe
        self._load: subprocess.Popen[bytes] | None = None

    @property
    def ports(self) -> dict[str, int]:
        """The ports inside."""
        found: dict[str, int] = json.loads((self.place.data / "stack.json").read_text())["ports"]
        return found

    def child(self, name: str) -> psutil.Process | None:
        """The process of a program just now; nothing while it is away."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if _is(child, name):
                    return child
            except psutil.Error:
                continue
        return None

    def obituaries(self, name: str) -> list[str]:
        """What the supervisor has said so far of each end of a program."""
        words = (f"{name} ended", f"{name} was ended", f"{name} has not been alive")
        return [line for line in self.screen.read_text().splitlines() if line.startswith(words)]

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return datetime.fromisoformat((self.place.data / "clock").read_text())

    def note(self, line: Line) -> None:
        """Write down what the checker must know; the load generator writes into the same file, line by line."""
        with journal(self.log) as log:
            log.write(line)

    async def begin_load(self, seed: int) -> None:
        """Let the load generator work in a process of its own; comes back when it has begun."""
        words = ["--origin", self.place.origin, "--data", str(self.place.data), "--log", str(self.log)]
        command = [sys.executable, "-m", "tests.faults.load", *words, "--seed", str(seed)]
        before = self._written()
        with self.trouble.open("wb") as output:
            self._load = subprocess.Popen(command, cwd=ROOT, stderr=output)  # noqa: S603, ASYNC220  our own
        await until(lambda: self._written() > before, BACK, "the load generator to begin")

    def _written(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    async def pass_time(self, by: timedelta, patience: float = BACK) -> bool:
        """Move the simulated time while the load pauses; false if it could not be moved so soon."""
        assert self._load is not None
        self._load.send_signal(signal.SIGUSR1)
        try:
            return await self.move_clock(by, patience)
        finally:
            self._load.send_signal(signal.SIGUSR2)

    async def end_load(self) -> None:
        """Stop it and wait until it knows the outcome of all it asked."""
        assert self._load is not None
        assert self._load.poll() is None, self.trouble.read_text()
        self._load.send_signal(signal.SIGTERM)
        load = self._load
        await until(lambda: load.poll() is not None, BACK, "the load generator")
        assert self._load.returncode == 0, self.trouble.read_text()

    def kill_load(self) -> None:
        """Leave nothing behind."""
        if self._load and self._load.poll() is None:
            self._load.kill()
            self._load.wait()

    async def move_clock(self, by: timedelta, patience: float = BACK) -> bool:
        """Move the simulated time, or let it settle where it stands; false if that could not be done just now."""
        clock = f"{self.place.origin}/api/clock"
        timeout = aiohttp.ClientTimeout(total=patience)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as http:
                async with http.get(clock) as answer:
                    now = datetime.fromisoformat((await answer.json())["now"])
                async with http.put(clock, json={"now": (now + by).isoformat()}) as answer:
                    self.clock_said = await answer.text()
                    return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError, KeyError):
            return False

    async def rest(self) -> None:
        """Wait until every service is ready and all is settled; lapsed claims of the mail are waited out."""
        for name in (*SERVICES, "web"):
            address = f"http://127.0.0.1:{self.ports[name]}/readyz"
            await until(partial(is_healthy, address), BACK, f"{name} to be ready")
        for by in (timedelta(), timedelta(minutes=6), timedelta(hours=2), timedelta()):
            try:
                await until(partial(self.move_clock, by), BACK, "the stack to settle")
            except AssertionError as error:
                error.add_note(self.clock_said)  # which names who is still at work
                raise

    async def look(self) -> None:
        """Write down how every course and its note look now."""
        courses = [question for question in read(self.log)[0] if question.asked.kind == "course"]
        with journal(self.log) as log:
            async with aiohttp.ClientSession() as http:
                asker = Asker(http, self.place.origin, self.place.data, log)
                for course_id in [
                    question.acknowledged[0]["course_id"] for question in courses if question.acknowledged
                ]:
                    path = f"protocol/courses/{course_id}"
                    course, note = await asker.read(path), await asker.read(f"{path}/note")
                    log.write(Seen(course_id=course_id, course=course, note=note))

    def check(self) -> str:
        """Run the checker; gives what it found, empty when it found nothing."""
        words = ["--data", str(self.place.data), "--log", str(self.log)]
        command = [sys.executable, "-m", "tests.faults.checker", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own
        self.said = done.stdout
        return "" if done.returncode == 0 else done.stdout + done.stderr


FOREIGN = {"postgres": "/postgres", "nats": "/nats-server", "caddy": "/caddy"}


def _is(process: psutil.Process, name: str) -> bool:
    words = process.cmdline()
    if name in FOREIGN:
        return bool(words) and words[0].endswith(FOREIGN[name])
    return f"services.{name}" in words or f"deploy.{name}" in words


async def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait for something true (a function, also async); a sentence when it does not come."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        await asyncio.sleep(0.05)
