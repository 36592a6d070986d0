"""Wires between a service and its servers that can go silent."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from tests.faults import wire as wires
from tests.faults.wire import Wire

A_MOMENT = 0.3
"""Seconds in which nothing comes through a silent wire."""


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A wire to somebody who says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(100):
                writer.write(data)
        writer.transport.abort()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    laid = Wire(lambda: server.sockets[0].getsockname()[1])
    await laid.open()
    yield laid
    await laid.close()
    server.close()
    await asyncio.sleep(0)


class Caller:
    """Somebody who calls through the wire."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, word: bytes) -> None:
        self._writer.write(word)

    async def hears(self, seconds: float = 5) -> bytes | None:
        """What comes next; nothing if it is silent, no byte if the other end is gone."""
        try:
            return await asyncio.wait_for(self._reader.read(100), seconds)
        except TimeoutError:
            return None

    def hang_up(self) -> None:
        self._writer.transport.abort()


Call = Callable[[Wire], Awaitable[Caller]]


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    callers = list[Caller]()

    async def through(wire: Wire) -> Caller:
        callers.append(Caller(*await asyncio.open_connection("127.0.0.1", wire.port)))
        return callers[-1]

    yield through
    for caller in callers:
        caller.hang_up()
    await asyncio.sleep(0)  # until they are closed


async def test_a_wire_leads_both_ways(wire: Wire, call: Call) -> None:
    caller = await call(wire)
    caller.say(b"hello")
    assert await caller.hears() == b"hello"


async def test_what_was_on_its_way_comes_after_the_silence(wire: Wire, call: Call) -> None:
    caller = await call(wire)
    caller.say(b"one")
    assert await caller.hears() == b"one"
    wire.cut(forgets=False)
    caller.say(b"two")
    assert await caller.hears(A_MOMENT) is None
    wire.mend()
    assert await caller.hears() == b"two"


async def test_a_connection_that_was_forgotten_stays_silent_and_a_new_one_is_not(wire: Wire, call: Call) -> None:
    old = await call(wire)
    old.say(b"one")
    assert await old.hears() == b"one"
    wire.cut(forgets=True)
    new = await call(wire)
    new.say(b"new")
    wire.mend()
    assert await new.hears() == b"new"
    old.say(b"two")
    assert await old.hears(A_MOMENT) is None


async def test_a_server_that_is_not_there_ends_the_connection(call: Call) -> None:
    nobody = Wire(lambda: 1)
    await nobody.open()
    assert await (await call(nobody)).hears() == b""
    await nobody.close()


@pytest.mark.parametrize("asks", [True, False], ids=["keepalive", "none"])
async def test_a_server_learns_of_the_silence_as_its_keepalive_would_tell_it(
    monkeypatch: pytest.MonkeyPatch, call: Call, asks: bool
) -> None:
    monkeypatch.setattr(wires, "PROBES", 0.0)
    met, over = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken: socket.socket = writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, int(asks))
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        met.set()
        with suppress(ConnectionError):
            await reader.read(1)
        over.set()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    laid = Wire(lambda: server.sockets[0].getsockname()[1])
    await laid.open()
    await call(laid)
    await met.wait()
    laid.cut(forgets=True)
    assert await heard_of(over, 2) == asks
    await laid.close()
    server.close()
    await heard_of(over, 1)


async def heard_of(told: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(told.wait(), seconds)
    return told.is_set()
