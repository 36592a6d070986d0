"""A form that never comes to its end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.http import edge
from tests.integration.web.conftest import Browser


async def half() -> AsyncIterator[bytes]:
    yield b"login=maria&pass"
    await asyncio.Event().wait()


async def test_a_form_that_stops_half_way_is_no_fault_of_ours(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(edge, "BODY_PATIENCE", 0.1)
    sent = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    async with browser.it.http.post(browser.it.base + "/signin", data=half(), headers=sent) as answer:
        assert answer.status == 408
        assert "took too long to come" in await answer.text()
