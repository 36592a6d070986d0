"""A service without what it needs does not start: code 1 and one sentence, before anything is heard."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from deploy.databases import SERVICES
from deploy.place import choose_ports
from shared.http.auth import new_keys
from tests.harness import KEYS


async def serve(service: str, folder: Path, **changes: str | None) -> str:
    """Try to serve with these variables; gives the one sentence it ended with."""
    for file, content in (("key", KEYS[0]), ("pub", KEYS[1]), ("other", new_keys()[0]), ("empty", b""), ("text", b"x")):
        (folder / file).write_bytes(content)
    with socket.create_server(("127.0.0.1", 0)) as heard:
        there = f"127.0.0.1:{heard.getsockname()[1]}"
        told = {
            "DATABASE": f"postgresql://u:p@{there}/x", "NATS": f"nats://{there}", "TOKEN_KEY": str(folder / "pub"),
            "SIGNING_KEY": str(folder / "key"), "SERVICES": "records=http://127.0.0.1:1",
            "PORT": str(choose_ports(("it",))["it"]),
        } | {name: within(folder, value) for name, value in changes.items()}  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{service}", "serve", cwd=Path(__file__).parents[3],
            env={"PATH": os.environ["PATH"]} | {f"SERIATIM_{name}": value for name, value in told.items() if value},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(20):
            out, err = await process.communicate()
        heard.settimeout(0)
        with pytest.raises(BlockingIOError):  # it asked neither the database nor the bus
            heard.accept()
    assert (process.returncode, out) == (1, b""), err.decode()
    said = err.decode().strip()
    assert "\n" not in said
    return said


def within(folder: Path, value: str | None) -> str | None:
    """A value with `@` before it is a file in the folder."""
    return str(folder / value[1:]) if value and value[0] == "@" else value


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_starts_without_the_key_that_checks_tokens(service: str, tmp_path: Path):
    assert "SERIATIM_TOKEN_KEY is not set" in await serve(service, tmp_path, TOKEN_KEY=None)


@pytest.mark.parametrize("file", ["@nowhere", "@empty", "@text", "@key", "@"])
async def test_a_file_that_is_no_public_key_stops_the_start(file: str, tmp_path: Path):
    assert "SERIATIM_TOKEN_KEY" in await serve("protocol", tmp_path, TOKEN_KEY=file)


@pytest.mark.parametrize("file", [None, "@nowhere", "@empty", "@text", "@pub", "@other"])
async def test_the_pages_do_not_start_without_their_signing_key(file: str | None, tmp_path: Path):
    assert "SERIATIM_SIGNING_KEY" in await serve("web", tmp_path, SIGNING_KEY=file)


@pytest.mark.parametrize(
    ("service", "variable", "value"),
    [
        ("web", "SERVICES", None), ("notify", "DATABASE", None), ("records", "NATS", None),
        ("scheduling", "ZONE", "Mars/Phobos"), ("protocol", "DATABASE", "here"), ("notify", "SETTINGS", "@nowhere"),
    ],
)  # fmt: skip
async def test_what_it_is_told_wrongly_is_named(service: str, variable: str, value: str | None, tmp_path: Path):
    assert f"SERIATIM_{variable}" in await serve(service, tmp_path, **{variable: value})


async def test_an_unknown_region_of_holidays_is_named(tmp_path: Path):
    (tmp_path / "practice.toml").write_text('[holidays]\ncountry = "Atlantis"')
    assert "practice.toml, [holidays]" in await serve("scheduling", tmp_path, SETTINGS="@practice.toml")
