"""Erasure: at once nothing can be read, and soon nothing could be, whatever old copy turns up."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from services.records.app import check_fit
from services.records.domain import client
from services.records.names import Names
from services.records.queries import answer_contact
from services.records.shredding import destroy, rewrap, sweep
from services.records.sweeping import shred
from services.records.wrapping import WrappingKeyMissing, WrappingKeys, key_id
from shared.messages import Redacted
from shared.questions import AskContact
from shared.rebuild import rebuild
from tests import servers
from tests.harness import It, until

from .conftest import PERSON, session

KEYS = "select client_id, wrapped, wrapping_key_id from client_key"


async def register(it: It, name: str) -> str:
    return (await it.post("/clients", {"name": name})).body["client_id"]


def file_of(it: It) -> Path:
    return it.service.config.wrapping_key


async def swept(it: It) -> None:
    """Wait until no wrapping key is condemned any more."""
    await until(lambda: _none_condemned(it))


async def _none_condemned(it: It) -> bool:
    return not await it.service.store.fetch("select from condemned_key")


async def test_after_erasure_everything_about_the_client_is_unknown(it: It, zoe: str) -> None:
    one = (await it.post(f"/clients/{zoe}/sessions", session())).body["session_id"]
    other = await register(it, "Zoe Other")
    answer = await it.delete(f"/clients/{zoe}")
    assert (answer.status, answer.body) == (202, {"client_id": zoe})
    for path in (f"/clients/{zoe}", f"/clients/{zoe}/chart"):
        assert (await it.get(path)).status == 404
    for path, body in (
        (f"/clients/{zoe}/sessions", session()),
        (f"/clients/{zoe}/exercises", {"date": "2026-03-02", "regions": ["neck"], "minutes": 5}),
        (f"/clients/{zoe}/outcomes", {"measure": "sleep", "value": 1}),
        (f"/sessions/{one}/amendments", {"pain_after": 1, "reason": "other"}),
        (f"/sessions/{one}/withdraw", {"reason": "other"}),
    ):
        assert (await it.post(path, body)).status == 404, path
    assert (await it.patch(f"/clients/{zoe}", {"name": "Zoë again"})).status == 404
    found = (await it.post("/clients/search", {"q": "zoe"})).body["clients"]
    assert [person["client_id"] for person in found] == [other]
    assert await answer_contact(it.service, AskContact(client_id=UUID(zoe))) is None


async def test_erasing_twice_erases_once(it: It, zoe: str) -> None:
    assert [(await it.delete(f"/clients/{zoe}")).status for _ in range(2)] == [202, 202]
    rows = await it.service.store.fetch("select from event where type = 'ClientErased'")
    assert len(rows) == 1
    assert (await it.delete(f"/clients/{uuid4()}")).status == 404


async def test_erasure_reaches_the_read_models_also_when_they_are_made_again(it: It, zoe: str) -> None:
    other = await register(it, "Other")
    for person in (zoe, other):
        await it.post(f"/clients/{person}/sessions", session())
    await it.delete(f"/clients/{zoe}")
    for _ in range(2):
        rows = await it.service.store.fetch("select client_id from session")
        assert [str(row["client_id"]) for row in rows] == [other]
        await rebuild(it.service)


async def test_an_old_copy_of_the_key_opens_nothing_once_the_sweep_is_done(it: It, zoe: str) -> None:
    old_rows, old_file = await it.service.store.fetch(KEYS), file_of(it).read_bytes()
    await it.delete(f"/clients/{zoe}")
    await swept(it)
    new_file = file_of(it).read_bytes()
    assert len(new_file) == 32
    assert new_file != old_file
    await it.service.store.fetch("insert into client_key values ($1, $2, $3)", *old_rows[0].values())
    wrapping = WrappingKeys(file_of(it))
    wrapping.load()
    with pytest.raises(WrappingKeyMissing):
        wrapping.unwrap(old_rows[0]["wrapping_key_id"], old_rows[0]["wrapped"])
    it.service.store.writer.states.clear()
    assert (await it.get(f"/clients/{zoe}")).status == 404
    assert isinstance((await it.service.store.read(client.stream(UUID(zoe))))[1].event, Redacted)


async def test_an_old_key_brought_back_stops_no_sweep_and_no_search(it: It, zoe: str) -> None:
    old_rows = await it.service.store.fetch(KEYS)
    await it.delete(f"/clients/{zoe}")
    await swept(it)
    await it.service.store.fetch("insert into client_key values ($1, $2, $3)", *old_rows[0].values())
    new = await register(it, "New")
    assert (await it.delete(f"/clients/{zoe}")).status == 202
    await swept(it)
    found = await Names(it.service.store).find("new", 9)
    assert [str(entry.client_id) for entry in found] == [new]


async def test_refuses_to_serve_with_the_wrong_wrapping_key(it: It, zoe: str, tmp_path: Path) -> None:
    wrong = WrappingKeys(tmp_path / "wrong.key")
    (tmp_path / "wrong.key").write_bytes(os.urandom(32))
    wrong.load()
    with pytest.raises(WrappingKeyMissing, match="not the file"):
        await check_fit(it.service.store, wrong)
    (tmp_path / "wrong.key").write_bytes(file_of(it).read_bytes())
    wrong.load()
    await check_fit(it.service.store, wrong)


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
        assert await _none_condemned(it), steps
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
