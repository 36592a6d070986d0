"""The sweep: wherever it is broken off, survivors stay readable and the condemned keys go."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from services.records.shredding import destroy, rewrap, sweep
from services.records.sweeping import shred
from services.records.wrapping import WrappingKeys, key_id
from tests import servers
from tests.harness import It

from .conftest import KEYS, PERSON, file_of, none_condemned, register, swept


async def test_survivors_are_readable_during_and_after_the_sweep(it: It, zoe: str) -> None:
    survivor = await register(it, "Survivor")
    for erased in (zoe, await register(it, "Second"), await register(it, "Third")):
        await it.delete(f"/clients/{erased}")
        it.service.store.writer.states.clear()
        assert (await it.get(f"/clients/{survivor}")).body["name"] == "Survivor"
    await swept(it)
    rows = await it.service.store.fetch(KEYS)
    assert [row["wrapping_key_id"] for row in rows] == [key_id(file_of(it).read_bytes())]


async def test_a_sweep_by_another_process_is_noticed(it: It, zoe: str) -> None:
    condemned = key_id(file_of(it).read_bytes())
    await it.service.store.fetch("insert into condemned_key values ($1)", condemned)
    connection = await it.service.store.connect()
    assert await sweep(connection, WrappingKeys(file_of(it))) == 1
    await connection.close()
    it.service.store.writer.states.clear()
    assert (await it.get(f"/clients/{zoe}")).body["name"] == PERSON["name"]
    new = await register(it, "New")
    assert (await it.get(f"/clients/{new}")).body["name"] == "New"


async def test_a_client_erased_amid_a_sweep_is_out_of_reach_too(it: It, zoe: str) -> None:
    """The new key of a sweep wraps the client for a moment; then it must be destroyed as well."""
    connection, wrapping = await it.service.store.connect(), WrappingKeys(file_of(it))
    await it.service.store.fetch("insert into condemned_key values ($1)", key_id(file_of(it).read_bytes()))
    first = await rewrap(connection, wrapping)
    second = wrapping.newest
    await it.delete(f"/clients/{zoe}")
    await destroy(connection, wrapping, first)
    await connection.close()
    await swept(it)
    wrapping.load()
    assert second not in wrapping
    assert not first & set(wrapping._keys)


class Killed(Exception):  # noqa: N818 - it is no error of the code
    """The process ends here."""


class Dying:
    """Lets so many steps pass, and kills before the next; a step is a statement or a durable write of the file."""

    def __init__(self, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = steps
        monkeypatch.setattr(os, "fsync", self.before(os.fsync))
        monkeypatch.setattr(Path, "replace", self.before(Path.replace))

    def step(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*args: Any) -> Any:
            self.step()
            return act(*args)

        return acting

    def awaited(self, act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def acting(*args: Any) -> Any:
            self.step()
            done = await act(*args)
            self.step()  # also after a statement, before anything is committed
            return done

        return acting


class DyingConnection:
    """A connection whose statements are steps."""

    def __init__(self, connection: asyncpg.Connection, dying: Dying) -> None:
        self.transaction = connection.transaction
        for name in ("execute", "fetch", "fetchval"):
            setattr(self, name, dying.awaited(getattr(connection, name)))


async def test_a_sweep_killed_at_any_step_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch, it: It) -> None:
    survivor, steps, killed = await register(it, "Survivor"), 0, True
    wrapping, connection = WrappingKeys(file_of(it)), await it.service.store.connect()
    while killed:
        condemned = key_id(file_of(it).read_bytes())
        await it.service.store.fetch("insert into condemned_key values ($1)", condemned)
        with monkeypatch.context() as patched:
            try:
                await sweep(DyingConnection(connection, Dying(steps, patched)), WrappingKeys(file_of(it)))  # type: ignore[arg-type]
                killed = False
            except Killed:
                pass
        it.service.store.writer.states.clear()
        assert (await it.get(f"/clients/{survivor}")).body["name"] == "Survivor", steps
        await sweep(connection, WrappingKeys(file_of(it)))
        wrapping.load()
        assert condemned not in wrapping, steps
        assert await none_condemned(it), steps
        assert len(file_of(it).read_bytes()) == 32, steps
        it.service.store.writer.states.clear()
        assert (await it.get(f"/clients/{survivor}")).body["name"] == "Survivor", steps
        steps += 1
    await connection.close()
    assert steps > 20  # it did die in many places


async def test_the_sweep_is_taken_up_again_when_the_service_starts(it: It, zoe: str) -> None:
    """What an erasure leaves behind is all a new process needs; here the one at work is told so."""
    condemned = key_id(file_of(it).read_bytes())
    await it.service.store.fetch("insert into condemned_key values ($1)", condemned)
    it.service.own.sweeping.due()
    await swept(it)
    assert key_id(file_of(it).read_bytes()) != condemned


async def test_shred_by_the_owner_also_rewrites_the_table_of_keys(
    it: It, zoe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    survivor = await register(it, "Survivor")
    wrapped = (await it.service.store.fetch(f"{KEYS} where client_id = $1", UUID(zoe)))[0]["wrapped"]
    await it.delete(f"/clients/{zoe}")
    await swept(it)
    await shred(it.service.config)
    assert "written anew" in capsys.readouterr().out
    database = it.service.config.database.rpartition("/")[2]
    async with servers.superuser(database) as connection:
        await connection.execute("checkpoint")
        heap = await connection.fetchval("select pg_read_binary_file(pg_relation_filepath('public.client_key'))")
    assert heap
    assert wrapped not in heap
    it.service.store.writer.states.clear()
    assert (await it.get(f"/clients/{survivor}")).body["name"] == "Survivor"


async def test_shred_by_the_service_says_what_it_may_not_do(it: It, capsys: pytest.CaptureFixture[str]) -> None:
    await shred(msgspec.structs.replace(it.service.config, owner_database=""))
    assert "SERIATIM_OWNER_DATABASE" in capsys.readouterr().out
