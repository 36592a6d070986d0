"""The commands behind `make run`, `make token` and those that a service does itself."""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit
from uuid import UUID

from deploy import services
from deploy.databases import SERVICES
from deploy.guard import Trouble
from deploy.keys import token
from deploy.place import Place
from deploy.screen import Screen
from deploy.stack import Stack, stand
from shared.vocabulary import Role


def run(given: argparse.Namespace) -> None:
    """Run the stack until it is stopped."""
    screen = Screen()
    place = Place(port=given.port, data=given.data, clock=given.clock, now=given.now)
    screen.say(f"Seriatim: data in {place.data}, {place.clock} clock")

    async def serve(stack: Stack) -> None:
        screen.say(f"Ready after {screen.elapsed:.1f} s: {stack.place.origin}", "bold green")
        if stack.place.clock == "simulated":
            screen.say(f"The clock stands at {stack.place.now}; move it with PUT {stack.place.origin}/api/clock.")
        screen.say(f"Sent mail: {place.mail}   logs: {place.data / 'log'}   stop with Ctrl-C")
        await asyncio.Event().wait()

    asyncio.run(stand(place, screen, serve))


def print_token(given: argparse.Namespace) -> None:
    """Print a token and nothing else."""
    if (given.role == "client") != (given.client is not None):
        raise Trouble("A token for the role client needs CLIENT=<client id>, and no other role takes one.")
    given.data.mkdir(mode=0o711, parents=True, exist_ok=True)
    print(token(given.data / "secrets", given.role, given.client))


def do(given: argparse.Namespace) -> None:
    """Run a command of a service's own (rebuild, events, retry, shred, account) on the running stack."""
    try:
        state = json.loads((given.data / "stack.json").read_text())
    except FileNotFoundError:
        raise Trouble(f"No stack is running on {given.data}: start one with `make run`, then try again.") from None
    program = services.once(given.words, given.service, running(given.data, state["origin"]), state["ports"])
    sys.exit(subprocess.run(program.command, env=dict(program.environment), check=False).returncode)


def running(data: Path, origin: str) -> Place:
    """Give the place of a stack that runs: its origin has the port of the pages."""
    return Place(port=urlsplit(origin).port or 80, data=data)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy", description="The local stack of Seriatim.")
    commands = parser.add_subparsers(required=True)
    _add(commands, "run", run).add_argument("--port", type=int, default=8080)
    commands.choices["run"].add_argument("--clock", choices=["real", "simulated"], default="real")
    commands.choices["run"].add_argument("--now", type=_instant, default="", help="where a simulated clock starts")
    _add(commands, "token", print_token).add_argument("--role", choices=get_args(Role), required=True)
    commands.choices["token"].add_argument("--client", type=UUID)
    _add(commands, "do", do).add_argument("--service", choices=SERVICES, required=True)
    commands.choices["do"].add_argument("words", nargs=argparse.REMAINDER, help="the command and its options")
    return parser.parse_args()


def _add(commands: Any, name: str, command: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=command.__doc__)
    parser.set_defaults(command=command)
    parser.add_argument("--data", type=Path, default=Path(".seriatim"))
    return parser


def _instant(text: str) -> str:
    """Check that an instant is RFC 3339 with an offset."""
    if text and datetime.fromisoformat(text).tzinfo is None:
        raise argparse.ArgumentTypeError("give an offset, as in 2026-03-02T09:00:00-05:00")
    return text


def main() -> None:
    """Run a command; what keeps it from its work is one sentence."""
    given = arguments()
    try:
        given.command(given)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
