"""After erasure every route of every service answers as for an id nobody ever had, to staff and to the client."""

import importlib
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.http.routes import Missing, Plain
from tests.harness import Answer, It, practice
from tests.integration.records.conftest import session
from tests.integration.scheduling.conftest import Desk

SERVICES = ("records", "protocol", "scheduling", "notify")
NOW = "2026-03-02T14:00:00Z"
OURS = ("client_id", "course_id", "appointment_id", "session_id", "waitlist_id", "hold_id", "message_id")
"""Ids of the client, or of what was theirs."""
DAY = "2026-03-04"
FREED = "2026-03-05T15:00:00Z"

# A body, or a query, that is well formed, for each route that takes one. A new route has to be entered here.
GIVEN: dict[str, dict[str, Any]] = {
    "PATCH /clients/{client_id}": {"name": "Somebody"},
    "POST /clients/{client_id}/screenings": {"answers": {}, "tender_points": [], "pain": 3},
    "POST /clients/{client_id}/sessions": session(),
    "POST /sessions/{session_id}/amendments": {"reason": "other", "pain_after": 1},
    "POST /sessions/{session_id}/withdraw": {"reason": "other"},
    "POST /clients/{client_id}/exercises": {"date": "2026-03-02", "regions": ["neck"], "minutes": 5},
    "POST /clients/{client_id}/outcomes": {"measure": "sleep", "value": 1},
    "POST /courses/{course_id}/check": {"dates": [DAY]},
    "POST /courses/{course_id}/overrides": {"rule": "min_gap", "date": DAY, "reason": "other"},
    "POST /courses/{course_id}/pause": {"from": DAY, "reason": "other"},
    "POST /courses/{course_id}/resume": {},
    "POST /courses/{course_id}/close": {"reason": "other"},
    "POST /courses/{course_id}/reopen": {},
    "POST /courses/{course_id}/lapse": {"decision": "continue"},
    "POST /appointments/{appointment_id}/move": {"starts_at": FREED},
    "POST /appointments/{appointment_id}/cancel": {"reason": "other"},
    "POST /appointments/{appointment_id}/arrive": {},
    "POST /appointments/{appointment_id}/miss": {},
    "POST /appointments/{appointment_id}/undo": {},
    "GET /appointments/{appointment_id}/slots": {"from": DAY, "to": "2026-03-06"},
    "POST /courses/{course_id}/reflow": {},
    "POST /clients/{client_id}/calendar-key": {},
    "GET /clients/{client_id}/calendar.ics": {"key": "guess"},
    "POST /waitlist/{waitlist_id}/accept": {},
    "POST /waitlist/{waitlist_id}/decline": {},
    "PUT /courses/{course_id}/rolling": {"weekday": "wed", "time": "10:00", "minutes": 60},
    "POST /courses/{course_id}/stepped-over/{day}/book": {},
    "POST /courses/{course_id}/stepped-over/{day}/leave": {},
    "PUT /clients/{client_id}/preferences": {},
}
NOT_SERVED = {"GET /clients/{client_id}/export"}
AGAIN = {"DELETE /clients/{client_id}"}
"""Erasing twice is erasing once: the owner whose request got no answer may ask again."""


def routes() -> list[tuple[str, Any]]:
    found = [(name, one) for name in SERVICES for one in importlib.import_module(f"services.{name}.api").ROUTES]
    return [(name, one) for name, one in found if set(re.findall(r"{(\w+)}", one.path)) & set(OURS)]


class Past:
    """A client with all that a client can have, who was erased."""

    def __init__(self, group: dict[str, It]) -> None:
        self.group = group
        self.desk = Desk(group["scheduling"], group["records"], group["protocol"])
        self.ids: dict[str, str] = {"day": "2026-03-18", "digest": "0" * 16}
        self.key = ""

    async def live(self) -> None:
        desk, ids = await self.desk.set_up(), self.ids
        desk.client_id = await desk.register()
        body = {"client_id": desk.client_id, "protocol": "fibromyalgia", "starts_on": "2025-09-01"}
        before = {"sessions_before": 30, "last_session_on": "2026-01-20"}
        desk.course_id = (await desk.protocol.post("/courses", body | before)).body["course_id"]
        ids |= {"client_id": desk.client_id, "course_id": desk.course_id}
        noted = await desk.records.post(f"/clients/{desk.client_id}/sessions", session(course_id=desk.course_id))
        ids["session_id"] = noted.body["session_id"]
        await desk.it.settled()
        ids["appointment_id"] = (await desk.booked("2026-03-11T14:00:00Z"))[0]
        closed = {"from": "2026-03-18T04:00:00Z", "to": "2026-03-19T04:00:00Z", "reason": "other"}
        await desk.it.post("/closures", closed)
        rhythm = {"weekday": "wed", "time": "10:00", "therapist_id": desk.therapists[0], "minutes": 60}
        assert (await desk.it.put(f"/courses/{desk.course_id}/rolling", rhythm)).status == 200
        held = {"client_id": desk.client_id, "course_id": desk.course_id, "sessions": 1, "minutes": 60}
        ids["hold_id"] = (await desk.it.post("/proposals?hold=10m", held)).body["hold_id"]
        waits = await desk.it.post("/waitlist", {"client_id": desk.client_id, "minutes": 60})
        ids["waitlist_id"] = waits.body["waitlist_id"]
        self.key = (await desk.it.post(f"/clients/{desk.client_id}/calendar-key", {})).body["key"]
        await self.group["notify"].move_clock("2026-03-03T14:00:00Z")
        told = (await self.group["notify"].get(f"/clients/{desk.client_id}/messages")).body["messages"]
        ids["message_id"] = told[0]["message_id"]

    async def erase(self) -> None:
        assert (await self.desk.records.delete(f"/clients/{self.desk.client_id}")).status == 202
        await self.desk.it.settled()


