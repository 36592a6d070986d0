"""The rig of the faults itself: silent wires, full disks, what is dead and ready, what the supervisor ends."""

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy import keeper
from deploy.keeper import Keeper
from deploy.place import Place
from deploy.program import Program
from tests.faults import wire as wires
from tests.faults.__main__ import choose
from tests.faults.disks import Disk, small_disks, why_none
from tests.faults.faults import FAULTS
from tests.faults.fullness import FULLNESS
from tests.faults.watch import Look, is_dead_and_ready
from tests.faults.wire import Wire
from tests.harness import until

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


def looks(*ends: float, ready: bool = True, done: bool = False) -> list[Look]:
    return [Look(end - 6, end, ready, done) for end in ends]


def test_three_tries_in_vain_of_somebody_ready_over_a_while_are_a_finding() -> None:
    assert is_dead_and_ready(looks(10, 16, 22))
    assert is_dead_and_ready(looks(7, 12, 17, 22))


@pytest.mark.parametrize(
    "seen",
    [
        looks(10, 22),
        looks(10, 12, 14),
        [*looks(10, 16), *looks(22, done=True)],
        [*looks(10), *looks(16, ready=False), *looks(22)],
    ],
    ids=["too few", "too short", "it worked in the end", "it said once that it was not ready"],
)
def test_less_is_none(seen: list[Look]) -> None:
    assert not is_dead_and_ready(seen)


BREATHES = "import time\nwhile True: time.sleep(1)"


async def test_the_supervisor_starts_a_program_anew_that_runs_and_is_not_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(keeper, "LOST", 0.2)
    lives, said = [True], list[str]()

    async def ready() -> bool:
        return True

    async def alive() -> bool:
        return lives[0]

    program = Program(name="records", command=[sys.executable, "-c", BREATHES], ready=ready, alive=alive)
    kept = Keeper(program, tmp_path / "records.log", said.append)
    await kept.start()
    first = kept._process
    lives[0] = False
    await until(lambda: kept._process is not first, 15)
    lives[0] = True
    await until(lambda: "records is ready again." in said)
    await kept.stop(1)
    assert said[0].startswith("records has not been alive (/healthz) for")


async def test_a_program_that_was_never_alive_is_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(keeper, "LOST", 0.0)

    async def dead() -> bool:
        return False

    assert not await keeper.Pulse(dead).lost()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL, another user, can walk through."""
    made = Path(tempfile.mkdtemp(prefix="seriatim-disks-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def test_a_disk_is_full_until_there_is_room(folder: Path) -> None:
    """Where small disks can be made; elsewhere a sentence says why they are left out, and the faults are not chosen."""
    if said := why_none():
        assert "only root" in said
        assert FULLNESS.keys().isdisjoint(choose(None))
        return
    place = Place(port=0, data=folder / "data")
    with small_disks(place) as disks:
        _fills_and_empties(disks.logs, place.log("records"))
    assert place.log("records").read_text() == "and on"


def _fills_and_empties(disk: Disk, log: Path) -> None:
    disk.fill()
    with pytest.raises(OSError, match="No space"):
        log.write_text("a line")
    disk.make_room()
    log.write_text("and on")


def test_every_fault_says_what_it_is() -> None:
    assert all(fault.__doc__ for fault in FAULTS.values())
