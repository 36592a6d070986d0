"""Faults at random for as long as told: `python -m tests.faults --minutes 30 --seed 7`.

A round is a time of load with some faults in it; then everything comes back and the checker looks.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests.faults.faults import FAULTS, Done
from tests.faults.stage import Stage, stage


async def a_round(here: Stage, chance: random.Random, kinds: Sequence[str]) -> list[Done]:
    """Do these faults under load, bring everything to rest, look; gives what was done. Raises if something is wrong."""
    await here.begin_load(chance.randrange(2**31))
    moving = asyncio.create_task(_move_time(here))
    done: list[Done] = []
    try:
        for kind in kinds:
            await asyncio.sleep(chance.uniform(0.5, 2))
            done.append(await FAULTS[kind](here, chance))
        await asyncio.sleep(1)
    finally:
        moving.cancel()
        await asyncio.wait([moving])
    await here.end_load()
    await here.rest()
    await here.look()
    found = await asyncio.to_thread(here.check)
    assert not found, f"after {', '.join(map(str, done))}:\n{found}"
    return done


async def _move_time(here: Stage) -> None:
    """Half a day at a time, as well as it goes while things break."""
    while True:
        await asyncio.sleep(2)  # of load: it pauses while the time moves
        await here.pass_time(timedelta(hours=12), patience=5)


async def main(minutes: float, seed: int) -> None:
    """Round after round; what a failed one left behind is kept."""
    folder, chance = Path(tempfile.mkdtemp(prefix="seriatim-faults-")), random.Random(seed)  # noqa: S311  repeatable
    folder.chmod(0o755)  # noqa: ASYNC240  once, at the start
    ends, counts = time.monotonic() + 60 * minutes, Counter[str]()
    sys.stdout.write(f"seed {seed}, in {folder}\n")
    async with stage(folder) as here:
        while time.monotonic() < ends:
            kinds = chance.choices(list(FAULTS), k=chance.randint(2, 5))
            done = await a_round(here, chance, kinds)
            counts.update(one.what for one in done)
            after = "; ".join(map(str, done))
            sys.stdout.write(f"nothing lost, nothing doubled after {after}\n  {here.said.splitlines()[0]}\n")
            sys.stdout.flush()
    sys.stdout.write("".join(f"{times:5} × {what}\n" for what, times in counts.most_common()))
    shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Break things at random, and look whether anything was lost.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    asyncio.run(main(given.minutes, given.seed))
