"""Databases that are not those of the code: before their migration, half migrated, newer."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import asyncpg

from deploy import databases, postgres, services
from deploy.place import choose_ports
from deploy.program import Program, is_healthy, start
from deploy.secret import password
from shared.migrate import APPLIED, STORE, scripts
from tests.faults.done import Done, Fault
from tests.faults.handles import command, kill
from tests.faults.stage import BACK, SERVICES, Stage, until

NOTICED_WITHIN = 20.0
"""Seconds in which a service must have ended."""
SENTENCE = "migrat"
"""What its last words must speak of."""
NOBODY = "nats://nobody:nothing@127.0.0.1:9"
"""A bus where nobody answers."""
STRIKE = "delete from public.migration where name = '{0}'"
WRITE = "insert into public.migration (name) values ('{0}') on conflict do nothing"


async def not_migrated(stage: Stage, chance: random.Random) -> Done:
    """A service beside the stack, without its bus, on an empty or half migrated database: it stops; then `migrate`."""
    name = chance.choice(SERVICES)
    done = chance.choice(range(len(scripts(f"services.{name}"))))
    database = f"{name}_early"
    await command(stage, "postgres", "select 1")  # when it is there
    async with _database_of(stage, name, database, done):
        serve, migrate = (_beside(stage, name, database, task) for task in ("serve", "migrate"))
        early = replace(serve, environment={**serve.environment, "SERIATIM_NATS": NOBODY, "SERIATIM_CLOCK": "real"})
        told = len(_log(stage, f"{name}-early"))
        assert await _ends(stage, early), f"{name} does not stop on a database with {done} of its migrations"
        said = _log(stage, f"{name}-early")[told:]
        assert SENTENCE in said, f"{name} does not say what its database lacks: {said[-300:]}"
        assert await _ends(stage, migrate) == 0, f"{name} cannot be migrated"
        await _serves(stage, serve)
    return Done("a service started before its migration", f"{name} after {done} of them")


async def other_schema(stage: Stage, chance: random.Random) -> Done:
    """The stack's own service is started anew on a database that is older or newer than its code."""
    name, newer = chance.choice(SERVICES), chance.random() < 0.5
    address = f"http://127.0.0.1:{stage.ports[name]}/readyz"
    last = scripts(f"services.{name}")[-1][0]
    away, back, which = (WRITE, STRIKE, "9999_of_tomorrow") if newer else (STRIKE, WRITE, last)
    await command(stage, name, away.format(which))
    try:
        before, told = len(stage.obituaries(name)), len(_log(stage, name))
        kill(stage, name)
        kind = "newer" if newer else "older"
        await until(lambda: len(stage.obituaries(name)) > before + 1, NOTICED_WITHIN, f"{name} to stop on a {kind} one")
        assert SENTENCE in _log(stage, name)[told:], f"{name} does not say that its database is {kind}"
        assert not await is_healthy(address), f"{name} is ready on a database that is {kind}"
    finally:
        await command(stage, name, back.format(which))
    await until(partial(is_healthy, address), BACK, f"{name} to be ready on the right one again")
    return Done(f"a database that is {'newer' if newer else 'older'} than the code", name)


@asynccontextmanager
async def _database_of(stage: Stage, service: str, name: str, migrations: int) -> AsyncIterator[None]:
    """A database beside the service's own, with so many of its migrations."""
    async with _connected(stage, "postgres", "postgres") as server:
        await server.execute(f"drop database if exists {name} with (force)")
        await databases.create_database(server, service, name)
        async with _connected(stage, name, "postgres") as fresh:
            await databases.fit_out(fresh, service)
        async with _connected(stage, name, f"{service}_owner") as owner:
            if migrations:
                await owner.execute(f"{APPLIED}; grant select on public.migration to {service}")
            for script, text in scripts(f"services.{service}")[:migrations]:
                await owner.execute(f"set search_path = {'public' if script == STORE else 'read, public'}")
                await owner.execute(text.replace("{role}", f'"{service}"'))
                await owner.execute("insert into public.migration (name) values ($1)", script)
        try:
            yield
        finally:
            await server.execute(f"drop database {name} with (force)")


@asynccontextmanager
async def _connected(stage: Stage, database: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    secret = password(stage.place.secrets, "postgres" if role == "postgres" else f"postgres.{role}")
    connection = await asyncpg.connect(postgres.url(role, secret, stage.ports["postgres"], database))
    try:
        yield connection
    finally:
        await connection.close()


def _beside(stage: Stage, name: str, database: str, task: str) -> Program:
    """The service on that database and a port of its own; without bus it can do no harm to the stack."""
    ports = stage.ports | {name: choose_ports((name,))[name]}
    once = task == "migrate"
    make = services.once([task], name, stage.place, ports) if once else services.program(name, stage.place, ports)
    there = dict(make.environment) | {"SERIATIM_NATS": "", "SERIATIM_NATS_MONITOR": ""}
    for variable in ("SERIATIM_DATABASE", "SERIATIM_OWNER_DATABASE"):
        if variable in there:
            there[variable] = f"{there[variable].rpartition('/')[0]}/{database}"
    return replace(make, environment=there)


async def _ends(stage: Stage, program: Program) -> int | None:
    """The code with which it ends by itself; nothing if it does not."""
    process = start(program, stage.place.log(f"{program.name}-early"))
    try:
        for _ in range(round(NOTICED_WITHIN / 0.1)):
            if process.poll() is not None:
                return process.returncode
            await asyncio.sleep(0.1)
        return None
    finally:
        process.kill()
        process.wait()


async def _serves(stage: Stage, program: Program) -> None:
    process = start(program, stage.place.log(f"{program.name}-early"))
    try:
        await until(program.ready, 30, f"{program.name} to be ready after `migrate`")
    finally:
        process.kill()
        process.wait()


def _log(stage: Stage, name: str) -> str:
    file = stage.place.log(name)
    return file.read_text() if file.exists() else ""


SCHEMAS: dict[str, Fault] = {"not-migrated": not_migrated, "other-schema": other_schema}
