"""What every test has: its databases dropped after it, the session's servers stopped at the end."""

from collections.abc import AsyncIterator

import pytest

from tests import servers


@pytest.fixture(autouse=True)
async def _databases() -> AsyncIterator[None]:
    yield
    await servers.drop_databases()


def pytest_sessionfinish() -> None:
    servers.close_session()
