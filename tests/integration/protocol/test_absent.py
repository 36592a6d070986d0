"""Who has not come for long: the alarm of a lapse, where the front desk reads it."""

from typing import Any

from tests.integration.protocol.conftest import House

GIVEN = ("2026-01-05", "2026-01-07")


async def absent(house: House, query: str = "") -> dict[str, Any]:
    answer = await house.it.get(f"/lapses{query}", role="front_desk")
    assert answer.status == 200, answer.body
    return dict(answer.body)


async def maintenance(house: House, *, alone: bool = True) -> str:
    """A course without series that two sessions were given of; nobody came after them."""
    if alone:
        await house.post("close", {"reason": "other"})
    course = str((await house.open_course(protocol="neuromuscular_maintenance")).body["course_id"])
    for day in GIVEN:
        await house.it.move_clock(f"{day}T17:00:00Z")
        await house.session(day, course_id=course)
    await house.it.settled()
    return course


async def test_names_the_course_the_protocol_and_the_day_and_nobody(house: House):
    assert await absent(house) == {"courses": [], "total": 0}
    course = await maintenance(house)
    await house.it.move_clock("2026-01-17T17:00:00Z")
    assert (await absent(house))["total"] == 0
    await house.it.move_clock("2026-01-19T17:00:00Z")
    assert await absent(house) == {
        "courses": [{
            "course_id": course, "client_id": house.client_id, "protocol": "neuromuscular_maintenance",
            "title": "Neuromuscular maintenance", "label": None, "since": "2026-01-07",
            "not_begun": False,
        }],
        "total": 1,
    }  # fmt: skip


async def test_who_comes_again_is_absent_no_more(house: House):
    course = await maintenance(house)
    await house.it.move_clock("2026-01-20T17:00:00Z")
    assert (await absent(house))["total"] == 1
    await house.session("2026-01-20", course_id=course)
    await house.it.settled()
    assert await absent(house) == {"courses": [], "total": 0}


async def test_who_is_away_by_agreement_or_has_ended_is_not_missed(house: House):
    house.course_id = await maintenance(house)
    await house.it.move_clock("2026-01-20T17:00:00Z")
    await house.post("pause", {"from": "2026-01-20", "to": "2026-01-21", "reason": "client_ill"})
    assert (await absent(house))["total"] == 0
    await house.it.move_clock("2026-01-22T17:00:00Z")
    assert (await absent(house))["total"] == 1
    await house.post("close", {"reason": "client_wish"})
    assert (await absent(house))["total"] == 0


async def test_the_longest_list_is_cut_and_says_how_many_there_are_the_newest_first(house: House):
    course = await maintenance(house, alone=False)
    await house.session("2026-01-06", started_at="2026-01-06T15:00:00Z", ended_at="2026-01-06T16:00:00Z")
    await house.it.move_clock("2026-02-20T17:00:00Z")
    both = await absent(house)
    assert [one["since"] for one in both["courses"]] == ["2026-01-07", "2026-01-06"]
    one = await absent(house, "?limit=1")
    assert ([found["course_id"] for found in one["courses"]], one["total"]) == ([course], 2)


async def test_is_for_the_staff_only(house: House):
    roles: list[dict[str, Any]] = [
        {"role": "owner"}, {"role": "therapist"}, {"role": "front_desk"},
        {"role": "client", "client_id": house.client_id},
    ]  # fmt: skip
    assert [(await house.it.get("/lapses", **one)).status for one in roles] == [200, 200, 200, 403]


async def test_who_never_began_is_named_from_the_fourteenth_day_on(house: House):
    await house.it.move_clock("2026-01-18T17:00:00Z")
    assert (await absent(house))["total"] == 0
    assert (await house.course())["not_begun"] is False
    await house.it.move_clock("2026-01-19T17:00:00Z")
    (one,) = (await absent(house))["courses"]
    assert (one["course_id"], one["since"], one["not_begun"]) == (house.course_id, "2026-01-05", True)
    course = await house.course()
    assert (course["not_begun"], course["slips"], course["lapses"]) == (True, 0, [])
    await house.post("pause", {"from": "2026-01-19", "to": "2026-01-19", "reason": "client_ill"})
    assert (await absent(house))["total"] == 0
    await house.it.move_clock("2026-01-20T17:00:00Z")
    assert (await absent(house))["total"] == 1
    await house.session("2026-01-20", course_id=house.course_id)
    await house.it.settled()
    assert (await absent(house))["total"] == 0
