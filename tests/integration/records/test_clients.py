"""Clients over HTTP: registered, found, changed, and what bad input gets."""

from typing import Any
from uuid import uuid4

import pytest

from services.records.queries import answer_contact
from shared.questions.records import AskContact, Contact
from tests.harness import It

from .conftest import PERSON


async def test_registers_a_client_and_shows_the_details_in_their_stored_form(it: It, zoe: str) -> None:
    answer = await it.get(f"/clients/{zoe}", role="front_desk")
    assert answer.body.pop("agreements").keys() == {"email", "sms"}
    assert answer.body == {
        "client_id": zoe,
        "name": "Zoë O’Brien-Lopez",
        "email": "Zoe@example.com",
        "phone": "+12125550147",
        "birth_date": None,
        "timezone": "America/Chicago",
        "language": "en",
        "consents": {"email": True, "sms": False},
    }


async def test_the_same_request_registers_one_client(it: It) -> None:
    first = await it.post("/clients", PERSON, key="one")
    again = await it.post("/clients", PERSON, key="one")
    assert (again.status, again.body) == (201, first.body)
    assert len((await it.get("/clients")).body["clients"]) == 1
    other = await it.post("/clients", PERSON | {"name": "Another"}, key="one")
    assert (other.status, other.body["field"]) == (422, "Idempotency-Key")


BAD_DETAILS: list[tuple[dict[str, Any], str]] = [
    ({"name": None}, "name"),
    ({"name": "  "}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "Zoë\nBcc: all@example.com"}, "name"),
    ({"name": "Zo\u0000"}, "name"),
    ({"name": "Zoë\u2028O"}, "name"),
    ({"email": "zoe@"}, "email"),
    ({"email": "a@example.com, b@example.com"}, "email"),
    ({"phone": "555"}, "phone"),
    ({"phone": "call me"}, "phone"),
    ({"phone": "1" * 5000}, "phone"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"timezone": "../etc/passwd"}, "timezone"),
    ({"language": "in english"}, "language"),
    ({"birth_date": "2026-03-03"}, "birth_date"),
    ({"birth_date": "3 May"}, "birth_date"),
    ({"consents": {"fax": True}}, "consents.fax"),
    ({"consents": {"email": "yes"}}, "consents.email"),
    ({"nickname": "Z"}, "nickname"),
]


async def test_refuses_details_that_cannot_be(it: It, zoe: str) -> None:
    for changes, field in BAD_DETAILS:
        for answer in (await it.post("/clients", PERSON | changes), await it.patch(f"/clients/{zoe}", changes)):
            assert (answer.status, answer.body["type"]) == (422, "/problems/malformed"), changes
            assert answer.body["field"] == field, changes
            assert answer.body["detail"].endswith("."), changes
    assert len((await it.get("/clients")).body["clients"]) == 1
    assert (await it.get(f"/clients/{zoe}")).body["name"] == PERSON["name"]


async def test_a_name_is_required(it: It) -> None:
    answer = await it.post("/clients", {"email": "zoe@example.com"})
    assert (answer.status, answer.body["field"]) == (422, "name")


async def test_changes_what_is_named_clears_null_and_keeps_the_rest(it: It, zoe: str) -> None:
    changes = {"phone": None, "language": "es-MX", "consents": {"sms": True}, "birth_date": "1970-05-01"}
    answer = await it.patch(f"/clients/{zoe}", changes, role="front_desk")
    assert answer.status == 200
    assert answer.body == (await it.get(f"/clients/{zoe}")).body
    shown = {name: answer.body[name] for name in ("email", "phone", "language", "consents", "birth_date")}
    assert shown == {
        "email": "Zoe@example.com",
        "phone": None,
        "language": "es-MX",
        "consents": {"email": True, "sms": True},
        "birth_date": "1970-05-01",
    }


async def test_finds_a_client_by_name_phone_or_email(it: It, zoe: str) -> None:
    await it.post("/clients", {"name": "Somebody Else", "phone": "+442079460018", "email": "else@example.org"})
    names = ("zoe", "ZOË", "obrien", "o'br", "lop zo", "Lopez, Zoë")
    for q in (*names, "212 555", "0147", "+1 (212) 555-0147", "zoe@exam"):
        answer = await it.post("/clients/search", {"q": q}, role="front_desk")
        assert [found["client_id"] for found in answer.body["clients"]] == [zoe], q


