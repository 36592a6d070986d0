"""The seal: bound to its row, opened by one key, and a page of cipher to everybody else."""

import subprocess
from asyncio import gather
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from cryptography.exceptions import InvalidTag

from deploy.postgres import binaries
from services.records.domain.client import Details, DetailsRecorded, stream
from services.records.domain.events import SessionNoted
from shared.messages import Redacted
from tests import servers
from tests.harness import It

from .conftest import PERSON, session

MARKER = "Quetzalcoatlina"


def files_under(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_a_name_is_nowhere_at_rest_and_never_on_the_bus(it: It) -> None:
    person = {"name": MARKER, "email": f"{MARKER}@example.com", "consents": {"email": True}}
    zoe = (await it.post("/clients", person, key="k")).body["client_id"]
    note = {"subjective": f"{MARKER} slept badly"}
    one = (await it.post(f"/clients/{zoe}/sessions", session(note=note), key="k2")).body["session_id"]
    explained = {"reason": "other", "explanation": f"{MARKER} said so", "pain_after": 1}
    await it.post(f"/sessions/{one}/amendments", explained)
    await it.post("/clients/search", {"q": MARKER})
    await it.settled()
    dump = [binaries() / "pg_dump", it.service.config.owner_database]
    texts = {
        "dump": subprocess.run(dump, check=True, capture_output=True).stdout,  # noqa: ASYNC221, S603 - a test may wait
        "bus": files_under(it.service.config.wrapping_key.parent.parent),
        "cluster": files_under((await servers._open_session()).folder),
    }
    for where, text in texts.items():
        assert zoe.encode() in text or UUID(zoe).bytes in text, f"nothing of ours in the {where}: what did we search?"
        assert MARKER.lower().encode() not in text.lower(), where


async def test_a_row_moved_elsewhere_does_not_open(it: It, zoe: str) -> None:
    codec, client_id = it.service.definition.codec, UUID(zoe)
    event = SessionNoted(client_id=client_id, session_id=client_id, plan="rest")
    connection = await it.service.store.connect()
    await codec.prepare(connection, {client_id})
    await connection.close()
    data = codec.encode(event, stream="chart-1", version=2, client_id=client_id)
    assert codec.decode(data, SessionNoted, "chart-1", 2, client_id) == event
    for cls, name, version in (
        (SessionNoted, "chart-1", 3),
        (SessionNoted, "chart-2", 2),
        (DetailsRecorded, "chart-1", 2),
    ):
        with pytest.raises(InvalidTag):
            codec.decode(data, cls, name, version, client_id)


async def test_two_seals_of_one_event_do_not_look_alike(it: It, zoe: str) -> None:
    codec, client_id = it.service.definition.codec, UUID(zoe)
    event = DetailsRecorded(client_id=client_id, details=Details(name="Zoë"))
    connection = await it.service.store.connect()
    await codec.prepare(connection, {client_id})
    await connection.close()
    seals = {codec.encode(event, stream=stream(client_id), version=9, client_id=client_id) for _ in range(2)}
    assert len(seals) == 2
    assert set(msgspec.json.decode(seals.pop())) == {"sealed"}


async def test_nothing_is_sealed_for_a_client_without_a_key(it: It, zoe: str) -> None:
    codec, nobody = it.service.definition.codec, UUID(int=1)
    connection = await it.service.store.connect()
    await codec.prepare(connection, {nobody})
    await connection.close()
    event = DetailsRecorded(client_id=nobody, details=Details(name="Zoë"))
    with pytest.raises(LookupError):
        codec.encode(event, stream=stream(nobody), version=1, client_id=nobody)


async def test_without_the_key_an_event_is_redacted_and_the_client_unknown(it: It, zoe: str) -> None:
    await it.delete(f"/clients/{zoe}")
    events = await it.service.store.read(stream(UUID(zoe)))
    assert [recorded.type for recorded in events] == ["ClientRegistered", "DetailsRecorded", "ClientErased"]
    assert events[1].event == Redacted(type="DetailsRecorded")
    it.service.store.writer.states.clear()
    assert (await it.get(f"/clients/{zoe}")).status == 404


async def test_a_key_that_was_missing_for_a_moment_is_missed_no_longer(it: It, zoe: str) -> None:
    """After a restore the key table is laid over the database when the service may already be asked."""
    keys = await it.service.store.fetch("delete from client_key returning *")
    it.service.store.writer.states.clear()
    assert (await it.get(f"/clients/{zoe}")).status == 404
    for key in keys:
        await it.service.store.fetch("insert into client_key values ($1, $2, $3)", *key.values())
    assert (await it.get(f"/clients/{zoe}")).body["name"] == PERSON["name"]
    assert (await it.patch(f"/clients/{zoe}", {"name": "Zoe"})).status == 200


async def test_many_at_once_get_each_their_own_key(it: It) -> None:
    async def live(n: int) -> None:
        who = (await it.post("/clients", {"name": f"Client {n}"})).body["client_id"]
        noted = session(note={"subjective": f"words of {n}"})
        assert (await it.post(f"/clients/{who}/sessions", noted)).status == 201
        chart, found = await gather(it.get(f"/clients/{who}/chart"), it.post("/clients/search", {"q": f"client {n}"}))
        assert chart.body["sessions"][0]["note"]["subjective"] == f"words of {n}"
        assert who in {person["client_id"] for person in found.body["clients"]}
        if n % 3 == 0:
            assert (await it.delete(f"/clients/{who}")).status == 202
            assert (await it.get(f"/clients/{who}")).status == 404

    await gather(*(live(n) for n in range(60)))
    assert len((await it.get("/clients")).body["clients"]) == 40
