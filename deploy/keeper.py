"""Keeping one program running: started, watched, started again when it dies or only breathes, stopped when told."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from deploy.program import Program, start

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STEADY = 10.0
"""Seconds: whoever lived longer than this is started again after the first pause, not after the last one doubled."""
LOOK_AGAIN, LOST = 2.0, 30.0
"""Seconds between two looks whether a program is alive, and how long it may not be before it is started again."""
FAREWELL = 5.0
"""Seconds a program that is not alive any more is given to end by itself."""


class Pulse:
    """Whether a program that was alive has ceased to be for too long; one that is still starting is given time."""

    def __init__(self, alive: Callable[[], Awaitable[bool]] | None) -> None:
        self._alive = alive
        self._looked = time.monotonic()
        self._felt: float | None = None

    async def lost(self) -> bool:
        """Look, if it is time to."""
        if self._alive is None or time.monotonic() - self._looked < LOOK_AGAIN:
            return False
        if await self._alive():
            self._felt = time.monotonic()
        self._looked = time.monotonic()
        return self._felt is not None and self._looked - self._felt >= LOST


class Keeper:
    """One program and the process that runs it just now."""

    def __init__(self, program: Program, log: Path, say: Callable[[str], None], keep_open: Sequence[int] = ()) -> None:
        self.program = program
        self.up = asyncio.Event()
        self._log = log
        self._say = say
        self._keep_open = keep_open
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the program and come back when it is ready for the first time."""
        self._task = asyncio.create_task(self._keep())
        await self.up.wait()

    async def stop(self, patience: float) -> None:
        """Tell it to stop and wait `patience` seconds; then the kernel ends it."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._process:
            await end(self._process, self.program.stop, patience)

    async def _keep(self) -> None:
        """Run it again and again, with a pause that doubles while it keeps dying young."""
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            self._process = start(self.program, self._log, keep_open=self._keep_open)
            await self._watch(self._process)
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            self._say(self._obituary(self._process.returncode, pause))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the process has ended; on the way say when it is ready."""
        again, ready, pulse = self.up.is_set(), False, Pulse(self.program.alive)
        while process.poll() is None:
            if not ready and await self.program.ready():
                ready = True
                self.up.set()
                if again:
                    self._say(f"{self.program.name} is ready again.")
            if await pulse.lost():
                self._say(f"{self.program.name} has not been alive (/healthz) for {LOST:.0f} s; it is ended.")
                await end(process, self.program.stop, FAREWELL)
            await asyncio.sleep(0.1 if ready else 0.03)

    def _obituary(self, code: int, pause: float) -> str:
        cause = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"{self.program.name} {cause}; it is started again in {pause:.1f} s (see {self._log})."


async def end(process: subprocess.Popen[bytes], how: signal.Signals, patience: float) -> None:
    """Stop a process and, should it not heed, its whole session."""
    if process.poll() is None:
        process.send_signal(how)
    deadline = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
