"""What is no name, address, number, day or list is refused with its field; what is one is stored so that it works."""

from typing import Any

import pytest

from tests.harness import It, running_one

from .conftest import NOW, PERSON, chart, session

SHY = "\u200b"
TURNED = "\u202e"

BAD_DETAILS: list[tuple[dict[str, Any], str]] = [
    ({"name": SHY}, "name"),
    ({"name": "\u2060\ufeff"}, "name"),
    ({"name": f"Ann {TURNED}eman"}, "name"),
    ({"name": "Ann\u2066"}, "name"),
    ({"name": "Ann\u0085"}, "name"),
    ({"name": "Ann\n"}, "name"),
    ({"email": "josé@example.com"}, "email"),
    ({"email": "zoe@example.com\n"}, "email"),
    ({"email": "zoe@example.com\u0000"}, "email"),
    ({"email": '"a b"@example.com'}, "email"),
    ({"phone": "(212) 555-0134 x136"}, "phone"),
    ({"phone": "212 555 0134;ext=5"}, "phone"),
    ({"phone": "555-0134"}, "phone"),
    ({"phone": "0301234567"}, "phone"),
    ({"phone": "1-800-FLOWERS"}, "phone"),
    ({"timezone": "localtime"}, "timezone"),
    ({"timezone": "Factory"}, "timezone"),
    ({"timezone": "posix/Europe/Berlin"}, "timezone"),
    ({"timezone": "right/Europe/Berlin"}, "timezone"),
    ({"timezone": "America/New_York\n"}, "timezone"),
    ({"language": "en\n"}, "language"),
    ({"language": "e١"}, "language"),
    ({"birth_date": "0001-01-01"}, "birth_date"),
    ({"birth_date": "1899-12-31"}, "birth_date"),
    ({"birth_date": "9999-12-31"}, "birth_date"),
]


async def test_what_cannot_be_is_refused_with_its_field(it: It, zoe: str) -> None:
    before = (await it.get(f"/clients/{zoe}")).body
    for changes, field in BAD_DETAILS:
        for answer in (await it.post("/clients", PERSON | changes), await it.patch(f"/clients/{zoe}", changes)):
            assert (answer.status, answer.body["field"]) == (422, field), changes
            assert answer.body["detail"].endswith(".")
            assert "regex" not in answer.body["detail"]
    assert (await it.get(f"/clients/{zoe}")).body == before


async def test_a_domain_beyond_ascii_is_stored_as_it_is_read(it: It, zoe: str) -> None:
    for given in ("p@müller.com", "p@xn--mller-kva.com"):
        answer = await it.patch(f"/clients/{zoe}", {"email": given})
        assert (answer.status, answer.body["email"]) == (200, "p@müller.com")


NUMBERS: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "(212) 555-0134", "+12125550134"),
    ({}, "0049 171 5550123", "+491715550123"),
    ({}, "011 49 171 5550123", "+491715550123"),
    ({"country": "DE"}, "0171 5550123", "+491715550123"),
    ({"country": "DE"}, "0049 30 1234567", "+49301234567"),
    ({"holidays": {"country": "DE"}}, "030 1234567", "+49301234567"),
    ({"zone": "Europe/Berlin"}, "030 1234567", "+49301234567"),
    ({"zone": "Australia/Adelaide"}, "08 8123 4567", "+61881234567"),
    ({"zone": "Asia/Calcutta"}, "098 1234 5678", "+919812345678"),
    ({"zone": "UTC"}, "030 1234567", None),
    ({"zone": "UTC"}, "+49 (0)30 1234567", "+49301234567"),
]


@pytest.mark.parametrize(("settings", "given", "stored"), NUMBERS)
async def test_a_number_is_read_as_one_of_the_practices_country(
    settings: dict[str, Any], given: str, stored: str | None
) -> None:
    async with running_one("records", now=NOW, settings=settings) as it:
        answer = await it.post("/clients", {"name": "Ann", "phone": given})
        assert answer.status == (201 if stored else 422), answer.body
        if stored:
            client = answer.body["client_id"]
            assert (await it.get(f"/clients/{client}")).body["phone"] == stored
            found = (await it.post("/clients/search", {"q": given})).body["clients"]
            assert [one["client_id"] for one in found] == [client]


async def test_finds_a_number_by_its_national_form(it: It) -> None:
    client = (await it.post("/clients", {"name": "Ann", "phone": "+491715550123"})).body["client_id"]
    for q in ("0171 5550123", "0049 171", "+49 171 555", "٥٥٥٠١٢٣"):
        found = (await it.post("/clients/search", {"q": q})).body["clients"]
        assert [one["client_id"] for one in found] == [client], q


