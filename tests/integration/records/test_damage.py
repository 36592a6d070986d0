"""A damaged row takes only itself out of lists and searches: its client gets a clear answer, all others go on."""

import os
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest
from structlog.testing import capture_logs

from services.records.domain import chart, client
from services.records.names import Names
from services.records.queries import answer_contact, answer_screening
from shared.questions.records import AskContact, AskScreening
from shared.rebuild import rebuild
from shared.store.reader import Damaged
from tests.harness import It
from tests.integration.damage import by_hand, position

from .conftest import register, session, swept

SET = "update event set data = $2::text::jsonb where stream = $1 and type = 'DetailsRecorded'"
SET_KEY = "update client_key set wrapped = $2 where client_id = $1"
SWAP = """
update event set data = other.data from event other
 where event.type = 'DetailsRecorded' and other.type = 'DetailsRecorded' and event.stream <> other.stream
       and event.stream = any($1) and other.stream = any($1)
"""
CUT = "update event set data = jsonb_set(data, '{sealed}', to_jsonb(left(data->>'sealed', 24))) where stream = $1"

Damage = Callable[[It, str], Awaitable[None]]


def stored(data: str) -> Damage:
    return lambda it, zoe: by_hand(it, SET, f"client-{zoe}", data)


async def cut(it: It, zoe: str) -> None:
    await by_hand(it, CUT + " and type = 'DetailsRecorded'", f"client-{zoe}")


async def moved(it: It, zoe: str) -> None:
    """The same words at another version: the seal is bound to its row."""
    await by_hand(it, "update event set version = 7 where stream = $1 and version = 2", f"client-{zoe}")


async def another_type(it: It, zoe: str) -> None:
    await by_hand(it, "update event set type = 'DetailsForged' where stream = $1 and version = 2", f"client-{zoe}")


async def plain(it: It, zoe: str) -> None:
    await by_hand(it, SET.replace("DetailsRecorded", "ClientRegistered"), f"client-{zoe}", '{"client_id": "nobody"}')


def key(wrapped: bytes) -> Damage:
    return lambda it, zoe: by_hand(it, SET_KEY, UUID(zoe), wrapped)


async def anothers_key(it: It, zoe: str) -> None:
    sql = """update client_key set (wrapped, wrapping_key_id) = (select wrapped, wrapping_key_id from client_key
              where client_id <> $1 limit 1) where client_id = $1"""
    await by_hand(it, sql, UUID(zoe))