async def test_finds_nobody_who_does_not_fit(it: It, zoe: str) -> None:
    for q in ("brie", "zoe smith", "99", "999 999", "@example.com", "-", "opez"):
        assert (await it.post("/clients/search", {"q": q})).body == {"clients": []}, q


async def test_follows_a_change_of_name_at_once(it: It, zoe: str) -> None:
    await it.post("/clients/search", {"q": "zoe"})
    await it.patch(f"/clients/{zoe}", {"name": "Łucja Nowak"})
    assert (await it.post("/clients/search", {"q": "zoe"})).body["clients"] == []
    found = (await it.post("/clients/search", {"q": "lucja"})).body["clients"]
    assert [client["name"] for client in found] == ["Łucja Nowak"]


async def test_a_search_asks_for_something(it: It) -> None:
    assert (await it.post("/clients/search", {"q": "  "})).body["field"] == "q"


async def test_lists_clients_page_by_page(it: It) -> None:
    made = [(await it.post("/clients", {"name": f"Client {n}"})).body["client_id"] for n in range(5)]
    first = (await it.get("/clients?limit=3")).body
    second = (await it.get(f"/clients?limit=3&cursor={first['next_cursor']}")).body
    assert [client["client_id"] for client in first["clients"] + second["clients"]] == made
    assert "next_cursor" not in second
    assert len((await it.get("/clients?limit=100000")).body["clients"]) == 5


async def test_tells_notify_how_to_reach_a_client(it: It, zoe: str) -> None:
    assert await answer_contact(it.service, AskContact(client_id=zoe)) == Contact(
        name="Zoë O’Brien-Lopez",
        email="Zoe@example.com",
        phone="+12125550147",
        timezone="America/Chicago",
        consents={"email": True, "sms": False},
    )
    assert await answer_contact(it.service, AskContact(client_id=uuid4())) is None


async def test_nobody_has_an_unknown_id(it: It) -> None:
    for path in (f"/clients/{uuid4()}", "/clients/nobody", f"/clients/{uuid4()}/chart"):
        assert (await it.get(path)).status == 404


ROLES = {"owner", "front_desk", "therapist", "client"}
ALLOWED: list[tuple[str, str, set[str]]] = [
    ("GET", "/clients/{id}", ROLES),
    ("PATCH", "/clients/{id}", ROLES - {"client"}),
    ("GET", "/clients", ROLES - {"client"}),
    ("POST", "/clients/search", ROLES - {"client"}),
    ("GET", "/clients/{id}/chart", {"owner", "therapist"}),
    ("POST", "/clients/{id}/sessions", {"owner", "therapist"}),
    ("POST", "/clients/{id}/screenings", {"owner", "therapist"}),
    ("POST", "/clients/{id}/outcomes", {"owner", "therapist"}),
    ("POST", "/clients/{id}/exercises", {"owner", "therapist", "client"}),
    ("DELETE", "/clients/{id}", {"owner"}),
]


async def test_each_role_does_what_is_its_own(it: It, zoe: str) -> None:
    for method, path, allowed in ALLOWED:
        for role in sorted(ROLES):
            client = zoe if role == "client" else None
            answer = await it.ask(method, path.replace("{id}", zoe), {}, role=role, client_id=client)
            assert (answer.status != 403) == (role in allowed), (method, path, role)


async def test_a_client_reads_nobody_else(it: It, zoe: str) -> None:
    assert (await it.get(f"/clients/{zoe}", role="client", client_id=uuid4())).status == 403


async def test_the_export_is_announced_and_not_served_yet(it: It, zoe: str) -> None:
    assert (await it.get(f"/clients/{zoe}/export?format=fhir")).status == 501


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Sinéad O'Connor", ("O´Connor", "O‘Connor", "o`connor", "oconnor")),
        ("Peg O´Hara", ("O'Hara", "ohara")),
        ("Keʻala Kahele", ("Keala", "Ke'ala", "Keʻala")),
        ("陳秉元", ("秉元", "陳", "陳秉元")),
        ("김민준", ("민준", "김민준")),
        ("山田 太郎", ("山田太郎", "太郎", "太郎 山田")),
    ],
)
async def test_finds_a_name_however_it_is_typed(it: It, name: str, asked: tuple[str, ...]) -> None:
    client_id = (await it.post("/clients", {"name": name})).body["client_id"]
    await it.post("/clients", {"name": "Conny Kehl"})
    for q in asked:
        answer = await it.post("/clients/search", {"q": q})
        assert [found["client_id"] for found in answer.body["clients"]] == [client_id], q
