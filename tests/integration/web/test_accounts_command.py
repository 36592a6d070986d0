"""Accounts from the command line, beside a running service."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from services.web.domain.account import account_of
from services.web.passwords import ADVICE
from tests.integration.web.conftest import PASSWORD, Browser


async def test_an_account_is_opened_from_the_command_line_while_the_service_runs(browser: Browser):
    config = browser.it.service.config
    password = await account(config.database, "--login", "Eve", "--role", "therapist", "--name", "Eve Adams")
    assert re.fullmatch(r"[a-z0-9]{5}(-[a-z0-9]{5}){3}", password)
    assert (await browser.sign_in("eve", password)).status == 303
    again = await account(config.database, "--login", "eve", "--reset")
    assert (await browser.get("/day")).status == 303
    assert (await browser.sign_in("eve", again)).status == 303


async def test_the_command_line_refuses_a_name_that_is_taken_in_one_sentence(browser: Browser):
    database = browser.it.service.config.database
    said = await account(database, "--login", "maria", "--role", "owner", "--stdin", feed=PASSWORD, fails=True)
    assert said == "This login name is taken. Choose another, or set a new password for it."


@pytest.mark.parametrize(
    "password", ["password1234", "123456789012", "Eve Adams 2026", "eveadams1234", "seriatim2026", "short", "x" * 1025]
)
async def test_a_password_that_strangers_would_try_is_refused_and_nothing_changes(browser: Browser, password: str):
    database = browser.it.service.config.database
    opening = ("--login", "eve", "--role", "therapist", "--name", "Eve Adams", "--stdin")
    assert "password" in await account(database, *opening, feed=password, fails=True)
    assert not await browser.it.service.store.fetch("select 1 from account where login = 'eve'")


async def test_a_new_password_may_not_live_by_the_name_the_account_has(browser: Browser):
    resetting = ("--login", "maria", "--reset", "--stdin")
    said = await account(browser.it.service.config.database, *resetting, feed="Lopez-2026-Lopez", fails=True)
    assert ADVICE in said
    assert (await browser.sign_in()).status == 303


async def test_a_long_passphrase_in_any_letters_is_taken(browser: Browser):
    phrase = "🐘🌧🎻🧭 зелёный чай и 64 Berge" + "." * 30
    await account(browser.it.service.config.database, "--login", "maria", "--reset", "--stdin", feed=phrase)
    assert (await browser.sign_in("maria", phrase)).status == 303


async def test_a_change_of_an_account_is_a_line_of_the_log_beside_the_password(browser: Browser):
    out, err, _ = await run(browser.it.service.config.database, "--login", "dee", "--reset")
    told = json.loads(err)
    assert (told["event"], told["kind"], told["account_id"], told["actor"], told["service"]) == (
        "account_changed", "password_set", str(account_of("dee")), "operator", "web",
    )  # fmt: skip
    assert out.strip() not in err


@pytest.mark.parametrize("login", ["", "  ", "a\nb", "a\u202eb", "x" * 101])
async def test_a_login_name_is_one_that_can_be_typed(browser: Browser, login: str):
    _, err, code = await run(browser.it.service.config.database, "--login", login, "--role", "owner")
    assert (code, "write 1 to 100 characters" in err) == (2, True)


async def account(database: str, *arguments: str, feed: str = "", fails: bool = False) -> str:
    """Run the command as an operator does; gives what it printed, on standard error if it should fail."""
    out, err, code = await run(database, *arguments, feed=feed)
    assert code == (1 if fails else 0), err
    return (err if fails else out).strip()


async def run(database: str, *arguments: str, feed: str = "") -> tuple[str, str, int]:
    """Run the command; gives standard output, standard error and the code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.web", "account", *arguments,
        cwd=Path(__file__).parents[3], env=os.environ | {"SERIATIM_DATABASE": database},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(f"{feed}\n".encode())
    return out.decode(), err.decode(), process.returncode or 0
