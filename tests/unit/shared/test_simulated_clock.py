"""The simulated clock refuses what no practice may mean, before it moves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp.test_utils import TestClient, TestServer

from deploy.clock import PATH, Owner, application

NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"[]", b"{", b'{"now":"9999-12-31T23:59:59Z"}', b'{"now":"2201-01-01T00:00:00Z"}',
        b'{"now":"2026-03-02T14:00:00Z\\n"}', b'{"now":"2026-03-02T14:00:00Z","now":"2026-03-02T15:00:00Z"}',
        b'{"now":' + b"[" * 20_000,
    ],
)  # fmt: skip
async def test_what_is_no_instant_moves_nothing(tmp_path: Path, sent: bytes):
    owner = Owner(tmp_path / "clock", NOW, cast("Any", None))
    async with TestClient(TestServer(application(owner))) as client, client.put(PATH, data=sent) as answer:
        assert (answer.status, answer.content_type) == (422, "application/problem+json")
    assert owner.now == NOW
