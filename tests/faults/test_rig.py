"""The rig of the faults itself: full disks, what is dead and ready, what the supervisor ends."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import keeper
from deploy.keeper import Keeper
from deploy.place import Place
from deploy.program import Program
from tests.faults.__main__ import choose
from tests.faults.disks import Disk, small_disks, why_none
from tests.faults.faults import FAULTS
from tests.faults.fullness import FULLNESS
from tests.faults.watch import Look, is_dead_and_ready
from tests.harness import until


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
