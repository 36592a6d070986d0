"""How courses are kept, for the owner; and what the history says of it."""

from typing import Any

from tests.integration.protocol.conftest import House


async def kept(house: House, query: str = "") -> dict[str, Any]:
    answer = await house.it.get(f"/adherence{query}", role="owner")
    assert answer.status == 200, answer.body
    return dict(answer.body)


async def test_a_course_is_counted_from_its_sessions_slips_and_deviations(house: House):
    await house.it.move_clock("2026-01-05T17:00:00Z")
    long = [{"region": "neck", "minutes": 12, "techniques": ["intensive"]}]
    session_id = await house.session("2026-01-05", regions=long, pain_before=7)
    await house.it.move_clock("2026-01-26T17:00:00Z")
    await house.session("2026-01-26", pain_before=4)
    await house.it.settled()
    found = await kept(house)
    assert found["courses"] == [
        {
            "course_id": house.course_id, "client_id": house.client_id, "protocol": "fibromyalgia", "status": "series",
            "sessions_completed": 2, "slips": 3, "lapses": 1, "exercise": {"hit": 0, "missed": 0},
            "deviations": {"intensive_too_early": 1, "region_over_10_min": 1}, "pain": {"first": 7, "last": 4},
        }
    ]  # fmt: skip
    assert found["deviations"] == {"intensive_too_early": 1, "region_over_10_min": 1}
    await house.records.post(f"/sessions/{session_id}/withdraw", {"reason": "entered_in_error"})
    await house.it.move_clock("2026-01-26T17:05:00Z")
    (course,) = (await kept(house))["courses"]
    assert (course["slips"], course["lapses"], course["deviations"]) == (0, 0, {})
    history = (await house.it.get(f"/courses/{house.course_id}/history")).body["history"]
    texts = [one["text"] for one in history]
    assert (
        "Against the protocol on 2026-01-05: Too long on one region (neck): 12 minutes, at most 10 (source A)." in texts
    )
    assert "A session was withdrawn (entered_in_error)." in texts
    assert "Put right, as a session was withdrawn: 1 sessions, now series 1 with 1 done." in texts
    assert "No long gap after 2026-01-05 after all." in texts


async def test_weeks_of_exercise_are_hit_and_missed(house: House):
    await house.sessions(10)
    for day in ("2026-02-05", "2026-02-06"):
        await house.it.move_clock(f"{day}T23:00:00Z")
        body = {"date": day, "regions": ["neck", "hips"], "minutes": 10}
        await house.records.post(f"/clients/{house.client_id}/exercises", body)
    await house.it.move_clock("2026-02-19T12:00:00Z")
    (course,) = (await kept(house))["courses"]
    assert course["exercise"] == {"hit": 1, "missed": 1}
    assert (await house.course())["exercise"]["regions"]["hips"] == 2


async def test_the_status_is_that_of_the_course(house: House):
    async def same() -> str:
        (course,) = (await kept(house))["courses"]
        assert course["status"] == (await house.course())["status"]
        return str(course["status"])

    await house.post("pause", {"from": "2026-01-05", "reason": "client_ill"})
    assert await same() == "paused"
    await house.post("resume", {})
    assert await same() == "series"
    await house.sessions(15)
    assert await same() == "break"
    await house.post("close", {"reason": "client_wish"})
    assert await same() == "closed"


async def test_the_list_comes_in_pages_and_only_to_owner_and_therapist(house: House):
    other = (await house.open_course(protocol="als_support")).body["course_id"]
    first = await kept(house, "?limit=1")
    assert [one["course_id"] for one in first["courses"]] == [other]
    second = await kept(house, f"?limit=1&cursor={first['next_cursor']}")
    assert ([one["course_id"] for one in second["courses"]], "next_cursor" in second) == ([house.course_id], False)
    assert [(await house.it.get("/adherence", role=role)).status for role in ("therapist", "front_desk")] == [200, 403]


async def test_an_erased_client_leaves_no_row(house: House):
    await house.session("2026-01-05", started_at="2026-01-05T12:00:00Z", ended_at="2026-01-05T13:00:00Z")
    await house.records.delete(f"/clients/{house.client_id}")
    await house.it.settled()
    assert await kept(house) == {"courses": [], "deviations": {}}


async def test_after_downtime_one_review_tells_all_that_fell_due(house: House):
    await house.it.move_clock("2026-01-05T17:00:00Z")
    await house.session("2026-01-05")
    await house.it.settled()
    house.it.service.clock.move(house.it.service.clock.now().replace(month=3))  # no stop at any timer on the way
    await house.it.settled()
    stored = await house.it.service.store.read(f"course-{house.course_id}")
    late = [one for one in stored if one.recorded_at.month == 3]
    assert [one.type for one in late].count("ReviewScheduled") == 1
    assert [one.type for one in late].count("CadenceSlipped") == 8
    lapsed = next(one.event for one in late if one.type == "CourseLapsed")
    assert str(lapsed.on) == "2026-01-20"


async def test_after_downtime_courses_are_looked_at_in_the_order_in_which_they_fell_due(house: House):
    first = house.course_id
    house.course_id = (await house.open_course(protocol="als_support")).body["course_id"]
    await house.it.move_clock("2026-01-05T17:00:00Z")
    await house.session("2026-01-05")
    await house.it.move_clock("2026-01-07T17:00:00Z")
    await house.session("2026-01-07", course_id=first)
    await house.it.settled()
    house.it.service.clock.move(house.it.service.clock.now().replace(month=3))
    await house.it.settled()
    log = await house.it.service.store.read_log(0, limit=500)
    assert list(dict.fromkeys(one.stream for one in log if one.type == "CadenceSlipped")) == [
        f"course-{house.course_id}", f"course-{first}",
    ]  # fmt: skip
