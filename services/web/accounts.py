"""`python -m services.web account`: open a staff account, give it a new password, lock, unlock or close it."""

import argparse
import asyncio
import sys
from uuid import UUID

import structlog
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
    plain,
    stream,
)
from shared import log as logs
from shared.config import read_config
from shared.decider import Refused, Unknown
from shared.main import make_service
from shared.messages import Cause
from shared.service import Service
from shared.store.work import Unavailable
from shared.variables import Misconfigured

log = structlog.get_logger()

CHANGES: dict[str, type[LockAccount | UnlockAccount | CloseAccount]] = {
    "lock": LockAccount,
    "unlock": UnlockAccount,
    "close": CloseAccount,
}
SAID: dict[type[AccountCommand], str] = {
    OpenAccount: "opened",
    SetPassword: "password_set",
    LockAccount: "locked",
    UnlockAccount: "unlocked",
    CloseAccount: "closed",
}
LONGEST_NAME = 100


def main(arguments: list[str]) -> None:
    """Do what was asked; a new password is printed alone on standard output, everything else on standard error."""
    asked = parse(arguments)
    try:
        service = make_service(build, read_config())
        log_on_standard_error(service.name)
        password = asyncio.run(do(service, asked))
    except (Misconfigured, Refused, Unknown, Unavailable) as error:
        sys.exit(str(error))
    if password:
        sys.stdout.write(f"{password}\n")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.web account", description=__doc__)
    parser.add_argument("--login", required=True, type=written_name, help="the name to sign in with")
    parser.add_argument("--role", choices=["owner", "front_desk", "therapist"], help="needed to open an account")
    parser.add_argument("--name", type=written_name, help="shown on the pages; the login name if left out")
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


def written_name(text: str) -> str:
    """A name as people write one: not empty, not long, and nothing in it that is not seen."""
    if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
        raise argparse.ArgumentTypeError(f"write 1 to {LONGEST_NAME} characters, none of them invisible")
    return text.strip()


def log_on_standard_error(service: str) -> None:
    """Keep standard output free for a password."""
    logs.configure(service)
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr))


async def do(service: Service, asked: argparse.Namespace) -> str | None:
    """Put the command through the service's writer (its lock makes this safe beside a running service).

    Gives the password to print, if one was made up.
    """
    async with service.store.open():
        row = await service.store.fetchrow("select name from account where login = $1", plain(asked.login))
        names = (asked.login, asked.name or "", row["name"] if row else "", service.practice.name)
        command, password = make_command(asked, names)
        cause = Cause(actor="operator", correlation_id=uuid.uuid7())
        account_id = account_of(asked.login)
        await service.store.put({stream(account_id): command}, cause)
    log.warning("account_changed", actor=cause.actor, account_id=str(account_id), kind=SAID[type(command)])
    return password


def make_command(asked: argparse.Namespace, names: tuple[str, ...]) -> tuple[AccountCommand, str | None]:
    """Turn the command line into a command, and the password to print if one was made up."""
    account_id = account_of(asked.login)
    for what, change in CHANGES.items():
        if getattr(asked, what):
            return change(account_id=account_id), None
    password, made_up = choose_password(names, from_stdin=asked.stdin)
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


def choose_password(names: tuple[str, ...], *, from_stdin: bool) -> tuple[str, str | None]:
    """Take the password from standard input, or make one up and say which. `names` are those it must not live by."""
    if not from_stdin:
        password = passwords.generate()
        return password, password
    try:
        password = sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        sys.exit("The password is not written in UTF-8.")
    if complaint := passwords.complaint(password, *names):
        sys.exit(complaint)
    return password, None
