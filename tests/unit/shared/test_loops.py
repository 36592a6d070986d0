"""Loops: begun anew after any failure, seen when they do not get on, and never silent for good."""

import asyncio
from collections.abc import Callable
from typing import TextIO

import pytest
from structlog.testing import capture_logs

from shared import loops
from shared.log import Lossy
from shared.loops import Loops, Pulse
from tests.harness import until


class Work:
    """Runs what it is given, and counts how often it began."""

    def __init__(self, step: Callable[[int], object]) -> None:
        self.pulse = Pulse()
        self.begun = 0
        self._step = step

    async def run(self) -> None:
        self.begun += 1
        while True:
            self._step(self.begun)
            self.pulse.turned()
            await asyncio.sleep(0)


def fail_at_first(begun: int) -> None:
    if begun == 1:
        raise KeyError(begun)


def fail(begun: int) -> None:
    raise RuntimeError(begun)


async def test_a_loop_that_fails_begins_anew_and_the_others_do_not_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "FIRST_PAUSE", 0.0)
    failing, other, running = Work(fail_at_first), Work(lambda _: None), Loops()
    with capture_logs() as lines:
        async with running.running("failing", failing), running.running("other", other):
            await until(lambda: failing.begun == 2)
    assert other.begun == 1
    assert [(line["event"], line["kind"]) for line in lines] == [("loop_failed", "failing")]


async def test_a_loop_that_makes_a_turn_between_its_failures_is_named_until_they_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, seconds in {"FIRST_PAUSE": 0.02, "LONGEST_PAUSE": 0.05, "PATIENCE": 0.3}.items():
        monkeypatch.setattr(loops, name, seconds)
    running, turns, broken = Loops(), [0], [True]

    def turn_and_fail(begun: int) -> None:
        turns[0] += 1
        if broken[0] and turns[0] % 2 == 0:
            raise RuntimeError(begun)

    async with running.running("failing", Work(turn_and_fail)):
        await until(running.not_getting_on)
        broken[0] = False
        await until(lambda: not running.not_getting_on())


async def test_a_loop_that_only_fails_is_named_but_a_new_process_would_not_help(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, seconds in {"FIRST_PAUSE": 0.0, "LONGEST_PAUSE": 0.0, "PATIENCE": 0.1, "HOPELESS": 0.1}.items():
        monkeypatch.setattr(loops, name, seconds)
    running = Loops()
    async with running.running("failing", Work(fail)):
        await until(running.not_getting_on)
        assert (running.not_getting_on(), running.standing_still()) == (["failing"], [])


async def test_a_loop_that_stands_still_is_named_until_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "PATIENCE", 0.05)
    monkeypatch.setattr(loops, "HOPELESS", 0.1)
    running, go = Loops(), asyncio.Event()
    hanging = Work(lambda _: None)
    hanging.run = go.wait  # type: ignore[assignment]
    async with running.running("hanging", hanging):
        assert running.not_getting_on() == []
        await until(running.standing_still)
        assert running.not_getting_on() == ["hanging"]
        hanging.pulse.turned()
        assert (running.not_getting_on(), running.standing_still()) == ([], [])
        go.set()
        await until(lambda: not running._running)


async def test_a_loop_that_is_done_is_missed_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "PATIENCE", 0.0)
    running, done = Loops(), Work(lambda _: None)
    done.run = lambda: asyncio.sleep(0)  # type: ignore[assignment, method-assign]
    async with running.running("done", done) as task:
        await task
        assert running.not_getting_on() == []


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else(full_disk: TextIO) -> None:
    with pytest.raises(OSError, match="No space"):
        full_disk.write("a line\n")
    log = Lossy(full_disk)
    log.write("a line\n")
    log.flush()
    full_disk.close()
    log.write("after the file was closed\n")
