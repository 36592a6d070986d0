"""A wire between a service and a server that can go silent: no byte comes through, and nobody says good-bye."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

KEEPALIVE = "02"
"""What /proc/net/tcp calls the timer of a connection that asks in the quiet whether the other end is still there."""
SOON = 60.0
"""Seconds: who asks more seldom is as good as one who never asks (PostgreSQL's own default: two hours)."""
PROBES = 6.0
"""Seconds from the first unanswered probe until the kernel gives the connection up."""


class Wire:
    """Listens on `port` of the loopback address and leads each connection to the server's, as long as it is not cut."""

    def __init__(self, server: Callable[[], int]) -> None:
        self.port = 0
        self._server_port = server
        self._flows = asyncio.Event()
        self._flows.set()
        self._lines: set[Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]

    def cut(self, *, forgets: bool) -> None:
        """Let nothing through. What was on its way comes after the mending, unless the network `forgets` connections.

        Each end finds out as its kernel would: when its keepalive is not answered, or never.
        """
        self._flows.clear()
        for line in self._lines:
            line.lost = forgets
            for end in line.ends:
                if (patience := keepalive_of(end)) is not None:
                    self._keep(self._give_up(line, end, patience))

    def mend(self) -> None:
        """Let all through again; connections that were forgotten stay silent for ever."""
        self._flows.set()

    async def close(self) -> None:
        """End all of it."""
        if self._listener:
            self._listener.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _give_up(self, line: "Line", end: asyncio.StreamWriter, patience: float) -> None:
        await asyncio.sleep(patience)
        if line.lost or not self._flows.is_set():
            end.transport.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._keep(self._lead(reader, writer))

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._flows.wait()  # a connection asked for in the silence is asked for again by the kernel
            there, server = await asyncio.open_connection("127.0.0.1", self._server_port())
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
            return
        line = Line(writer, server)
        self._lines.add(line)
        try:
            await asyncio.gather(self._pump(reader, server, line), self._pump(there, writer, line))
        finally:
            self._lines.discard(line)
            for end in line.ends:
                end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, end: asyncio.StreamWriter, line: "Line") -> None:
        """From one end to the other; an end of a connection that was forgotten hears nothing of the other's end."""
        with suppress(OSError):
            while data := await source.read(2**16):
                await self._flows.wait()
                if not line.lost:
                    end.write(data)
                    await end.drain()
        await self._flows.wait()
        if not line.lost:
            end.close()


class Line:
    """One connection through the wire."""

    def __init__(self, *ends: asyncio.StreamWriter) -> None:
        self.ends = ends
        self.lost = False


def keepalive_of(end: asyncio.StreamWriter) -> float | None:
    """Seconds until whoever is at the other end of our socket would find that we have vanished; nothing if never."""
    ours, theirs = (_hexadecimal(end.get_extra_info(name)) for name in ("sockname", "peername"))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, _, timer, *_ = line.split()
        if (local, remote) == (theirs, ours):
            kind, _, due = timer.partition(":")
            seconds = int(due, 16) / 100
            return seconds + PROBES if kind == KEEPALIVE and seconds < SOON else None
    return None


def _hexadecimal(address: tuple[str, int]) -> str:
    host = bytes(reversed([int(part) for part in address[0].split(".")])).hex().upper()
    return f"{host}:{address[1]:04X}"
