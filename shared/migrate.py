"""Numbered SQL files, forward only: the store's own first, then the service's, each applied once by the owner role."""

from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg

STORE = "0000_store"
APPLIED = "create table if not exists public.migration (name text primary key, applied_at timestamptz default now())"


def scripts(package: str) -> list[tuple[str, str]]:
    """Names and texts of everything to apply for a service, in order."""
    store = files("shared.store") / "schema.sql"
    folder = files(package) / "migrations"
    own: list[Traversable] = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(STORE, store.read_text()), *[(f.name.removesuffix(".sql"), f.read_text()) for f in own]]


async def migrate(package: str, owner_dsn: str, role: str) -> list[str]:
    """Apply what is missing, each file in a transaction; gives the names applied. `role` is the service's."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        await connection.execute(f"select pg_advisory_lock(7250); {APPLIED}")
        await connection.execute(f'grant select on public.migration to "{role}"')
        done = {row["name"] for row in await connection.fetch("select name from public.migration")}
        missing = [(name, text) for name, text in scripts(package) if name not in done]
        for name, text in missing:
            await _apply(connection, name, text.replace("{role}", f'"{role}"'))
        return [name for name, _ in missing]
    finally:
        await connection.close()


async def _apply(connection: asyncpg.Connection, name: str, text: str) -> None:
    async with connection.transaction():
        await connection.execute(f"set local search_path = {'public' if name == STORE else 'read, public'}")
        await connection.execute(text)
        await connection.execute("insert into public.migration (name) values ($1)", name)
