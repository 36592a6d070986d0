"""A database put back to an earlier time: what was kept of the lost history is neither answered nor built on."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.running import Running
from shared.store.work import Unavailable
from tests.integration.shared.conftest import owned_database
from tests.integration.shared.test_store import strike


async def put_back(dsn: str, owner: str, last: int) -> None:
    """The log ends with this position again, and every connection is new, as after a restore."""
    connection = await asyncpg.connect(owner)
    await connection.execute("alter table public.event disable trigger event_is_append_only")
    await connection.execute("delete from public.event where position > $1", last)
    await connection.execute("alter table public.event enable trigger event_is_append_only")
    await connection.close()
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and usename = user and pid <> pg_backend_pid()"
    )
    await connection.close()


async def strokes(replica: Running, client: UUID) -> int:
    """As read by the replica; that its connections are lost may be news to it."""
    while True:
        try:
            return int((await replica.service.store.state(f"tally-{client}")).strokes)
        except Unavailable:
            continue


async def struck(replica: Running, client: UUID) -> int:
    while True:
        try:
            return int((await strike(replica, client, most=100)).value["strokes"])
        except Unavailable:
            continue


@pytest.mark.parametrize("kept", ["written", "read"])
async def test_what_was_kept_of_it_is_not_answered(start: Callable[..., Any], kept: str) -> None:
    dsn, owner = await owned_database("records")
    replica, client = await start("records", dsn=dsn), uuid4()
    await strike(replica, client, 2)
    if kept == "read":
        replica.service.store.writer.states.clear()
    assert await strokes(replica, client) == 2
    await put_back(dsn, owner, 1)
    assert await strokes(replica, client) == 1
    assert await struck(replica, client) == 2


async def test_it_is_told_from_another_of_the_same_length(start: Callable[..., Any]) -> None:
    dsn, owner = await owned_database("records")
    other = await start("records", dsn=dsn)
    one = await start("records", dsn=dsn, leads=False)
    lost, new = uuid4(), uuid4()
    await strike(one, lost, 2)
    await put_back(dsn, owner, 1)
    assert await struck(other, new) == 1
    assert await struck(one, lost) == 2
    rows = await other.service.store.fetch("select stream, version from public.event order by position")
    assert [tuple(row) for row in rows] == [(f"tally-{lost}", 1), (f"tally-{new}", 1), (f"tally-{lost}", 2)]


async def test_what_another_replica_wrote_and_lost_is_not_answered(start: Callable[..., Any]) -> None:
    dsn, owner = await owned_database("records")
    other = await start("records", dsn=dsn)
    one = await start("records", dsn=dsn, leads=False)
    client = uuid4()
    await strike(one, client)
    await strike(other, client)
    assert await strokes(one, client) == 2
    await put_back(dsn, owner, 1)
    assert await strokes(one, client) == 1
    assert await struck(one, client) == 2


async def test_a_rest_costs_no_state(start: Callable[..., Any]) -> None:
    """Connections that idled are replaced: the history is the same, so what was kept is."""
    replica, asked, other = await start("records"), uuid4(), uuid4()
    store = replica.service.store
    await strike(replica, asked)
    await strike(replica, other)
    await store._pool.expire_connections()
    assert await strokes(replica, asked) == 1
    assert f"tally-{other}" in store.writer.states
