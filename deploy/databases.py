"""One database and two roles for each service: the owner of its tables, and the service itself with less."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import asyncpg

SERVICES = ("records", "protocol", "scheduling", "notify", "web")


async def create_all(server: str, passwords: Callable[[str], str]) -> None:
    """Make whatever is missing on a server; `server` is the superuser's address up to the slash before the database."""
    async with _connected(f"{server}/postgres") as connection:
        await shut_out_public(connection)
        for service in SERVICES:
            for role in (service, f"{service}_owner"):
                await create_role(connection, role, passwords(role))
            await create_database(connection, service, service)
    await asyncio.gather(*(_fit_out(f"{server}/{service}", service) for service in SERVICES))


async def shut_out_public(connection: asyncpg.Connection) -> None:
    """Take from every role the right, granted by default, to connect to the server's own databases."""
    await connection.execute("revoke all on database postgres, template1 from public")


async def create_role(connection: asyncpg.Connection, role: str, password: str) -> None:
    """Make the role if it is missing; its password and search path are set each time."""
    known = await connection.fetchval("select 1 from pg_roles where rolname = $1", role)
    if not known:
        await connection.execute(f"create role {role} login nosuperuser nocreatedb nocreaterole")
    await connection.execute(f"alter role {role} password '{password}'")
    await connection.execute(f"alter role {role} set search_path = read, public")


async def create_database(connection: asyncpg.Connection, service: str, name: str, template: str = "template0") -> None:
    """Make the database `name` for a service if it is missing; only the service's two roles may connect to it."""
    if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
        await connection.execute(f"create database {name} template {template} owner {service}_owner")
    await connection.execute(f"revoke all on database {name} from public")
    await connection.execute(f"grant connect, temporary on database {name} to {service}")


async def _fit_out(address: str, service: str) -> None:
    async with _connected(address) as connection:
        await fit_out(connection, service)


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(address)
    try:
        yield connection
    finally:
        await connection.close()


async def fit_out(connection: asyncpg.Connection, service: str) -> None:
    """Give a service's empty database its schemas, its extension and the rights no migration has to repeat."""
    for statement in _fittings(service, f"{service}_owner"):
        await connection.execute(statement)


def _fittings(service: str, owner: str) -> Iterator[str]:
    """Read models are the service's to write; every other table is granted by the migration that makes it."""
    yield "create extension if not exists btree_gist schema public"
    yield f"create schema if not exists read authorization {owner}"
    yield f"alter schema public owner to {owner}"
    yield "revoke all on schema public, read from public"
    yield f"grant usage on schema public, read to {service}"
    rights = f"alter default privileges for role {owner} in schema read grant"
    yield f"{rights} select, insert, update, delete on tables to {service}"
    yield f"{rights} usage on sequences to {service}"
