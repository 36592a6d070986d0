"""What happened in the room and at home, from the request to the chart."""

from typing import Any
from uuid import uuid4

from tests.harness import It

from .conftest import PERSON, chart, session


async def types(it: It) -> list[str]:
    return [row["type"] for row in await it.service.store.fetch("select type from event order by position")]


async def test_records_a_session_whatever_ids_other_services_gave(it: It, zoe: str) -> None:
    given = session(
        course_id=str(uuid4()),
        appointment_id=str(uuid4()),
        prone_minutes=10,
        tender_points=["knee_left", "occiput_right", "knee_left"],
        threshold_risen=True,
        reactions={"contraction": True},
        started_at="2026-03-02T09:00:00-05:00",
    )
    answer = await it.post(f"/clients/{zoe}/sessions", given, role="therapist")
    assert answer.status == 201
    shown = (await chart(it, zoe))["sessions"][0]
    assert shown["session_id"] == answer.body["session_id"]
    assert shown["started_at"] == "2026-03-02T14:00:00Z"
    assert shown["tender_points"] == ["knee_left", "occiput_right"]
    assert shown["reactions"] == {"aggravated": False, "contraction": True}
    assert shown["note"] == {"subjective": "slept badly", "objective": "", "assessment": "", "plan": "upper back next"}
    for name in ("therapist_id", "course_id", "appointment_id", "pain_before", "pain_after", "regions"):
        assert shown[name] == given[name], name


BAD_SESSIONS: list[tuple[dict[str, Any], str]] = [
    ({"ended_at": "2026-03-02T14:00:00Z"}, "ended_at"),
    ({"ended_at": "2026-03-01T15:00:00Z"}, "ended_at"),
    ({"started_at": "2026-03-02T14:00:00"}, "started_at"),
    ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
    ({"ended_at": "9999-12-31T23:59:59-14:00"}, "ended_at"),
    ({"started_at": "2026-03-03T14:00:00Z", "ended_at": "2026-03-03T15:00:00Z"}, "started_at"),
    ({"pain_before": 11}, "pain_before"),
    ({"pain_after": -1}, "pain_after"),
    ({"pain_after": 1.5}, "pain_after"),
    ({"prone_minutes": -1}, "prone_minutes"),
    ({"regions": [{"region": "nose", "minutes": 5}]}, "regions[0].region"),
    ({"regions": [{"region": "neck", "minutes": 0}]}, "regions[0].minutes"),
    ({"regions": [{"region": "neck", "minutes": 241}]}, "regions[0].minutes"),
    ({"regions": [{"region": "neck", "minutes": 5, "techniques": ["magic"]}]}, "regions[0].techniques[0]"),
    ({"tender_points": ["elbow"]}, "tender_points[0]"),
    ({"therapist_id": "nobody"}, "therapist_id"),
    ({"note": {"subjective": "x" * 20_001}}, "note.subjective"),
    ({"mood": "good"}, "mood"),
]


async def test_refuses_a_session_that_cannot_be(it: It, zoe: str) -> None:
    before = await types(it)
    for changes, field in BAD_SESSIONS:
        answer = await it.post(f"/clients/{zoe}/sessions", session(**changes))
        assert (answer.status, answer.body["field"]) == (422, field), changes
    assert await types(it) == before


async def test_a_session_of_later_today_may_be_written_down_already(it: It, zoe: str) -> None:
    # 03:30 UTC on 3 March is still the evening of the 2nd in New York.
    late = session(started_at="2026-03-03T03:30:00Z", ended_at="2026-03-03T04:30:00Z")
    assert (await it.post(f"/clients/{zoe}/sessions", late)).status == 201


async def test_a_session_of_an_unknown_client_is_not_recorded(it: It) -> None:
    assert (await it.post(f"/clients/{uuid4()}/sessions", session())).status == 404


