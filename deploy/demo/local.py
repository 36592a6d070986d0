"""The stack under the demo: started as a child with a simulated clock on a folder that is thrown away."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from deploy import services
from deploy.demo.practice import House, Practice
from deploy.demo.screen import Screen
from deploy.guard import Trouble
from deploy.keys import token
from deploy.place import Place
from deploy.program import die_with_parent
from shared.tasks import stop
from shared.vocabulary import Role

STOPPING = 15.0
"""Seconds: the supervisor itself needs at most ten."""


@asynccontextmanager
async def standing(port: int, practice: Practice, screen: Screen) -> AsyncIterator[Place]:
    """A running stack with the practice's settings, stopped in the end; its folder stays only for logs of a failure."""
    folder = Path(tempfile.mkdtemp(prefix="seriatim-demo-"))
    now = practice.opens(practice.first_day).isoformat()
    place = Place(port=port, data=folder / "data", clock="simulated", now=now)
    place.data.mkdir(mode=0o711)
    place.settings.write_text(practice.settings_file())
    supervisor, failed = await _supervisor(place), False
    try:
        await _until_ready(supervisor, screen)
        async with _watched(supervisor, screen):
            yield place
    except Trouble:
        failed = (place.data / "log").exists()
        raise
    finally:
        await _stop(supervisor)
        if failed:
            screen.say(f"The logs are kept in {place.data / 'log'}.", "yellow")
        else:
            shutil.rmtree(folder)


async def _supervisor(place: Place) -> Process:
    """`make run` without make, in a session of its own: Ctrl-C is for the demo, which stops it in its turn."""
    given = ["--port", str(place.port), "--data", str(place.data), "--clock", "simulated", "--now", place.now]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "deploy", "run", *given),
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM),
    )


async def _until_ready(supervisor: Process, screen: Screen) -> None:
    """Show what is ready as it comes; raises `Trouble` with the supervisor's own sentence if it ends."""
    async for line in _lines(supervisor.stdout):
        screen.aside(line)
        if line.startswith("Ready after"):
            return
    sentence = b"" if supervisor.stderr is None else await supervisor.stderr.read()
    raise Trouble(sentence.decode().strip() or "The stack ended before it was ready.")


@asynccontextmanager
async def _watched(supervisor: Process, screen: Screen) -> AsyncIterator[None]:
    """Pass on what the supervisor says later: that something died and was started again."""

    async def listen() -> None:
        async for line in _lines(supervisor.stdout):
            if line.endswith("again.") or "started again" in line:
                screen.aside(line)

    listening = asyncio.create_task(listen())
    try:
        yield
    finally:
        await stop(listening)


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    while stream and (line := await stream.readline()):
        yield line.decode().rstrip()


async def _stop(supervisor: Process) -> None:
    if supervisor.returncode is None:
        with suppress(ProcessLookupError):
            # Not `send_signal`: that one would collect a process that has just ended before asyncio's own watcher does.
            os.kill(supervisor.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(STOPPING):
            await supervisor.communicate()
    except TimeoutError:
        supervisor.kill()


def tokens(place: Place) -> dict[str, str]:
    """A token for each role of the staff."""
    roles: tuple[Role, ...] = ("owner", "front_desk", "therapist")
    return {str(role): token(place.secrets, role, None) for role in roles}


async def open_accounts(place: Place, practice: Practice, house: House) -> list[tuple[str, str, str]]:
    """Open an account for the pages for everyone who works here; gives role, login and password."""
    staff = [("owner", "olga", "Olga Linden", ""), ("front_desk", "frank", "Frank Dale", "")]
    staff += [("therapist", one.login, one.name, house.therapists[one.login]) for one in practice.therapists[:1]]
    passwords = await asyncio.gather(*(_account(place, *one) for one in staff))
    return [(role, login, secret) for (role, login, *_), secret in zip(staff, passwords, strict=True)]


async def _account(place: Place, role: str, login: str, name: str, therapist_id: str) -> str:
    """One account, made by the service's own command; gives the password it made up."""
    ports = json.loads((place.data / "stack.json").read_text())["ports"]
    program = services.program("web", place, ports)
    given = ["account", "--role", role, "--login", login, "--name", name]
    given += ["--therapist-id", therapist_id] if therapist_id else []
    command = [*program.command[:-1], *given]
    process = await asyncio.create_subprocess_exec(*command, env=dict(program.environment), stdout=PIPE, stderr=PIPE)
    try:
        out, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Trouble(f"The account {login} could not be opened: {complaint.decode().strip()}")
    return out.decode().strip()
