"""The pages behind our own front door: whose address is believed, and HTTPS for a year."""

import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from deploy import caddy
from deploy.databases import SERVICES
from deploy.place import Place, choose_ports
from shared.variables import networks
from tests.integration.web.conftest import Browser
from tests.servers import Server

HSTS = "Strict-Transport-Security"
STRANGER, PROXY = "127.0.0.9", "127.0.0.7"
"""Addresses of this machine to call from."""


@asynccontextmanager
async def door(browser: Browser, folder: Path) -> AsyncIterator[str]:
    """Caddy before the pages; the other services are away."""
    ports = choose_ports(("front", "clock", *SERVICES))
    ports["web"] = int(browser.it.base.rpartition(":")[2])
    place = Place(port=ports["front"], data=folder)
    server = Server(caddy.program(place, ports), folder / "log" / "caddy.log")
    try:
        await server.start()
        yield f"http://127.0.0.1:{place.port}"
    finally:
        server.stop()


async def ask(
    address: str,
    path: str,
    *,
    source: str = "127.0.0.1",
    method: str = "GET",
    told: str = "",
    fields: str = "",
    host: str = "",
) -> tuple[int, dict[str, list[str]]]:
    """Ask from an address of this machine."""
    headers = {"Sec-Fetch-Site": "same-origin"} | ({"X-Forwarded-For": told} if told else {})
    if host:
        headers["Host"] = host
    if fields:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connector = aiohttp.TCPConnector(local_addr=(source, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as http,
        http.request(
            method,
            address + path,
            headers=headers,
            data=io.BytesIO(fields.encode()) if fields else None,
            allow_redirects=False,
        ) as answer,
    ):
        await answer.read()
        return answer.status, {name: answer.headers.getall(name) for name in answer.headers}


async def fail(address: str, source: str, told: str = "") -> int:
    fields = "login=maria&password=wrong"
    return (await ask(address, "/signin", method="POST", fields=fields, source=source, told=told))[0]


async def test_addresses_that_a_stranger_names_are_not_believed(browser: Browser, tmp_path: Path):
    async with door(browser, tmp_path) as address:
        found = [await fail(address, STRANGER, told=f"198.51.100.{n}") for n in range(12)]
        assert found == [401] * 10 + [429] * 2
        assert await fail(address, "127.0.0.10") == 401


async def test_a_trusted_proxy_tells_for_whom_it_asks(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SERIATIM_TRUSTED_PROXIES", f"{PROXY}, 192.0.2.0/24")
    desk = browser.it.service.own
    desk.proxies = type(desk.proxies)(networks("127.0.0.1"), networks(os.environ["SERIATIM_TRUSTED_PROXIES"]))
    async with door(browser, tmp_path) as address:
        with capture_logs() as log:
            for told in ("203.0.113.1", "6.6.6.6, 203.0.113.2", "203.0.113.3, 192.0.2.7", "junk"):
                assert await fail(address, PROXY, told) == 401
            assert await fail(address, STRANGER, "203.0.113.4") == 401
    seen = [line["address"] for line in log if line["event"] == "sign_in_failed"]
    assert seen == ["203.0.113.1", "203.0.113.2", "203.0.113.3", PROXY, STRANGER]


ANSWERS = [
    ("GET", "/signin", 200), ("GET", "/nowhere", 404), ("GET", "/day", 303), ("GET", "/healthz", 200),
    ("GET", "/api/records/clients", 503), ("GET", "/api/nowhere", 404), ("GET", "/metrics", 404),
    ("TRACE", "/signin", 405), ("GET", "/api/clock", 404),
]  # fmt: skip


@pytest.mark.parametrize("origin", ["https://practice.example.org", "http://127.0.0.1:8080"])
async def test_every_answer_of_an_https_origin_asks_for_https_once_and_no_other_does(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str
):
    monkeypatch.setenv("SERIATIM_ORIGIN", origin)
    expected = ["max-age=31536000"] if origin.startswith("https") else None
    async with door(browser, tmp_path) as address:
        for method, path, status in ANSWERS:
            found, headers = await ask(address, path, method=method)
            assert (path, found, headers.get(HSTS)) == (path, status, expected)
        too_large = await ask(address, "/signin", method="POST", fields="x" * (2**20 + 1))
        assert (too_large[0], too_large[1].get(HSTS)) == (413, expected)
        wrong_host = await ask(address, "/", host="elsewhere.example")
        assert (wrong_host[0], wrong_host[1].get(HSTS)) == (421, expected)


async def test_the_pages_by_themselves_ask_for_https_and_close_their_cookies(browser: Browser):
    config = browser.it.service.config
    assert HSTS not in (await browser.get("/signin")).headers
    browser.it.service.config = type(config)(origin="https://practice.example.org")
    try:
        pages = [await browser.get("/signin"), await browser.get("/nowhere"), await browser.sign_in()]
    finally:
        browser.it.service.config = config
    assert [page.headers[HSTS] for page in pages] == ["max-age=31536000"] * 3
    cookies = pages[2].cookies
    assert all(name.startswith("__Host-seriatim") and cookies[name]["secure"] for name in cookies)
    assert len(cookies) == 2
