"""A short run of the faults: each kind once, on a real stack under load, and nothing is lost or doubled."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.__main__ import a_round
from tests.faults.faults import BRIEF
from tests.faults.staging import stage

SEED = 20260302


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL, another user, can walk through."""
    made = Path(tempfile.mkdtemp(prefix="seriatim-faults-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.timeout(400)
async def test_nothing_is_lost_or_doubled_whatever_breaks(folder: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311  repeatable, not secret
    kinds = chance.sample(sorted(BRIEF), len(BRIEF))
    async with stage(folder) as here:
        await here.probe.set_up()
        for some in (kinds[:5], kinds[5:]):
            await a_round(here, chance, some)
