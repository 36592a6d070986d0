"""Faults at random for as long as told: `python -m tests.faults --minutes 30 --seed 7`, or one kind: `--fault poison`.

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
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from tests.faults.disks import why_none
from tests.faults.done import Done
from tests.faults.faults import FAULTS, UNHARMED
from tests.faults.fullness import FULLNESS
from tests.faults.stage import SERVICES, Stage
from tests.faults.staging import stage
from tests.faults.watch import Watch, watching

NOT_ALIVE = "has not been alive"
"""What the supervisor says of a service whose `/healthz` failed for too long: such a one it may start anew."""

KILLED = "SIGKILL"
"""How the fault before may have ended it a moment ago."""


async def a_round(here: Stage, chance: random.Random, kinds: Sequence[str]) -> list[Done]:
    """Do these faults under load, bring everything to rest, look; gives what was done. Raises if something is wrong."""
    done: list[Done] = []
    try:
        await _break(here, chance, kinds, done)
        await here.rest()
        await here.look()
        found = await asyncio.to_thread(here.check)
        assert not found, found
    except AssertionError as error:
        error.add_note(f"in a round of {', '.join(kinds)}, done before: {'; '.join(map(str, done)) or 'nothing'}")
        raise
    return done


async def _break(here: Stage, chance: random.Random, kinds: Sequence[str], done: list[Done]) -> None:
    """One fault after another under load, while time passes and all services are watched."""
    await here.begin_load(chance.randrange(2**31))
    moving = asyncio.create_task(_move_time(here))
    try:
        async with watching(here) as watch:
            for kind in kinds:
                await asyncio.sleep(chance.uniform(0.5, 2))
                done.append(await _fault(here, watch, chance, kind))
            await watch.back_at_work(time.monotonic())
    finally:
        moving.cancel()
        await asyncio.wait([moving])
    await here.end_load()


async def _fault(here: Stage, watch: Watch, chance: random.Random, kind: str) -> Done:
    """One fault; after one that killed nobody, all must do their work again without having been started anew."""
    before = {name: len(here.obituaries(name)) for name in SERVICES}
    done = await FAULTS[kind](here, chance)
    if kind in UNHARMED:
        try:
            await watch.back_at_work(time.monotonic())
            _nobody_died(here, before)
        except AssertionError as error:
            error.add_note(f"after {done}")
            raise
    return done


def _nobody_died(here: Stage, before: Mapping[str, int]) -> None:
    for name in SERVICES:
        ends = [line for line in here.obituaries(name)[before[name] :] if KILLED not in line]
        assert not ends or any(NOT_ALIVE in line for line in ends), ends[0]


async def _move_time(here: Stage) -> None:
    """Half a day at a time, as well as it goes while things break."""
    while True:
        await asyncio.sleep(2)  # of load: it pauses while the time moves
        await here.pass_time(timedelta(hours=12), patience=5)


def choose(fault: str | None) -> list[str]:
    """The kinds of faults there are for this run; says what is left out."""
    wanted = [fault] if fault else list(FAULTS)
    if (why := why_none()) and not FULLNESS.keys().isdisjoint(wanted):
        sys.stdout.write(f"{why}\n")
        wanted = [kind for kind in wanted if kind not in FULLNESS]
    return wanted


async def main(minutes: float, seed: int, fault: str | None = None) -> int:
    """Round after round; what a failed one left behind is kept, and 1 given."""
    if not (kinds := choose(fault)):
        return 0
    folder, chance = Path(tempfile.mkdtemp(prefix="seriatim-faults-")), random.Random(seed)  # noqa: S311  repeatable
    folder.chmod(0o755)  # noqa: ASYNC240  once, at the start
    sys.stdout.write(f"seed {seed}, in {folder}\n")
    try:
        async with stage(folder, disks=not FULLNESS.keys().isdisjoint(kinds)) as here:
            await _rounds(here, chance, kinds, time.monotonic() + 60 * minutes)
    except AssertionError as error:
        sys.stdout.write("\n".join(["FOUND", str(error), *error.__notes__, f"seed {seed}, kept in {folder}", ""]))
        return 1
    shutil.rmtree(folder)
    return 0


async def _rounds(here: Stage, chance: random.Random, kinds: Sequence[str], ends: float) -> None:
    counts = Counter[str]()
    await here.probe.set_up()
    while time.monotonic() < ends:
        some = chance.choices(kinds, k=chance.randint(2, 5)) if len(kinds) > 1 else kinds
        done = await a_round(here, chance, some)
        counts.update(one.what for one in done)
        after = "; ".join(map(str, done))
        sys.stdout.write(f"nothing lost, nothing doubled after {after}\n  {here.said.splitlines()[0]}\n")
        sys.stdout.flush()
    sys.stdout.write("".join(f"{times:5} × {what}\n" for what, times in counts.most_common()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Break things at random, and look whether anything was lost.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--fault", choices=FAULTS, help="this kind alone")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.minutes, given.seed, given.fault)))
