"""One practice serves all tests of a file here, so its databases are dropped at the end of the file."""

import pytest


@pytest.fixture(autouse=True)
def _databases() -> None:
    """In place of the one that drops them after each test."""
