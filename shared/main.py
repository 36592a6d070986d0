"""The command line of a service: serve, migrate, rebuild, events, retry, skip, unpublished, restored."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
import uvloop

from shared import log as logs
from shared.clock import Clock
from shared.config import Config, Practice, read_config, read_practice
from shared.keys import check_to_serve
from shared.memory import collect_seldom
from shared.migrate import check, migrate
from shared.operators import print_events, retry, skip, unpublished
from shared.rebuild import rebuild
from shared.restore import amend, restored
from shared.running import running, serving
from shared.service import Amends, Definition, Service
from shared.store.work import Unavailable, Untrusted
from shared.tasks import stop as stop_tasks
from shared.variables import Misconfigured

log = structlog.get_logger()

BUS_PATIENCE = 10.0
"""Seconds."""

Build = Callable[[Config, Practice], Definition]


def make_service(build: Build, config: Config) -> Service:
    """The service this process is, from its configuration."""
    practice = read_practice(config)
    clock = Clock(config.now if config.clock == "simulated" else None)
    return Service(build(config, practice), config, practice, clock)


async def _serve(service: Service, _: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(service) as replica, serving(service, replica):
        log.info("serving", port=service.config.port)
        await _either(stop.wait(), check(service))
        await stop.wait()
        log.info("stopping")


async def _either(*waiting: Awaitable[object]) -> None:
    """Wait for the first of these; it may be an error."""
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await stop_tasks(*tasks)


async def _migrate(service: Service, _: argparse.Namespace) -> None:
    applied = await migrate(service.definition.package, service.config.owner_database, service.name)
    sys.stdout.write(f"{len(applied)} migrations applied\n")


async def _rebuild(service: Service, _: argparse.Namespace) -> None:
    sys.stdout.write(f"{await rebuild(service)} events replayed\n")


async def _events(service: Service, asked: argparse.Namespace) -> None:
    await print_events(service, asked.stream, asked.client, follow=asked.follow)


async def _retry(service: Service, _: argparse.Namespace) -> None:
    async with service.store.open():
        went, stayed = await retry(service)
    sys.stdout.write(f"{went} events applied, {stayed} still parked\n")


async def _skip(service: Service, asked: argparse.Namespace) -> None:
    if asked.producer not in service.definition.hears:
        sys.exit(f"{service.name} does not hear {asked.producer}.")
    async with service.store.open():
        if not await skip(service, asked.producer, asked.position):
            sys.exit("The service does not wait before this event, or it is not running. Nothing was changed.")
    sys.stdout.write("The event is parked, and what came behind it is heard. After the update: retry.\n")


async def _unpublished(service: Service, _: argparse.Namespace) -> None:
    async with service.store.open():
        sys.stdout.write("".join(f"{line}\n" for line in await unpublished(service)))


async def _restored(service: Service, asked: argparse.Namespace) -> None:
    definition = service.definition
    async with service.store.open():
        amends = await definition.amends(service) if definition.amends else Amends()
        if amends.question and not asked.sure:
            sys.exit(f"{amends.question} If so, say it again with --sure. Nothing was changed.")
        try:
            await asyncio.wait_for(service.bus.connect(), BUS_PATIENCE)
        except TimeoutError:
            sys.exit("NATS does not answer: start it first, on an empty store if all services are restored.")
        moved = await restored(service)
        await amend(service, amends)
        await service.bus.close()
    told = [*amends.told, f"The log goes on beyond all that others have heard; {moved} events were moved there."]
    sys.stdout.write("".join(f"{line}\n" for line in told))


COMMANDS: dict[str, Callable[[Service, argparse.Namespace], Awaitable[None]]] = {
    "serve": _serve,
    "migrate": _migrate,
    "rebuild": _rebuild,
    "events": _events,
    "retry": _retry,
    "skip": _skip,
    "unpublished": _unpublished,
    "restored": _restored,
}


def main(build: Build) -> None:
    """`python -m services.<name> serve | migrate | rebuild | events | retry | skip | unpublished | restored`."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name)
        if name == "events":
            command.add_argument("--stream", help="only this stream, such as course-<id>")
            command.add_argument("--client", type=UUID, help="only this client's events")
            command.add_argument("--follow", action="store_true", help="go on as new events come")
        if name == "skip":
            command.add_argument("--producer", required=True, help="whose event: records, protocol, scheduling")
            command.add_argument("--position", required=True, type=int, help="as `event_type_unknown` in the log says")
        if name == "restored":
            command.add_argument("--sure", action="store_true", help="what it asked about is so")
    asked = parser.parse_args()
    try:
        service = make_service(build, read_config())
        if asked.command == "serve":
            check_to_serve(service.config, service.definition.needs)
    except Misconfigured as error:
        sys.exit(str(error))
    logs.configure(service.name)
    collect_seldom()
    try:
        uvloop.run(_run(service, asked))
    except Unavailable as error:
        sys.exit(str(error))


async def _run(service: Service, asked: argparse.Namespace) -> None:
    """Do it, on tables of this version only; to serve, the database may come later."""
    if asked.command != "migrate":
        try:
            await service.store.meet()
        except Unavailable as error:
            if asked.command != "serve" or isinstance(error, Untrusted):
                raise
    await COMMANDS[asked.command](service, asked)
