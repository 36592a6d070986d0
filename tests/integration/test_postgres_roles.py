"""One database for each service, and no service in another's."""

import asyncpg
import pytest

from deploy.databases import SERVICES
from tests.servers import fresh_database, superuser


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_and_writes_what_its_owner_made_in_read(service: str) -> None:
    as_service, as_owner = await fresh_database(service)
    await _run(as_owner, "create table thing (id int)")
    await _run(as_service, "insert into thing values (1)")
    await _run(as_service, "delete from thing")


async def test_a_service_may_not_touch_other_tables_of_its_owner_unless_granted() -> None:
    as_service, as_owner = await fresh_database("records")
    await _run(as_owner, "create table public.fact (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _run(as_service, "insert into public.fact values (1)")


@pytest.mark.parametrize("statement", ["create table t (id int)", "create table public.t (id int)", "create schema s"])
async def test_a_service_makes_no_tables(statement: str) -> None:
    as_service, _ = await fresh_database("records")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _run(as_service, statement)


@pytest.mark.parametrize("role", ["protocol", "protocol_owner"])
async def test_no_role_connects_to_another_services_database(role: str) -> None:
    as_records, _ = await fresh_database("records")
    mine = await fresh_database("protocol")
    stranger = mine[role == "protocol_owner"].rsplit("/", 1)[0] + "/" + as_records.rsplit("/", 1)[1]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _run(stranger, "select 1")


async def test_no_role_connects_to_the_servers_own_database() -> None:
    mine, _ = await fresh_database("protocol")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _run(mine.rsplit("/", 1)[0] + "/postgres", "select 1")


async def test_exclusion_over_ids_and_times_is_possible() -> None:
    _, as_owner = await fresh_database("scheduling")
    await _run(as_owner, "create table busy (who uuid, span tstzrange, exclude using gist (who with =, span with &&))")


async def test_statements_are_never_logged() -> None:
    async with superuser() as connection:
        for setting, value in {"log_statement": "none", "log_error_verbosity": "terse"}.items():
            assert await connection.fetchval("select current_setting($1)", setting) == value


async def _run(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