DAMAGES: dict[str, Damage] = {
    "cut off": cut,
    "not base64": stored('{"sealed": "!!!"}'),
    "no envelope": stored('{"name": "Zoë"}'),
    "not even an object": stored("5"),
    "null": stored("null"),
    "empty": stored('{"sealed": ""}'),
    "random": stored(msgspec.json.encode({"sealed": bytes(range(90))}).decode()),
    "moved": moved,
    "of a type nobody knows": another_type,
    "key garbled": key(os.urandom(40)),
    "key cut off": key(b"short"),
    "key empty": key(b""),
    "another client's key": anothers_key,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_client_is_named_and_nobody_else_feels_it(it: It, zoe: str, damage: Damage) -> None:
    others = [await register(it, f"Other {n}") for n in range(3)]
    await it.post(f"/clients/{others[0]}/sessions", session())
    await damage(it, zoe)
    it.service.own.names.__init__(it.service.store)  # as after a start
    with capture_logs() as logs:
        for answer in (await it.get("/clients"), await it.post("/clients/search", {"q": "other"})):
            assert [one["client_id"] for one in answer.body["clients"]] == others
        for path in (f"/clients/{zoe}", f"/clients/{zoe}/chart"):
            answer = await it.get(path)
            assert (answer.status, answer.body["rule"]) == (409, "damaged"), path
            assert "restored from a backup" in answer.body["detail"]
        changed = await it.patch(f"/clients/{zoe}", {"name": "Somebody"})
        assert (changed.status, changed.body["rule"]) == (409, "damaged")
    [told] = [one for one in logs if one["event"] == "record_damaged"]
    assert (told["stream"], told["log_level"]) == (f"client-{zoe}", "error")
    assert isinstance(told["position"], int)
    assert not [one for one in logs if one["event"] == "request_failed"]
    assert len((await it.get(f"/clients/{others[0]}/chart")).body["sessions"]) == 1
    assert await answer_contact(it.service, AskContact(client_id=UUID(others[0])))
    with pytest.raises(Damaged):
        await answer_contact(it.service, AskContact(client_id=UUID(zoe)))
    await rebuild(it.service)
    await it.settled()


async def test_two_rows_swapped_are_two_damaged_rows(it: It, zoe: str) -> None:
    ann, ben = [await register(it, name) for name in ("Ann", "Ben")]
    await by_hand(it, SWAP, [f"client-{one}" for one in (zoe, ann)])
    found = await Names(it.service.store).all(None, 9)
    assert [str(one.client_id) for one in found] == [ben]


async def test_who_is_restored_is_found_again_without_a_restart(it: It, zoe: str) -> None:
    [whole] = await it.service.store.fetch("select data::text from event where type = 'DetailsRecorded'")
    names = Names(it.service.store)
    await stored('{"sealed": ""}')(it, zoe)
    assert await names.all(None, 9) == []
    await by_hand(it, SET, f"client-{zoe}", whole["data"])
    assert [str(one.client_id) for one in await names.all(None, 9)] == [zoe]
    assert (await it.get(f"/clients/{zoe}")).status == 200


async def test_a_damaged_note_leaves_the_contact_data_readable(it: It, zoe: str) -> None:
    await it.post(f"/clients/{zoe}/sessions", session())
    at = await position(it, chart.stream(UUID(zoe)), "SessionNoted")
    await by_hand(it, """update event set data = '{"sealed": ""}' where position = $1""", at)
    assert (await it.get(f"/clients/{zoe}")).status == 200
    for answer in (await it.get(f"/clients/{zoe}/chart"), await it.post(f"/clients/{zoe}/sessions", session())):
        assert (answer.status, answer.body["rule"]) == (409, "damaged")
        assert str(at) in answer.body["detail"]
    with pytest.raises(Damaged):
        await answer_screening(it.service, AskScreening(client_id=UUID(zoe)))


@pytest.mark.parametrize("damage", [*DAMAGES.values(), plain], ids=[*DAMAGES, "a plain event"])
async def test_a_damaged_client_can_be_erased(it: It, zoe: str, damage: Damage) -> None:
    await register(it, "Other")
    await it.post(f"/clients/{zoe}/sessions", session())
    at = await position(it, chart.stream(UUID(zoe)), "SessionCompleted")
    await by_hand(it, """update event set data = '{"client_id": 5}' where position = $1""", at)
    await damage(it, zoe)
    assert (await it.delete(f"/clients/{zoe}")).status == 202
    await swept(it)
    for table in ("session", "client_key"):
        assert not await it.service.store.fetch(f"select from {table} where client_id = $1", UUID(zoe))
    await rebuild(it.service)
    assert not await it.service.store.fetch("select from session where client_id = $1", UUID(zoe))
    it.service.store.writer.states.clear()
    assert (await it.get(f"/clients/{zoe}")).status == 404


async def test_a_damaged_key_keeps_the_key_that_may_open_it_until_an_operator_has_seen_to_it(it: It, zoe: str) -> None:
    [whole] = await it.service.store.fetch("select wrapped from client_key where client_id = $1", UUID(zoe))
    other = await register(it, "Other")
    await key(os.urandom(40))(it, zoe)
    with capture_logs() as logs:
        assert (await it.delete(f"/clients/{other}")).status == 202
        while not (told := [one for one in logs if one["event"] == "client_key_damaged"]):
            await it.settled()
    assert told[0]["client_id"] == zoe
    await key(whole["wrapped"])(it, zoe)
    it.service.own.sweeping.due()
    await swept(it)
    assert (await it.get(f"/clients/{zoe}")).status == 200
    assert client.stream(UUID(zoe))
