"""One program of the stack: what it runs, how it is started, how it is told to stop."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
BIN = Path(sys.executable).parent


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command and its whole environment: nothing is inherited but PATH and the like.

    `alive` says whether it could still do its work without being started again; without it, whoever runs is alive.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM
    alive: Callable[[], Awaitable[bool]] | None = None


def start(program: Program, log: Path, *, keep_open: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, its output in `log`, its input empty.

    A session of its own keeps Ctrl-C away from it: the supervisor alone decides in which order things stop. Should
    the supervisor be killed, the kernel sends the program its stop signal.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**_surroundings(), **program.environment},
            start_new_session=True,
            pass_fds=keep_open,
            preexec_fn=lambda: die_with_parent(program.stop),  # noqa: PLW1509  two system calls, no locks taken
        )


def die_with_parent(stop: signal.Signals) -> None:
    """Ask the kernel (Linux) to send `stop` to this process when its parent dies."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(stop), 0, 0, 0)


async def connects(port: int) -> bool:
    """Whether somebody listens on this port of the loopback address."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def is_healthy(address: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(address) as answer,
        ):
            return answer.status == 200
    except (TimeoutError, aiohttp.ClientError):
        return False


def _surroundings() -> dict[str, str]:
    """What any program may know of this machine; the secrets of the shell that started us are not among it."""
    known = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    return {name: os.environ[name] for name in known if name in os.environ}
