"""Many statements as one: the tables are afterwards what they would be, had each been run by itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.store.codec import prepare_connection
from shared.store.effects import execute
from shared.store.many import for_many, together
from shared.store.unit import Statement
from tests.integration.shared.conftest import database

TABLE = """
create temporary table visit (
    id uuid primary key, client int, during tstzrange, figures jsonb, regions text[], seen int not null default 0
)
"""
BOOK = "insert into visit (id, client, during, figures) values ($1, $2, tstzrange($3, $4), $5)"
ONCE = "insert into visit (id) values ($1) on conflict do nothing"
AGAIN = "insert into visit (id) values ($1) on conflict (id) do update set seen = (visit.seen + 1)"
SEE = """
update visit set seen = seen + $2,
                 client = coalesce($3, client)
 where id = $1 and seen < 5
"""
OF_CLIENT = "update visit set seen = seen * 2 + $2 where client = $1"
NAME = "update visit set regions = $2 where id = $1"
DROP = "delete from visit where id = $1"
ALL_OF = "delete from visit where client = $1 and seen > $2"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def connection() -> AsyncIterator[asyncpg.Connection]:
    found = await asyncpg.connect(await database("records"))
    await prepare_connection(found)
    await found.execute(TABLE)
    yield found
    await found.close()


def row(number: int, client: int | None = None) -> Statement:
    return BOOK, (UUID(int=number), client, NOON, None, b'{"pain": 6}')


async def left(connection: asyncpg.Connection) -> list[Any]:
    return [tuple(found) for found in await connection.fetch("select * from visit order by id")]


def lanes() -> st.SearchStrategy[list[list[Statement]]]:
    """What is done to a few visits, each in a lane of its own, and to all of a client, each client in one lane."""

    def lane(number: int) -> st.SearchStrategy[list[Statement]]:
        visit, client = UUID(int=number), number
        few = st.integers(0, 3)
        one = st.one_of(
            st.just(row(number, client)),
            st.sampled_from([(ONCE, (visit,)), (AGAIN, (visit,)), (DROP, (visit,))]),
            st.builds(lambda n, c: (SEE, (visit, n, c)), few, st.sampled_from([None, client])),
            st.builds(lambda n: (OF_CLIENT, (client, n)), few),
            st.builds(lambda n: (ALL_OF, (client, n)), few),
            st.builds(lambda names: (NAME, (visit, names)), st.lists(st.sampled_from(["neck", "hip"]), max_size=2)),
        )
        return st.lists(one, max_size=5)

    return st.tuples(*[lane(number) for number in range(1, 5)]).map(list)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=lanes())
async def test_it_makes_no_difference(connection: asyncpg.Connection, asked: list[list[Statement]]) -> None:
    singly, at_once = connection.transaction(), connection.transaction()
    await singly.start()
    try:
        for lane in asked:
            for sql, args in lane:
                await connection.execute(sql, *args)
        wanted: Any = await left(connection)
    except asyncpg.UniqueViolationError as error:
        wanted = type(error)
    await singly.rollback()
    await at_once.start()
    try:
        await execute(connection, asked)
        found: Any = await left(connection)
    except asyncpg.UniqueViolationError as error:
        found = type(error)
    await at_once.rollback()
    assert found == wanted


async def test_rows_of_one_table_are_added_by_one_statement(connection: asyncpg.Connection) -> None:
    found = await together(connection, [row(1, 7), row(2), (DROP, (UUID(int=9),))])
    assert [len(statements) for statements in found.values()] == [1, 1]
    for sql, args in (statements[0] for statements in found.values()):
        await connection.execute(sql, *args)
    assert [(visit[1], visit[3]) for visit in await left(connection)] == [(7, b'{"pain": 6}'), (None, b'{"pain": 6}')]


async def test_what_asks_one_row_for_two_changes_is_run_twice(connection: asyncpg.Connection) -> None:
    await execute(connection, [[row(1)]])
    await execute(connection, [[(SEE, (UUID(int=1), 1, None))], [(SEE, (UUID(int=1), 2, None))]])
    assert (await left(connection))[0][-1] == 3


@pytest.mark.parametrize(
    "sql",
    [
        AGAIN,
        NAME,
        "insert into visit (id) select $1::uuid",
        "insert into visit (id) values ($1) returning id",
        "insert into visit (id, client) values ($1, (select max(client) from visit))",
        "update visit set seen = (select count(*) from visit) where id = $1",
        "update visit set seen = other.seen from visit as other where other.id = $1",
        "delete from visit using unnest(array[1]) as one where id = $1",
        "update visit set seen = 1 where id = $1 or client = 2",
        "update visit set client = $2 where client = $1",
        "with gone as (delete from visit) insert into visit (id) values ($1)",
    ],
)
async def test_what_may_look_at_other_rows_is_left_as_it_is(connection: asyncpg.Connection, sql: str) -> None:
    assert await for_many(connection, sql) is None