REGION = {"region": "neck", "minutes": 8}
BAD_SESSIONS: list[tuple[dict[str, Any], str]] = [
    ({"ended_at": "2026-03-02T14:00:00Z"}, "ended_at"),
    ({"started_at": "2026-02-28T13:00:00Z"}, "ended_at"),
    ({"started_at": "0001-01-01T00:00:00+23:59"}, "started_at"),
    ({"started_at": "1899-12-31T23:00:00Z"}, "started_at"),
    ({"ended_at": "9999-12-31T23:59:59-23:59"}, "ended_at"),
    ({"regions": [REGION] * 61}, "regions"),
    ({"regions": [REGION | {"techniques": ["kneading"] * 19}]}, "regions[0].techniques"),
    ({"regions": [REGION | {"side": "left\n"}]}, "regions[0].side"),
    ({"tender_points": ["knee_left"] * 19}, "tender_points"),
    ({"note": {"subjective": "a\u0000b"}}, "note.subjective"),
    ({"note": {"plan": "x" * 20_001}}, "note.plan"),
]


async def test_nonsense_is_no_session(it: It, zoe: str) -> None:
    made = (await it.post(f"/clients/{zoe}/sessions", session())).body["session_id"]
    for changes, field in BAD_SESSIONS:
        refused = await it.post(f"/clients/{zoe}/sessions", session(**changes))
        assert (refused.status, refused.body["field"]) == (422, field)
        answer = await it.post(f"/sessions/{made}/amendments", {"reason": "entered_in_error", **changes})
        assert answer.status == 422, changes
    assert len((await chart(it, zoe))["sessions"]) == 1


DOUBTS = [
    ("2026-03-02T05:00:00Z", "2026-03-02T15:00:00Z", ["over_8_hours"]),
    ("2026-03-02T14:59:00Z", "2026-03-02T15:00:00Z", ["under_5_minutes"]),
    ("1950-03-02T14:00:00Z", "1950-03-02T15:00:00Z", ["before_birth"]),
    ("2026-03-02T14:00:00Z", "2026-03-02T15:00:00Z", []),
]


async def test_a_fact_that_is_unlikely_is_recorded_and_flagged(it: It, zoe: str) -> None:
    await it.patch(f"/clients/{zoe}", {"birth_date": "1970-05-01"})
    for began, ended, doubts in DOUBTS:
        made = (await it.post(f"/clients/{zoe}/sessions", session(started_at=began, ended_at=ended))).body["session_id"]
        [seen] = [one for one in (await chart(it, zoe))["sessions"] if one["session_id"] == made]
        assert seen["doubts"] == doubts


BAD_FACTS: list[tuple[str, dict[str, Any], str]] = [
    ("exercises", {"date": "0001-01-01", "regions": ["neck"], "minutes": 5}, "date"),
    ("exercises", {"date": "9999-12-31", "regions": ["neck"], "minutes": 5}, "date"),
    ("exercises", {"date": "2026-03-01", "regions": ["neck"] * 7, "minutes": 5}, "regions"),
    ("outcomes", {"measure": "sleep", "value": 5, "measured_on": "0001-01-01"}, "measured_on"),
    ("screenings", {"answers": {}, "tender_points": ["knee_left"] * 19, "pain": 5}, "tender_points"),
    ("screenings", {"answers": {"companions": ["tears"] * 15}, "tender_points": [], "pain": 5}, "answers.companions"),
]


async def test_what_is_out_of_all_bounds_is_refused(it: It, zoe: str) -> None:
    for what, given, field in BAD_FACTS:
        answer = await it.post(f"/clients/{zoe}/{what}", given)
        assert (answer.status, answer.body["field"]) == (422, field), given


async def test_what_is_named_twice_is_kept_once(it: It, zoe: str) -> None:
    twice = {"date": "2026-03-01", "regions": ["neck", "neck"], "minutes": 5}
    await it.post(f"/clients/{zoe}/exercises", twice)
    regions = [REGION | {"techniques": ["kneading", "kneading"]}]
    await it.post(f"/clients/{zoe}/sessions", session(regions=regions))
    seen = await chart(it, zoe)
    assert seen["exercises"][0]["regions"] == ["neck"]
    assert seen["sessions"][0]["regions"][0]["techniques"] == ["kneading"]


async def test_a_page_holds_at_least_one(it: It) -> None:
    for limit in ("0", "-1", "1٠0", "x", "1.5", ""):
        assert (await it.get(f"/clients?limit={limit}")).status == 422, limit


async def test_a_page_that_is_too_long_is_cut(it: It, zoe: str) -> None:
    assert (await it.get("/clients?limit=99999999999999999999")).status == 200
