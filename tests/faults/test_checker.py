"""The checker itself: silent about what is sound, and it says so when one guarantee is broken on purpose."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.breaks import BREAKS
from tests.faults.journal import Answered
from tests.faults.left_behind import Left, left_behind
from tests.faults.stage import ROOT

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def sound() -> Iterator[Left]:
    """Made once; each test puts back what it broke."""
    with left_behind() as left:
        yield left


@pytest.fixture
def left(sound: Left) -> Iterator[Left]:
    yield sound
    sound.mend_files()


@pytest.fixture
async def broken(left: Left, request: pytest.FixtureRequest) -> AsyncIterator[Left]:
    """One guarantee broken in a database."""
    service, sql, _ = BREAKS[request.param]
    try:
        async with left.broken(service) as connection:
            assert int((await connection.execute(sql)).rpartition(" ")[2]) > 0
        yield left
    finally:
        await left.mend(service)


async def says(left: Left, fragment: str) -> bool:
    found = await left.findings()
    assert found
    return any(fragment in finding for finding in found)


async def test_is_silent_about_what_is_sound(left: Left) -> None:
    assert await left.findings() == []


@pytest.mark.parametrize("broken", BREAKS, indirect=True)
async def test_says_what_is_broken(broken: Left, request: pytest.FixtureRequest) -> None:
    _, _, fragment = BREAKS[request.node.callspec.params["broken"]]
    assert await says(broken, fragment)


async def test_says_that_a_letter_is_missing(left: Left) -> None:
    next(left.mail.iterdir()).unlink()
    assert await says(left, "lies 0 times in the folder")


async def test_says_that_a_letter_came_twice(left: Left) -> None:
    letter = next(left.mail.iterdir())
    letter.with_name(f"{letter.name}-again").write_bytes(letter.read_bytes())
    assert await says(left, "lies 2 times in the folder")


async def test_says_that_a_letter_is_nobodys(left: Left) -> None:
    (left.mail / "stranger").write_text(f"Message-ID: <{uuid4()}@localhost>\n\nHello\n")
    assert await says(left, "is no message of notify")


async def test_says_that_a_refused_booking_is_there(left: Left) -> None:
    lines = left.lines()
    booked = next(line for line in lines if line.get("status") == 201 and "appointments" in line["body"])
    for line in lines:
        if line["type"] == "answered" and line["key"] == booked["key"]:
            line |= {"status": 409, "body": {}}
    left.write_lines(lines)
    assert await says(left, "refused and remembered as done")
    assert await says(left, "more than acknowledged")


async def test_says_that_one_key_had_two_answers(left: Left) -> None:
    answer = next(line for line in left.lines() if line.get("status") == 201 and "session_id" in line["body"])
    left.add(Answered(key=answer["key"], status=201, body={"session_id": str(uuid4())}))
    assert await says(left, "one key, several answers")


async def test_says_that_a_write_ended_in_an_error(left: Left) -> None:
    answer = next(line for line in left.lines() if line["type"] == "answered")
    left.add(Answered(key=answer["key"], status=500))
    assert await says(left, "answered 500")


async def test_says_that_a_course_shows_something_else_than_its_events(left: Left) -> None:
    lines = left.lines()
    seen = next(line for line in lines if line["type"] == "seen" and line["course"])
    seen["course"]["sessions_completed"] += 1
    left.write_lines(lines)
    assert await says(left, "shows sessions_completed")


async def test_says_that_a_course_shows_another_deviation(left: Left) -> None:
    lines = left.lines()
    [deviation, *_] = next(line["course"]["deviations"] for line in lines if _flagged(line))
    deviation["rule"] = "region_minutes" if deviation["rule"] != "region_minutes" else "closed"
    left.write_lines(lines)
    assert await says(left, "shows deviations")


def _flagged(line: Any) -> bool:
    return line["type"] == "seen" and line["course"] is not None and bool(line["course"]["deviations"])


def _is_open(course: Any) -> bool:
    return course is not None and course["status"] != "closed"


async def test_says_that_a_note_is_not_that_of_the_events(left: Left) -> None:
    lines = left.lines()
    open_ones = (line for line in lines if line["type"] == "seen" and line["note"] and _is_open(line["course"]))
    next(open_ones)["note"]["digest"] = "0" * 16
    left.write_lines(lines)
    assert await says(left, "the note of course")


async def test_is_a_program_that_ends_with_one_if_anything_is_wrong(left: Left) -> None:
    words = ["-m", "tests.faults.checker", "--data", str(left.data), "--log", str(left.log)]
    done = await asyncio.to_thread(subprocess.run, [sys.executable, *words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    next(left.mail.iterdir()).unlink()
    done = await asyncio.to_thread(subprocess.run, [sys.executable, *words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"1 findings" in done.stdout
