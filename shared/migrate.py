"""Numbered SQL files, forward only: the store's own first, then the service's, each applied once by the owner role.

A service compares what its database has been given with its own files, and does nothing on another's tables.
"""

import asyncio
import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import asyncpg

from shared.store.connect import Patience, let_go, options
from shared.store.work import SCHEMA_WRONG, Unavailable, Untrusted

if TYPE_CHECKING:
    from shared.service import Service

STORE = "0000_store"
LOOK_AGAIN = 0.5
RECORD = """
create table if not exists public.migration (name text primary key, applied_at timestamptz default now());
alter table public.migration add column if not exists checksum text
"""
APPLIED = "select name, to_jsonb(migration) ->> 'checksum' as checksum from public.migration"
"""Also of a database whose record has no checksums yet."""


def scripts(package: str) -> list[tuple[str, str]]:
    """Names and texts of everything to apply for a service, in order."""
    store = files("shared.store") / "schema.sql"
    folder = files(package) / "migrations"
    own: list[Traversable] = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    later = [f for f in files("shared.store").iterdir() if f.name.endswith(".sql") and f.name != "schema.sql"]
    own = [*sorted(later, key=lambda f: f.name), *own]
    return [(STORE, store.read_text()), *[(f.name.removesuffix(".sql"), f.read_text()) for f in own]]


async def migrate(package: str, owner_dsn: str, role: str) -> list[str]:
    """Apply what is missing, each file in a transaction; gives the names applied. `role` is the service's.

    Raises `Untrusted` if the database was given what these files are not.
    """
    connection = await asyncpg.connect(owner_dsn, **options(Patience()))
    try:
        await connection.execute(f"select pg_advisory_lock(7250); {RECORD}")
        await connection.execute(f'grant select on public.migration to "{role}"')
        done, known = await _applied(connection), scripts(package)
        _insist(_newer(done, known) or _changed(done, known))
        missing = [(name, text) for name, text in known if name not in done]
        for name, text in missing:
            await _apply(connection, name, text, role)
        await _complete(connection, known)
        return [name for name, _ in missing]
    finally:
        await let_go(connection)


async def _apply(connection: asyncpg.Connection, name: str, text: str, role: str) -> None:
    async with connection.transaction():
        await connection.execute(f"set local search_path = {'public' if name == STORE else 'read, public'}")
        await connection.execute(text.replace("{role}", f'"{role}"'))
        await connection.execute("insert into public.migration (name) values ($1)", name)


async def _complete(connection: asyncpg.Connection, known: list[tuple[str, str]]) -> None:
    """Keep the checksum of each file; those applied by an earlier version have none yet."""
    await connection.executemany(
        "update public.migration set checksum = $2 where name = $1 and checksum is null",
        [(name, checksum(text)) for name, text in known],
    )


async def check(service: "Service") -> None:
    """Wait for the service's database and compare it with this code. Raises `Untrusted` with what is to be done."""
    while True:
        try:
            return await service.store.meet()
        except Untrusted:
            raise
        except Unavailable:
            await asyncio.sleep(LOOK_AGAIN)


async def fits(package: str, connection: asyncpg.Connection) -> None:
    """Raise `Untrusted` unless the database was given just these files."""
    done, known = await _applied(connection), scripts(package)
    _insist(_newer(done, known) or _older(done, known, package) or _changed(done, known))


def checksum(text: str) -> str:
    """By which a file is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


async def _applied(connection: asyncpg.Connection) -> dict[str, str | None]:
    """Names of what was applied, with checksums; nothing where there is no record that this role may read."""
    try:
        return dict(await connection.fetch(APPLIED))
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return {}


def _older(done: dict[str, str | None], known: list[tuple[str, str]], package: str) -> str:
    missing = ", ".join(name for name, _ in known if name not in done)
    sentence = f"The database is older than this version: {missing} was not applied."
    return f"{sentence} Run `python -m {package} migrate` first." if missing else ""


def _newer(done: dict[str, str | None], known: list[tuple[str, str]]) -> str:
    unknown = ", ".join(sorted(set(done) - {name for name, _ in known}))
    sentence = f"The database is newer than this version: {unknown} was applied, which is not known here."
    return f"{sentence} Start the version that knows it, or restore a backup from before it." if unknown else ""


def _changed(done: dict[str, str | None], known: list[tuple[str, str]]) -> str:
    changed = ", ".join(name for name, text in known if (done.get(name) or checksum(text)) != checksum(text))
    sentence = f"The database was made by another {changed} than this version has: a migration is never changed."
    return f"{sentence} Start the version it came from, and look at the table public.migration." if changed else ""


def _insist(wrong: str) -> None:
    if wrong:
        raise Untrusted(SCHEMA_WRONG, wrong)
