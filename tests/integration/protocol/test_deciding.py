"""Check, override, pause, close: what people decide about a course."""

from typing import Any

from tests.integration.protocol.conftest import House


async def test_check_judges_days_in_their_order(house: House):
    found = await house.check("2026-01-05", "2026-01-06", "2026-01-07")
    assert found[0] == {
        "date": "2026-01-05",
        "ordinal": 1,
        "allowed": True,
        "rule": None,
        "detail": None,
        "earliest": None,
    }
    assert (found[1]["rule"], found[1]["earliest"], found[1]["ordinal"]) == ("min_gap", "2026-01-07", 2)
    assert found[1]["detail"]
    assert (found[2]["allowed"], found[2]["ordinal"]) == (True, 2)


async def test_an_override_allows_its_day_and_names_who_gave_it(house: House):
    body = {"rule": "min_gap", "date": "2026-01-06", "reason": "medical_need"}
    answer = await house.post("overrides", body, role="therapist")
    assert (answer.status, answer.body["course_id"]) == (201, house.course_id)
    assert answer.body["overrides"] == [body | {"granted_by": "therapist:test-therapist"}]
    assert [one["allowed"] for one in await house.check("2026-01-05", "2026-01-06")] == [True, True]
    history = (await house.it.get(f"/courses/{house.course_id}/history")).body["history"]
    assert history[-1]["actor"] == "therapist:test-therapist"
    assert "min gap" in history[-1]["text"]
    refused = await house.post("overrides", body | {"rule": "closed"})
    assert (refused.status, refused.body["rule"]) == (409, "closed")


async def test_a_paused_course_says_so_and_resumes(house: House):
    answer = await house.post("pause", {"from": "2026-01-05", "reason": "client_ill"})
    assert (answer.status, answer.body["status"]) == (200, "paused")
    assert [(one["rule"], one["earliest"]) for one in await house.check("2026-01-12")] == [("paused", None)]
    again = await house.post("pause", {"from": "2026-01-05", "reason": "client_ill"})
    assert (again.status, again.body["rule"]) == (409, "paused")
    assert (await house.post("resume", {})).body["status"] == "series"
    assert (await house.check("2026-01-12"))[0]["allowed"]


async def test_a_closed_course_refuses_until_it_is_reopened(house: House):
    assert (await house.post("close", {"reason": "client_wish"})).body["status"] == "closed"
    assert (await house.check("2026-01-12"))[0]["rule"] == "closed"
    refused = await house.post("pause", {"from": "2026-01-05", "reason": "client_ill"})
    assert (refused.status, refused.body["rule"]) == (409, "closed")
    assert (await house.post("reopen", {})).body["status"] == "series"


BAD_BODIES: list[tuple[str, Any, str]] = [
    ("check", {"dates": "2026-01-05"}, "dates"),
    ("check", {"dates": ["2026-13-05"]}, "dates"),
    ("check", {"dates": ["9999-12-31"]}, "dates"),
    ("check", {}, "dates"),
    ("overrides", {"rule": "mood", "date": "2026-01-05", "reason": "other"}, "rule"),
    ("overrides", {"rule": "break", "date": "2026-01-05", "reason": "because"}, "reason"),
    ("overrides", {"rule": "break", "date": "0001-01-01", "reason": "other"}, "date"),
    ("pause", {"from": "2026-01-05", "to": "2026-01-04", "reason": "other"}, "to"),
    ("pause", {"reason": "other"}, "from"),
    ("close", {"reason": "bored"}, "reason"),
    ("close", {}, "reason"),
    ("lapse", {"decision": "maybe"}, "decision"),
]


async def test_a_body_that_cannot_be_names_the_field(house: House):
    for what, body, field in BAD_BODIES:
        answer = await house.post(what, body)
        assert answer.status == 422, (what, body)
        assert answer.body["field"].startswith(field), answer.body


async def test_the_same_key_pauses_once(house: House):
    body = {"from": "2026-01-05", "reason": "client_ill"}
    first = await house.post("pause", body, key="p")
    again = await house.post("pause", body, key="p")
    assert (first.status, again.status, again.body["status"]) == (200, 200, "paused")


async def test_after_a_lapse_a_therapist_decides(house: House):
    await house.session("2026-01-05", started_at="2026-01-05T12:00:00Z", ended_at="2026-01-05T13:00:00Z")
    refused = await house.post("lapse", {"decision": "repeat"})
    assert (refused.status, refused.body["rule"]) == (409, "no_lapse")
    await house.it.move_clock("2026-01-25T14:00:00Z")
    answer = await house.post("lapse", {"decision": "repeat"}, role="therapist")
    assert (answer.status, answer.body["phase"]["done"], answer.body["sessions_completed"]) == (200, 0, 1)
    assert answer.body["slips"] == 2