async def test_the_same_session_sent_twice_is_one(it: It, zoe: str) -> None:
    given = session(session_id=str(uuid4()))
    answers = [await it.post(f"/clients/{zoe}/sessions", given) for _ in range(2)]
    assert [(answer.status, answer.body) for answer in answers] == [(201, {"session_id": given["session_id"]})] * 2
    assert (await types(it)).count("SessionCompleted") == 1


async def test_another_session_under_the_same_id_is_refused(it: It, zoe: str) -> None:
    given = session(session_id=str(uuid4()))
    await it.post(f"/clients/{zoe}/sessions", given)
    somebody = (await it.post("/clients", PERSON)).body["client_id"]
    for client, changed in ((zoe, given | {"pain_after": 0}), (zoe, given | {"note": None}), (somebody, given)):
        answer = await it.post(f"/clients/{client}/sessions", changed)
        assert (answer.status, answer.body["rule"]) == (409, "session_already_recorded")


async def test_an_amendment_keeps_the_first_version_readable(it: It, zoe: str) -> None:
    first = session(threshold_risen=True)
    one = (await it.post(f"/clients/{zoe}/sessions", first)).body["session_id"]
    changes = {
        "pain_after": 2,
        "threshold_risen": None,
        "reason": "entered_in_error",
        "explanation": "typed the wrong key",
        "note": {"subjective": "slept well"},
    }
    assert (await it.post(f"/sessions/{one}/amendments", changes, role="therapist")).status == 201
    shown = (await chart(it, zoe))["sessions"][0]
    assert (shown["pain_after"], shown["threshold_risen"], shown["note"]["subjective"]) == (2, False, "slept well")
    old, new = shown["versions"]
    assert (old["pain_after"], old["note"]["subjective"], old["reason"]) == (4, "slept badly", None)
    assert (new["reason"], new["explanation"]) == ("entered_in_error", "typed the wrong key")
    assert new["recorded_by"] == "therapist:test-therapist"
    assert new["regions"] == old["regions"]


async def test_a_second_amendment_starts_from_the_first(it: It, zoe: str) -> None:
    one = (await it.post(f"/clients/{zoe}/sessions", session())).body["session_id"]
    for changes in ({"pain_after": 2}, {"pain_before": 5}):
        await it.post(f"/sessions/{one}/amendments", changes | {"reason": "other"})
    shown = (await chart(it, zoe))["sessions"][0]
    assert (shown["pain_before"], shown["pain_after"], len(shown["versions"])) == (5, 2, 3)
    assert shown["note"]["subjective"] == "slept badly"


async def test_an_amendment_must_leave_a_session_that_can_be(it: It, zoe: str) -> None:
    one = (await it.post(f"/clients/{zoe}/sessions", session())).body["session_id"]
    amend = f"/sessions/{one}/amendments"
    assert (await it.post(amend, {"pain_after": 2})).body["field"] == "reason"
    assert (await it.post(amend, {"pain_after": 2, "reason": "whim"})).body["field"] == "reason"
    answer = await it.post(amend, {"ended_at": "2026-03-02T13:00:00Z", "reason": "other"})
    assert (answer.status, answer.body["field"]) == (422, "ended_at")
    assert (await it.post(f"/sessions/{uuid4()}/amendments", {"reason": "other"})).status == 404


async def test_a_withdrawn_session_stays_in_the_chart_as_such(it: It, zoe: str) -> None:
    one = (await it.post(f"/clients/{zoe}/sessions", session(course_id=str(uuid4())))).body["session_id"]
    for _ in range(2):
        assert (await it.post(f"/sessions/{one}/withdraw", {"reason": "entered_in_error"})).status == 200
    assert (await types(it)).count("SessionWithdrawn") == 1
    assert (await chart(it, zoe))["sessions"][0]["withdrawn"] == "entered_in_error"
    answer = await it.post(f"/sessions/{one}/amendments", {"pain_after": 1, "reason": "other"})
    assert (answer.status, answer.body["rule"]) == (409, "session_withdrawn")
