"""A whole course proposed at once; what is proposed can be booked."""

from datetime import date, timedelta
from typing import Any

from tests.integration.scheduling.conftest import Desk


async def propose(desk: Desk, **more: Any) -> dict[str, Any]:
    body = {"client_id": desk.client_id, "course_id": desk.course_id, "sessions": 4, "minutes": 60} | more
    answer = await desk.it.post("/proposals", body, role="front_desk")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


async def test_wished_days_and_times_are_kept_across_a_clock_change(desk: Desk):
    prefer = {"weekdays": ["mon", "wed"], "from": "10:00", "to": "12:00", "therapist_id": desk.therapists[1]}
    found = (await propose(desk, prefer=prefer))["appointments"]
    assert [one["starts_at"] for one in found] == [
        "2026-03-02T15:00:00Z",
        "2026-03-04T15:00:00Z",
        "2026-03-09T14:00:00Z",
        "2026-03-11T14:00:00Z",
    ]
    assert {one["therapist_id"] for one in found} == {desk.therapists[1]}
    assert all(one["as_asked"] and one["why"] is None for one in found)
    assert [one["ordinal"] for one in found] == [1, 2, 3, 4]


async def test_what_cannot_be_as_asked_says_why(desk: Desk):
    rival = await desk.register()
    busy = [desk.visit(f"2026-03-04T{hour}:00:00-05:00") for hour in ("10", "11")]
    await desk.booked(*busy, client_id=rival, course_id=None)
    await desk.it.post("/closures", {"from": "2026-03-05", "to": "2027-12-31"})
    prefer = {"weekdays": ["mon", "wed"], "from": "10:00", "to": "12:00", "therapist_id": desk.therapists[0]}
    proposal = await propose(desk, prefer=prefer, sessions=3)
    assert [(one["starts_at"][5:10], one["as_asked"], one["why"]) for one in proposal["appointments"]] == [
        ("03-02", True, None),
        ("03-04", False, "another therapist"),
    ]
    assert [one["ordinal"] for one in proposal["unplaced"]] == [3]


async def test_a_proposal_can_be_booked_as_it_is(desk: Desk):
    proposal = await propose(desk, sessions="course", prefer={"weekdays": ["tue", "thu"]})
    assert proposal["unplaced"] == []
    days = [one["starts_at"][:10] for one in proposal["appointments"]]
    for pause in proposal["breaks"]:
        assert not [day for day in days if pause["from"] <= day < pause["first_day"]]
    wanted = [
        desk.visit(one["starts_at"], room_id=one["room_id"]) | {"therapist_id": one["therapist_id"]}
        for one in proposal["appointments"]
    ]
    assert len(await desk.booked(*wanted)) == len(days)


async def test_visits_already_agreed_come_first(desk: Desk):
    await desk.booked("2026-03-04T10:00:00-05:00")
    found = (await propose(desk, sessions=1, starts_on="2026-03-05"))["appointments"]
    assert (found[0]["starts_at"][:10], found[0]["ordinal"]) == ("2026-03-06", 2)


async def test_sessions_are_a_number_or_a_known_word(desk: Desk):
    body = {"client_id": desk.client_id, "course_id": desk.course_id, "minutes": 60}
    for sessions in ("all", 0):
        answer = await desk.it.post("/proposals", body | {"sessions": sessions})
        assert (answer.status, answer.body["field"]) == (422, "sessions")


async def test_visits_keep_one_rhythm_and_few_people_when_nothing_is_wished(desk: Desk):
    proposal = await propose(desk, sessions="course")
    assert proposal["rhythm"] == {"weekdays": ["mon", "wed"], "at": "09:00"}
    found = proposal["appointments"]
    assert len({one["therapist_id"] for one in found}) == len({one["room_id"] for one in found}) == 1
    assert all(one["regular"] for one in found)


async def test_what_finds_no_place_comes_with_the_nearest_free_times(desk: Desk):
    await desk.it.post("/closures", {"from": "2026-03-05", "to": "2027-12-31"})
    proposal = await propose(desk, sessions=3)
    (missing,) = proposal["unplaced"]
    assert (missing["ordinal"], missing["earliest"]) == (3, "2026-03-09")
    assert [(one["starts_at"][:10], one["rule"]) for one in missing["options"]] == [("2026-03-03", "min_gap")]
    assert all(one["detail"] for one in missing["options"])


async def test_wishes_that_never_fit_cost_the_course_no_week(desk: Desk):
    free = await propose(desk, sessions="course")
    found = await propose(desk, sessions="course", prefer={"weekdays": ["sat"], "from": "07:00", "to": "08:00"})
    assert found["unplaced"] == []
    assert not any(one["as_asked"] for one in found["appointments"])
    assert found["appointments"][-1]["starts_at"][:10] <= free["appointments"][-1]["starts_at"][:10]


async def test_a_course_opened_part_way_goes_on_from_where_it_stands(desk: Desk):
    await desk.near_the_break()
    body = {"client_id": desk.client_id, "course_id": desk.course_id, "sessions": "series", "minutes": 60}
    found = (await desk.it.post("/proposals", body, role="front_desk")).body
    assert [(one["ordinal"], one["phase"]) for one in found["appointments"]] == [
        (ordinal, "series 2") for ordinal in (12, 13, 14, 15)
    ]
    (rest,) = found["breaks"]
    last = date.fromisoformat(found["appointments"][-1]["starts_at"][:10])
    assert rest["first_day"] == str(last + timedelta(days=14))
    answer = await desk.book(
        *({key: one[key] for key in ("starts_at", "therapist_id")} | {"minutes": 60} for one in found["appointments"])
    )
    assert [one["ordinal"] for one in answer.body["appointments"]] == [12, 13, 14, 15]
