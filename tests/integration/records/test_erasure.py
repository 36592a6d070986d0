"""Erasure: at once nothing can be read, and soon nothing could be, whatever old copy turns up."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.records.app import check_fit
from services.records.domain import client
from services.records.names import Names
from services.records.queries import answer_contact
from services.records.wrapping import WrappingKeyMissing, WrappingKeys
from shared.messages import Redacted
from shared.questions.records import AskContact
from shared.rebuild import rebuild
from tests.harness import It

from .conftest import KEYS, file_of, register, session, swept


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
