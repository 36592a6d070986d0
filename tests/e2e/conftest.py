"""One running stack for each module that asks for a house."""

from collections.abc import Iterator

import pytest

from tests.e2e.house import House
from tests.e2e.stack import standing

START = "2026-02-13T09:00:00-05:00"
"""A Friday, three weeks before the first clock change of 2026."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with standing(tmp_path_factory.mktemp("house") / "data", START) as stack:
        yield House(stack)
