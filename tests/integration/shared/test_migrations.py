"""A service works on the tables of its own version only, and says in a sentence what is to be done."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.place import choose_ports
from deploy.program import connects
from shared import migrate
from shared.store.work import Unavailable, Untrusted
from tests import servers
from tests.harness import KEYS, until
from tests.integration.shared import tally
from tests.integration.shared.conftest import owned_database
from tests.integration.shared.test_store import strike

WRONG = {
    "older": ("delete from public.migration where name = '0002_sessions'", "Run `python -m services.protocol migrate`"),
    "newer": (
        "insert into public.migration (name) values ('0099_later')",
        "0099_later was applied, which",
    ),
    "changed": ("update public.migration set checksum = 'x' where name = '0001_courses'", "another 0001_courses"),
    "without a record": ("drop table public.migration", "0000_store, 0001_unpublished, 0001_courses, 0002_sessions"),
}


@pytest.fixture(params=WRONG)
async def wrong(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """A database that is not as it should be, and what is said of it."""
    service, owner = await owned_database("protocol")
    statement, sentence = WRONG[request.param]
    await execute(owner, statement)
    return service, owner, sentence


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def run(command: str, dsn: str, owner: str = "", **more: str) -> tuple[int, str]:
    """A command of `protocol`, as one gives it; gives how it ended and what it said."""
    with tempfile.NamedTemporaryFile() as key:
        key.write(KEYS[1])
        key.flush()
        known = {"DATABASE": dsn, "OWNER_DATABASE": owner, "NATS": "nats://127.0.0.1:9", "TOKEN_KEY": key.name, **more}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.protocol", command,
            env={**os.environ, **{f"SERIATIM_{name}": value for name, value in known.items()}},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(20):
            _, said = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.parametrize("command", ["serve", "rebuild", "retry", "events", "restored"])
async def test_a_command_ends_with_the_sentence(wrong: tuple[str, str, str], command: str) -> None:
    dsn, owner, sentence = wrong
    code, said = await run(command, dsn, owner)
    assert code == 1
    assert sentence in said
    assert "Traceback" not in said


async def test_nothing_is_read_written_or_heard_on_other_tables(
    wrong: tuple[str, str, str], start: Callable[..., Any]
) -> None:
    dsn, _, sentence = wrong
    replica = await start("protocol", dsn=dsn, leads=False, hears={"records": [tally.Struck]})
    with pytest.raises(Untrusted, match=re.escape(sentence)):
        await migrate.check(replica.service)
    with pytest.raises(Unavailable, match=re.escape(sentence)):
        await strike(replica, uuid4())
    with pytest.raises(Unavailable):
        await replica.service.store.fetch("select 1")
    assert await replica.service.store.trouble() == ["schema_wrong"]
    assert not replica.leads


async def test_a_database_that_comes_later_is_compared_before_anything_else(start: Callable[..., Any]) -> None:
    dsn, owner = await owned_database("protocol")
    name = dsn.rpartition("/")[2]
    async with servers.superuser() as connection:
        await connection.execute(f"alter database {name} connection limit 0")
    replica = await start("protocol", dsn=dsn, leads=False)
    checking = asyncio.create_task(migrate.check(replica.service))
    with pytest.raises(Unavailable):
        await strike(replica, uuid4())
    assert not checking.done()
    async with servers.superuser(name) as connection:
        await connection.execute("insert into public.migration (name) values ('0099_later')")
        await connection.execute(f"alter database {name} connection limit -1")
    with pytest.raises(Untrusted):
        await asyncio.wait_for(checking, 10)
    with pytest.raises(Untrusted):
        await strike(replica, uuid4())
    await execute(owner, "delete from public.migration where name = '0099_later'")
    await until(lambda: replica.leads)
    assert (await strike(replica, uuid4())).value == {"strokes": 1}


async def test_a_service_ends_with_the_sentence_when_the_database_comes_later() -> None:
    dsn, _ = await owned_database("protocol")
    name = dsn.rpartition("/")[2]
    async with servers.superuser() as connection:
        await connection.execute(f"alter database {name} connection limit 0")
    port = choose_ports(("protocol",))["protocol"]
    serving = asyncio.create_task(run("serve", dsn, PORT=str(port)))
    await until(lambda: connects(port))
    async with servers.superuser(name) as connection:
        await connection.execute("insert into public.migration (name) values ('0099_later')")
    assert not serving.done()
    async with servers.superuser() as connection:
        await connection.execute(f"alter database {name} connection limit -1")
    code, said = await serving
    assert code == 1
    assert "0099_later" in said


async def test_each_file_is_kept_with_its_checksum_also_those_applied_before_there_were_any() -> None:
    dsn, owner = await owned_database("protocol")
    known = {name: migrate.checksum(text) for name, text in migrate.scripts("services.protocol")}
    assert await _kept(owner) == known
    await execute(owner, "alter table public.migration drop column checksum")
    assert await run("retry", dsn) == (0, "")
    assert await migrate.migrate("services.protocol", owner, "protocol") == []
    assert await _kept(owner) == known


async def _kept(owner: str) -> dict[str, str]:
    connection = await asyncpg.connect(owner)
    found = dict(await connection.fetch("select name, checksum from public.migration"))
    await connection.close()
    return found


@pytest.mark.parametrize("what", ["newer", "changed"])
async def test_migrate_touches_no_database_of_another_version(what: str) -> None:
    _, owner = await owned_database("protocol")
    statement, sentence = WRONG[what]
    await execute(owner, statement)
    code, said = await run("migrate", owner, owner)
    assert code == 1
    assert sentence in said
