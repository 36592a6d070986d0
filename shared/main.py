"""The command line of a service: serve, migrate, rebuild."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable

import structlog
import uvloop

from shared import log as logs
from shared.clock import Clock
from shared.config import Config, Practice, read_config, read_practice
from shared.migrate import migrate
from shared.rebuild import rebuild
from shared.running import running, serving
from shared.service import Definition, Service

log = structlog.get_logger()

Build = Callable[[Config, Practice], Definition]


def make_service(build: Build, config: Config) -> Service:
    """The service this process is, from its configuration."""
    practice = read_practice(config)
    clock = Clock(config.now if config.clock == "simulated" else None)
    return Service(build(config, practice), config, practice, clock)


async def serve(service: Service) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(service) as replica, serving(service, replica):
        log.info("serving", port=service.config.port)
        await stop.wait()
        log.info("stopping")


def main(build: Build) -> None:
    """`python -m services.<name> serve | migrate | rebuild`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["serve", "migrate", "rebuild"])
    command = parser.parse_args().command
    config = read_config()
    service = make_service(build, config)
    logs.configure(service.name)
    if command == "serve":
        uvloop.run(serve(service))
    elif command == "migrate":
        applied = asyncio.run(migrate(service.definition.package, config.owner_database, service.name))
        sys.stdout.write(f"{len(applied)} migrations applied\n")
    else:
        sys.stdout.write(f"{asyncio.run(rebuild(service))} events replayed\n")
