"""The load generator: a practice at work through its front door, which writes down every question and answer.

    python -m tests.faults.load --origin http://127.0.0.1:8080 --data .seriatim --log load.jsonl --seed 1

It works until SIGTERM; then it waits for the outcome of what it has asked and ends. SIGUSR1 makes it pause, SIGUSR2
go on: the simulated time moves only when the practice is at rest.
"""

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import aiohttp

from tests.faults.asking import Asker
from tests.faults.desk import Desk, Person
from tests.faults.journal import journal
from tests.faults.told import Told
from tests.faults.treating import amend, exercise, session, withdraw
from tests.faults.visiting import book, cancel, move, part, register, wait, wait_no_more

HANDS = 8
TIMEOUT = aiohttp.ClientTimeout(total=10)
NEW = 0.06
"""How often somebody new comes, once there are as many people as hands."""
ACTS: dict[Callable[[Desk, datetime, Person], Awaitable[None]], int] = {
    book: 36,
    move: 15,
    cancel: 8,
    session: 22,
    amend: 5,
    withdraw: 3,
    exercise: 7,
    wait: 5,
    part: 3,
}
"""How often each is done, of some hundred."""


async def work(desk: Desk, told: Told) -> None:
    """Do one thing after another."""
    now = None
    while await told.going_on():
        now = await desk.now() or now
        if now is not None:
            await _something(desk, now)
        await asyncio.sleep(desk.chance.uniform(0, 0.1))


async def _something(desk: Desk, now: datetime) -> None:
    if len(desk.people) < HANDS or desk.chance.random() < NEW:
        await register(desk, now)
        return
    [act] = desk.chance.choices(list(ACTS), list(ACTS.values()))
    person = desk.chance.choice(desk.people)
    person.hands += 1
    await act(desk, now, person)
    person.hands -= 1


async def main(given: argparse.Namespace) -> None:
    """Set up the practice and keep `HANDS` hands at work until SIGTERM."""
    told, chance = Told(), random.Random(given.seed)  # noqa: S311  repeatable, not secret
    with journal(given.log) as log:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
            desk = Desk(Asker(http, given.origin, given.data, log), chance)
            await desk.set_up()
            await asyncio.gather(*(work(desk, told) for _ in range(HANDS)))
            await wait_no_more(desk)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keep a practice busy through its front door.")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args()))
