"""Accounts from the command line, beside a running service."""

import asyncio
import os
import re
import sys
from pathlib import Path

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


async def account(database: str, *arguments: str, feed: str = "", fails: bool = False) -> str:
    """Run the command as an operator does; gives what it printed, on standard error if it should fail."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.web", "account", *arguments,
        cwd=Path(__file__).parents[3], env=os.environ | {"SERIATIM_DATABASE": database},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(f"{feed}\n".encode())
    assert process.returncode == (1 if fails else 0), err.decode()
    return (err if fails else out).decode().strip()
