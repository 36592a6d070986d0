"""Damage done by hand, past what guards the log, as a bad disk or a careless administrator would."""

from typing import Any

import asyncpg

from tests.harness import It


async def by_hand(it: It, sql: str, *args: Any) -> None:
    """One statement as the database's owner, who can set the guard of the log aside; nothing is remembered of it."""
    connection = await asyncpg.connect(it.service.config.owner_database)
    try:
        async with connection.transaction():
            await connection.execute("alter table public.event disable trigger user")
            await connection.execute(sql, *args)
            await connection.execute("alter table public.event enable trigger user")
    finally:
        await connection.close()
    it.service.store.writer.states.clear()


async def position(it: It, stream: str, kind: str) -> int:
    """Where the stream's last event of this type stands."""
    sql = "select max(position) as position from event where stream = $1 and type = $2"
    [row] = await it.service.store.fetch(sql, stream, kind)
    return int(row["position"])