@pytest.fixture
async def past() -> AsyncIterator[Past]:
    async with practice(*SERVICES, now=NOW) as group:
        past = Past(group)
        await past.live()
        yield past


async def asked(it: It, one: Any, ids: dict[str, str], role: str) -> Answer:
    name = f"{one.method} {one.path}"
    path = one.path.format_map(ids)
    takes = getattr(one, "takes", None)
    given = GIVEN[name] if takes or name in GIVEN else {}
    if not takes:
        path += "?" + "&".join(f"{key}={value}" for key, value in given.items()) if given else ""
    client = ids["client_id"] if role == "client" else None
    return await it.ask(one.method, path, given if takes else None, role=role, client_id=client)


def seen(answer: Answer, ids: dict[str, str]) -> tuple[int, str]:
    """The answer without the ids that were asked for."""
    text = str(answer.body)
    for name, value in ids.items():
        if name in OURS:
            text = text.replace(value, name)
    return answer.status, text


async def test_every_route_answers_as_for_an_id_that_nobody_ever_had(past: Past) -> None:
    await past.erase()
    nobody = past.ids | {name: str(uuid4()) for name in OURS}
    for service, one in routes():
        name = f"{one.method} {one.path}"
        roles = ("owner",) if isinstance(one, (Plain, Missing)) else one.roles
        for role in roles:
            erased, unknown = [await asked(past.group[service], one, ids, role) for ids in (past.ids, nobody)]
            if name in AGAIN:
                assert (erased.status, unknown.status) == (202, 404)
                continue
            assert seen(erased, past.ids) == seen(unknown, nobody), (name, role)
            assert unknown.status == (501 if name in NOT_SERVED else 404), (name, role, unknown.body)


async def test_what_names_the_client_in_body_or_query_does_not_know_them_either(past: Past) -> None:
    await past.erase()
    therapist = past.desk.therapists[0]
    visit = {"starts_at": FREED, "minutes": 60, "therapist_id": therapist}
    for ids in (past.ids, {name: str(uuid4()) for name in OURS}):
        who, course = ids["client_id"], ids["course_id"]
        for service, path, body in (
            ("protocol", "/courses", {"client_id": who, "protocol": "fibromyalgia", "starts_on": DAY}),
            ("scheduling", "/proposals", {"client_id": who, "course_id": course, "sessions": 1, "minutes": 60}),
            ("scheduling", "/appointments", {"client_id": who, "appointments": [visit]}),
            ("scheduling", "/appointments", {"client_id": who, "course_id": course, "appointments": [visit]}),
            ("scheduling", "/waitlist", {"client_id": who, "minutes": 60}),
        ):
            assert (await past.group[service].post(path, body)).status == 404, (path, ids is past.ids)
        for service, path in (("protocol", "/courses"), ("scheduling", "/waitlist")):
            assert list((await past.group[service].get(f"{path}?client_id={who}")).body.values()) == [[]]


async def test_no_list_calendar_or_feed_holds_the_client(past: Past) -> None:
    desk = past.desk
    feed = (await desk.it.post(f"/therapists/{desk.therapists[0]}/calendar-key", {})).body["path"]
    feed = feed.removeprefix("/api/scheduling")
    lists = [
        ("records", "/clients"), ("protocol", "/adherence"), ("protocol", "/lapses"), ("scheduling", "/waitlist"),
        ("scheduling", "/stepped-over"), ("scheduling", "/calendar?from=2026-03-01&to=2026-06-01"),
        *(("notify", f"/therapists/{one}/briefings") for one in desk.therapists),
    ]  # fmt: skip
    await past.group["notify"].move_clock("2026-03-11T12:00:00Z")
    before = [str((await past.group[service].get(path)).body) for service, path in lists]
    for path in ("/clients", "/adherence", "/waitlist", "/stepped-over", "/calendar"):
        assert any(past.ids["client_id"] in text for (_, one), text in zip(lists, before, strict=True) if path in one)
    await past.erase()
    for service, path in lists:
        answer = await past.group[service].get(path)
        assert answer.status == 200
        assert not any(past.ids[name] in str(answer.body) for name in OURS if name in past.ids), path
    assert past.ids["appointment_id"].encode() not in (await desk.it.get(feed, role=None)).body
    answer = await desk.it.get(f"/clients/{past.ids['client_id']}/calendar.ics?key={past.key}", role=None)
    assert answer.status == 404
    assert UUID(past.ids["client_id"])
