"""`python -m services.web account`: open a staff account, give it a new password, lock, unlock or close it."""

import argparse
import asyncio
import sys
from uuid import UUID

import uuid_utils.compat as uuid

from services.web import passwords
from services.web.app import build
from services.web.domain.account import (
    AccountCommand,
    CloseAccount,
    LockAccount,
    OpenAccount,
    SetPassword,
    UnlockAccount,
    account_of,
    stream,
)
from shared.config import read_config
from shared.decider import Refused, Unknown
from shared.main import make_service
from shared.messages import Cause
from shared.service import Service
from shared.store.work import Unavailable

CHANGES: dict[str, type[LockAccount | UnlockAccount | CloseAccount]] = {
    "lock": LockAccount,
    "unlock": UnlockAccount,
    "close": CloseAccount,
}


def main(arguments: list[str]) -> None:
    """Do what was asked; a new password is printed alone on standard output, everything else on standard error."""
    asked = parse(arguments)
    command, password = make_command(asked)
    try:
        asyncio.run(put(make_service(build, read_config()), command))
    except (Refused, Unknown, Unavailable) as error:
        sys.exit(str(error))
    if password:
        sys.stdout.write(f"{password}\n")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.web account", description=__doc__)
    parser.add_argument("--login", required=True, help="the name to sign in with")
    parser.add_argument("--role", choices=["owner", "front_desk", "therapist"], help="needed to open an account")
    parser.add_argument("--name", help="shown on the pages; the login name if left out")
    parser.add_argument("--therapist-id", type=UUID, help="the therapist this person is, in scheduling")
    parser.add_argument("--stdin", action="store_true", help="read the password from standard input")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--reset", action="store_true", help="a new password for an account that is there")
    for name in CHANGES:
        action.add_argument(f"--{name}", action="store_true", help=f"{name} the account")
    asked = parser.parse_args(arguments)
    if not (asked.role or asked.reset or any(getattr(asked, name) for name in CHANGES)):
        parser.error("--role is needed to open an account")
    return asked


def make_command(asked: argparse.Namespace) -> tuple[AccountCommand, str | None]:
    """Turn the command line into a command, and the password to print if one was made up."""
    account_id = account_of(asked.login)
    for name, change in CHANGES.items():
        if getattr(asked, name):
            return change(account_id=account_id), None
    password, made_up = choose_password(from_stdin=asked.stdin)
    password_hash = passwords.digest(password)
    if asked.reset:
        return SetPassword(account_id=account_id, password_hash=password_hash), made_up
    opening = OpenAccount(
        login=asked.login,
        role=asked.role,
        name=asked.name or asked.login,
        password_hash=password_hash,
        therapist_id=asked.therapist_id,
    )
    return opening, made_up


def choose_password(*, from_stdin: bool) -> tuple[str, str | None]:
    """Take the password from standard input, or make one up and say which."""
    if not from_stdin:
        password = passwords.generate()
        return password, password
    password = sys.stdin.readline().rstrip("\n")
    if complaint := passwords.complaint(password):
        sys.exit(complaint)
    return password, None


async def put(service: Service, command: AccountCommand) -> None:
    """Put a command through the service's writer: its lock makes this safe beside a running service."""
    account_id = account_of(command.login) if isinstance(command, OpenAccount) else command.account_id
    async with service.store.open():
        cause = Cause(actor="operator", correlation_id=uuid.uuid7())
        await service.store.put({stream(account_id): command}, cause)
