"""A course as sessions, exercise and the clock carry it on."""

from datetime import date, timedelta

from shared.events import protocol as told
from tests.integration.protocol.conftest import House


async def test_sessions_carry_the_course_into_the_break_and_the_clock_ends_it(house: House):
    days = await house.sessions(10)
    found = await house.course()
    assert found["phase"] == {"kind": "series", "number": 2, "sessions": 5, "done": 0}
    assert (found["exercise"]["cleared"], found["exercise"]["per_week"]) == (True, 2)
    assert [one.on for one in await house.events(told.ExerciseMilestone)] == [date.fromisoformat(days[-1])]
    days = await house.sessions(5, "2026-02-09")
    found = await house.course()
    first_day = date.fromisoformat(days[-1]) + timedelta(days=14)
    assert (found["status"], found["next_ordinal"], found["slips"], found["deviations"]) == ("break", 16, 0, [])
    assert found["break"] == {"started_on": days[-1], "first_day": str(first_day)}
    assert found["phase"] == {"kind": "series", "number": 3, "sessions": 15, "done": 0}
    assert first_day == date(2026, 3, 9)  # the clocks changed the day before: midnight is at 04:00 UTC now
    await house.it.move_clock("2026-03-09T03:59:00Z")
    assert (await house.course())["status"] == "break"
    await house.it.move_clock("2026-03-09T04:00:00Z")
    found = await house.course()
    assert (found["status"], found["break"], found["exercise"]["per_week"]) == ("series", None, 4)


async def test_a_session_in_the_break_is_flagged_and_the_past_can_be_seen(house: House):
    days = await house.sessions(15)
    then = house.it.service.clock.now().isoformat().replace("+00:00", "Z")
    inside = date.fromisoformat(days[-1]) + timedelta(days=3)
    await house.it.move_clock(f"{inside}T18:00:00Z")
    session_id = await house.session(str(inside))
    await house.it.settled()
    found = await house.course()
    assert (found["status"], found["sessions_completed"]) == ("series", 16)
    assert [(one["rule"], one["session_id"], one["on"]) for one in found["deviations"]] == [
        ("session_in_break", session_id, str(inside))
    ]
    past = await house.course(f"?as_of={then}")
    assert (past["status"], past["sessions_completed"], past["deviations"]) == ("break", 15, [])
    early = await house.it.get(f"/courses/{house.course_id}?as_of=2026-01-01T00:00:00Z")
    assert early.status == 404
    naive = await house.it.get(f"/courses/{house.course_id}?as_of=2026-01-01T00:00:00")
    assert (naive.status, naive.body["field"]) == (422, "as_of")


async def test_an_amended_session_changes_its_flags_and_a_withdrawn_one_is_gone(house: House):
    await house.it.move_clock("2026-01-05T17:00:00Z")
    long = [{"region": "neck", "minutes": 12, "techniques": ["kneading"]}]
    session_id = await house.session("2026-01-05", regions=long)
    await house.it.settled()
    assert [one["rule"] for one in (await house.course())["deviations"]] == ["region_over_10_min"]
    change = {"reason": "entered_in_error", "regions": [{"region": "neck", "minutes": 8, "techniques": []}]}
    assert (await house.records.post(f"/sessions/{session_id}/amendments", change)).status == 201
    await house.it.settled()
    found = await house.course()
    assert (found["deviations"], found["sessions_completed"]) == ([], 1)
    await house.records.post(f"/sessions/{session_id}/withdraw", {"reason": "entered_in_error"})
    await house.it.settled()
    assert (await house.course())["next_ordinal"] == 1


async def test_a_session_amended_to_another_course_leaves_the_first(house: House):
    await house.it.move_clock("2026-01-05T17:00:00Z")
    session_id = await house.session("2026-01-05")
    await house.it.settled()
    other = (await house.open_course(protocol="als_support")).body["course_id"]
    change = {"reason": "entered_in_error", "course_id": other}
    assert (await house.records.post(f"/sessions/{session_id}/amendments", change)).status == 201
    await house.it.settled()
    assert (await house.course())["sessions_completed"] == 0
    assert (await house.it.get(f"/courses/{other}")).body["sessions_completed"] == 1


async def test_a_session_of_another_client_is_flagged_and_not_parked(house: House):
    await house.it.move_clock("2026-01-05T17:00:00Z")
    mine, house.client_id = house.client_id, await house.register()
    await house.session("2026-01-05")
    await house.it.settled()
    house.client_id = mine
    found = await house.course()
    assert ([one["rule"] for one in found["deviations"]], found["sessions_completed"]) == (["foreign_course"], 0)
    assert await house.it.service.store.fetch("select from public.parked") == []


async def test_exercise_meets_the_week_and_is_published(house: House):
    await house.sessions(10)
    for day in ("2026-02-05", "2026-02-06"):
        await house.it.move_clock(f"{day}T23:00:00Z")
        body = {"date": day, "regions": ["neck"], "minutes": 10}
        assert (await house.records.post(f"/clients/{house.client_id}/exercises", body)).status == 201
    await house.it.settled()
    assert [one.kind for one in await house.events(told.ExerciseMilestone)] == ["cleared", "week_met"]
    assert (await house.course())["exercise"]["weeks"] == [
        {"from": "2026-02-04", "to": "2026-02-10", "days": 2, "target": 2, "met": True}
    ]


async def test_history_is_in_order_and_readable(house: House):
    await house.sessions(1)
    answer = await house.it.get(f"/courses/{house.course_id}/history", role="front_desk")
    texts = [one["text"] for one in answer.body["history"]]
    assert texts == [
        "Course opened (fibromyalgia), starting 2026-01-05.",
        "Series 1 began (10 sessions).",
        "Session 1 took place on 2026-01-05.",
    ]
    assert answer.body["history"][0]["actor"] == "owner:test-owner"
    times = [one["at"] for one in answer.body["history"]]
    assert times == sorted(times)


async def test_an_erased_clients_course_is_unknown_everywhere(house: House):
    await house.sessions(2)
    assert (await house.records.delete(f"/clients/{house.client_id}")).status == 202
    await house.it.settled()
    for what in ("", "/note", "/history"):
        assert (await house.it.get(f"/courses/{house.course_id}{what}")).status == 404
    assert (await house.post("check", {"dates": []})).status == 404
    assert (await house.post("close", {"reason": "other"})).status == 404
    assert (await house.it.get(f"/courses?client_id={house.client_id}")).body["courses"] == []
