"""What every test has: its databases dropped after it, the session's servers stopped at the end."""

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TextIO

import pytest

from tests import servers


@pytest.fixture(autouse=True)
async def _databases() -> AsyncIterator[None]:
    yield
    await servers.drop_databases()


def pytest_sessionfinish() -> None:
    servers.close_session()


@pytest.fixture
def full_disk() -> Iterator[TextIO]:
    """A file on a device that is always full; nothing of what it could not take is kept until it is closed."""
    with Path("/dev/full").open("wb", buffering=0) as raw, io.TextIOWrapper(raw, write_through=True) as file:
        yield file
