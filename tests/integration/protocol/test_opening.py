"""Protocols, and opening a course of one."""

import asyncio
from uuid import uuid4

from tests.harness import running_one
from tests.integration.protocol.conftest import House


async def test_protocols_are_listed_and_shown_with_sources(house: House):
    listed = (await house.it.get("/protocols")).body["protocols"]
    assert [one["id"] for one in listed] == [
        "als_support", "fibromyalgia", "neuromuscular_maintenance", "post_event_sports", "pre_event_sports",
    ]  # fmt: skip
    shown = await house.it.get("/protocols/als_support")
    assert shown.body["label"].startswith("Single case, uncontrolled")
    assert shown.body["sources"]
    assert (await house.it.get("/protocols/reiki")).status == 404


async def test_a_course_starts_in_series_1(house: House):
    found = await house.course()
    assert found["phase"] == {"kind": "series", "number": 1, "sessions": 10, "done": 0}
    assert (found["status"], found["sessions_completed"], found["next_ordinal"]) == ("series", 0, 1)
    assert (found["break"], found["slips"], found["deviations"]) == (None, 0, [])
    assert found["exercise"] | {"regions": {}} == {"cleared": False, "per_week": 0, "weeks": [], "regions": {}}
    assert (found["client_id"], found["course_id"]) == (house.client_id, house.course_id)


async def test_a_second_open_course_of_the_protocol_is_refused_until_the_first_is_closed(house: House):
    refused = await house.open_course()
    assert (refused.status, refused.body["rule"]) == (409, "course_already_open")
    assert (await house.open_course(protocol="als_support")).status == 201
    assert (await house.post("close", {"reason": "moved_away"})).body["status"] == "closed"
    assert (await house.open_course()).status == 201
    reopened = await house.post("reopen", {})
    assert (reopened.status, reopened.body["rule"]) == (409, "course_already_open")
    listed = await house.it.get(f"/courses?client_id={house.client_id}")
    assert len(listed.body["courses"]) == 3


async def test_of_two_asked_for_at_once_one_is_opened(house: House):
    house.client_id = await house.register()
    both = await asyncio.gather(house.open_course(), house.open_course())
    assert sorted(answer.status for answer in both) == [201, 409]


async def test_the_same_key_opens_one_course(house: House):
    body = {"client_id": await house.register(), "protocol": "fibromyalgia", "starts_on": "2026-01-05"}
    first = await house.it.post("/courses", body, key="k")
    again = await house.it.post("/courses", body, key="k")
    assert (first.status, first.body) == (again.status, again.body)
    other = await house.it.post("/courses", body | {"starts_on": "2026-01-12"}, key="k")
    assert other.status == 422


BAD_OPENINGS: list[tuple[dict[str, object], str]] = [
    ({"protocol": "reiki"}, "protocol"),
    ({"starts_on": "soon"}, "starts_on"),
    ({"starts_on": "9999-12-31"}, "starts_on"),
    ({"sessions_before": 3}, "last_session_on"),
    ({"sessions_before": -1}, "sessions_before"),
    ({"last_session_on": "2026-01-02"}, "sessions_before"),
    ({"sessions_before": 3, "last_session_on": "2026-02-02"}, "last_session_on"),
    ({"protocol": "als_support", "sessions_before": 18, "last_session_on": "2026-01-02"}, "sessions_before"),
    ({"event_at": "2026-03-02T10:00:00"}, "event_at"),
    ({"event_at": "2026-03-02T15:00:00Z"}, "event_at"),
    ({"protocol": "pre_event_sports"}, "event_at"),
    ({"protocol": "pre_event_sports", "event_at": "2026-01-04T15:00:00Z"}, "event_at"),
    ({"protocol": "pre_event_sports", "event_at": "2026-01-05T05:30:00Z"}, "event_at"),
]


async def test_a_course_that_cannot_be_names_the_field(house: House):
    for wrong, field in BAD_OPENINGS:
        answer = await house.open_course(**wrong)
        assert (answer.status, answer.body["field"]) == (422, field), answer.body


async def test_an_event_of_this_morning_will_do_as_its_session_may_be_written_down_late(house: House):
    opened = await house.open_course(protocol="pre_event_sports", event_at="2026-01-05T13:00:00Z")
    assert opened.status == 201


async def test_an_unknown_field_is_422_and_an_unknown_client_404(house: House):
    assert (await house.open_course(price=3)).status == 422
    assert (await house.open_course(client_id=str(uuid4()))).status == 404
    assert (await house.it.get("/courses")).status == 422
    assert (await house.it.get(f"/courses/{uuid4()}")).status == 404
    assert (await house.it.get("/courses/nonsense")).status == 404


async def test_a_course_taken_over_in_its_break(house: House):
    house.client_id = await house.register()
    opened = await house.open_course(sessions_before=15, last_session_on="2026-01-02")
    house.course_id = opened.body["course_id"]
    found = await house.course()
    assert (found["status"], found["next_ordinal"]) == ("break", 16)
    assert found["break"] == {"started_on": "2026-01-02", "first_day": "2026-01-16"}
    assert [one["rule"] for one in await house.check("2026-01-15", "2026-01-16") if not one["allowed"]] == ["break"]
    assert found["exercise"]["cleared"]


async def test_records_away_is_503_and_nothing_is_stored():
    async with running_one("protocol") as alone:
        client_id = str(uuid4())
        body = {"client_id": client_id, "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        answer = await alone.post("/courses", body)
        assert (answer.status, "Retry-After" in answer.headers) == (503, True)
        assert (await alone.get(f"/courses?client_id={client_id}")).body["courses"] == []
