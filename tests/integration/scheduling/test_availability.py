"""Days with other hours, holidays, buffers, equipment, absences taken back: from the route to what can be booked."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.rebuild import rebuild
from tests.harness import practice
from tests.integration.scheduling.conftest import NOW, WEEKDAYS, Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    settings = {"holidays": {"country": "US", "subdivision": "NY"}}
    async with practice("records", "protocol", "scheduling", now=NOW, settings=settings) as group:
        yield await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()


async def slots(desk: Desk, query: str, therapist: int = 0) -> list[str]:
    answer = await desk.it.get(f"/slots?therapist_id={desk.therapists[therapist]}&{query}")
    assert answer.status == 200, answer.body
    return [one["starts_at"][8:16] for one in answer.body["slots"]]


def day(number: int, minutes: int = 60) -> str:
    return f"from=2026-03-{number:02}&to=2026-03-{number + 1:02}&minutes={minutes}"


async def test_a_therapist_works_on_a_day_off_and_other_hours_on_a_day(desk: Desk):
    path, saturday = f"/therapists/{desk.therapists[0]}/days", "2026-03-07"
    (visit,) = await desk.booked("2026-03-06T15:00:00-05:00", course_id=None)
    assert await slots(desk, day(7)) == []
    answer = await desk.it.put(f"{path}/{saturday}", {"times": [{"from": "10:00", "to": "11:30"}]})
    assert (answer.status, answer.body) == (
        200,
        {"affected": [], "therapist_id": desk.therapists[0], "day": saturday},
    )
    assert await slots(desk, day(7)) == ["07T15:00", "07T15:15", "07T15:30"]
    await desk.booked(f"{saturday}T10:00:00-05:00", course_id=None)
    answer = await desk.it.put(f"{path}/2026-03-06", {"times": [{"from": "09:00", "to": "10:00"}]})
    assert [one["appointment_id"] for one in answer.body["affected"]] == [visit]
    assert await slots(desk, day(6)) == ["06T14:00"]
    assert (await desk.book("2026-03-06T10:00:00-05:00", course_id=None)).body["rule"] == "outside_hours"
    shown = (await desk.it.get(f"{path}?from=2026-03-01&to=2026-04-01", role="therapist")).body
    assert [one["day"] for one in shown["days"]] == ["2026-03-06", saturday]
    assert (await desk.it.delete(f"{path}/2026-03-06")).body["affected"] == []
    assert len(await slots(desk, day(6))) > 10


async def test_a_night_shift_on_one_day_reaches_into_the_next(desk: Desk):
    path = f"/therapists/{desk.therapists[0]}/days/2026-03-07"
    await desk.it.put(path, {"times": [{"from": "22:00", "to": "01:00"}]})
    assert await slots(desk, day(8)) == ["08T05:00"]
    await desk.booked("2026-03-07T23:30:00-05:00", course_id=None)
    assert (await desk.it.put(path, {"times": [{"from": "22:00", "to": "24:00"}]})).body["affected"]


async def test_nothing_is_booked_on_a_public_holiday_unless_it_is_opened(desk: Desk):
    memorial = "from=2026-05-25&to=2026-05-26"
    assert await slots(desk, f"{memorial}&minutes=60") == []
    refusal = (await desk.book("2026-05-25T10:00:00-04:00", course_id=None)).body
    assert (refusal["rule"], refusal["detail"]) == (
        "closed_day",
        "The practice is closed on this public holiday (Memorial Day).",
    )
    assert refusal["items"][0]["alternatives"][0]["starts_at"][:10] == "2026-05-26"
    opened = await desk.it.put("/holidays/2026-05-25", {"open": True}, role="front_desk")
    assert (opened.status, opened.body) == (200, {"affected": [], "day": "2026-05-25"})
    (visit,) = await desk.booked("2026-05-25T10:00:00-04:00", course_id=None)
    closed = await desk.it.put("/holidays/2026-05-25", {"open": False})
    assert [one["appointment_id"] for one in closed.body["affected"]] == [visit]
    assert await slots(desk, f"{memorial}&minutes=60") == []
    found = (await desk.it.get("/holidays?from=2026-05-01&to=2026-07-05", role="therapist")).body["holidays"]
    assert [(one["day"], one["open"]) for one in found] == [
        ("2026-05-25", False),
        ("2026-06-19", False),
        ("2026-07-03", False),
        ("2026-07-04", False),
    ]
    assert (await desk.it.put("/holidays/2026-05-26", {"open": True})).status == 404


async def test_absences_and_closures_are_taken_back(desk: Desk):
    body = {"from": "2026-03-04", "to": "2026-03-05"}
    away = (await desk.it.post(f"/therapists/{desk.therapists[0]}/time-off", body)).body["time_off_id"]
    shut = (await desk.it.post("/closures", body)).body["closure_id"]
    assert await slots(desk, day(4)) == []
    listed = (await desk.it.get("/closures?from=2026-03-01&to=2026-04-01")).body["closures"]
    assert [one["closure_id"] for one in listed] == [shut]
    answers = [
        await desk.it.post(f"/time-off/{away}/withdraw", {}),
        await desk.it.post(f"/closures/{shut}/withdraw", {}),
    ]
    assert [one.status for one in answers] == [200, 200]
    assert len(await slots(desk, day(4))) == 29
    again = [await desk.it.post(f"/time-off/{away}/withdraw", {}), await desk.it.post(f"/closures/{away}/withdraw", {})]
    assert [one.status for one in again] == [200, 404]
    assert again[0].body == answers[0].body
    assert (await desk.it.post(f"/time-off/{shut}/withdraw", {})).status == 404
    assert (await desk.it.post(f"/closures/{shut}/withdraw", {})).status == 200


async def test_buffers_before_and_after_add_up(desk: Desk):
    ada = f"/therapists/{desk.therapists[0]}"
    changed = await desk.it.patch(ada, {"buffer_before_minutes": 10, "buffer_after_minutes": 20})
    shown = [changed.body[f"buffer_{name}minutes"] for name in ("", "before_", "after_")]
    assert shown == [20, 10, 20]
    await desk.booked("2026-03-04T12:00:00-05:00", course_id=None)
    taken = await slots(desk, day(4))
    assert [one for one in taken if "04T15:00" < one < "04T19:00"] == ["04T15:15", "04T15:30", "04T18:30", "04T18:45"]
    rival = await desk.register()
    for start, status in (("13:25", 409), ("13:30", 201), ("10:31", 409), ("10:30", 201)):
        answer = await desk.book(f"2026-03-04T{start}:00-05:00", client_id=rival, course_id=None)
        assert answer.status == status, (start, answer.body)
    assert (await desk.it.patch(ada, {"buffer_minutes": 5})).body["buffer_after_minutes"] == 5
    both = await desk.it.patch(ada, {"buffer_minutes": 5, "buffer_after_minutes": 10})
    assert (both.status, both.body["field"]) == (422, "buffer_minutes")


async def test_two_desks_cannot_book_into_each_others_buffers(desk: Desk):
    await desk.it.patch(f"/therapists/{desk.therapists[0]}", {"buffer_before_minutes": 15, "buffer_after_minutes": 15})
    rivals = [await desk.register() for _ in range(2)]
    answers = await asyncio.gather(
        *(
            desk.book(f"2026-03-04T{start}:00-05:00", client_id=client, course_id=None)
            for start, client in zip(("10:00", "11:15"), rivals, strict=True)
        )
    )
    assert sorted(one.status for one in answers) == [201, 409]
    assert await desk.count("appointment") == 1


async def test_a_visit_that_needs_equipment_gets_a_room_that_has_it(desk: Desk):
    front, garden = desk.rooms
    changed = await desk.it.patch(f"/rooms/{garden}", {"equipment": ["wide_table", "hoist"]})
    assert (changed.body["name"], changed.body["equipment"]) == ("Garden room", ["wide_table", "hoist"])
    wanted = desk.visit("2026-03-04T10:00:00-05:00", equipment=["wide_table"])
    answer = await desk.book(wanted, course_id=None)
    (visit,) = answer.body["appointments"]
    assert visit["room_id"] == garden
    assert await slots(desk, f"{day(4)}&equipment=hoist,wide_table", therapist=1) == [
        one for one in await slots(desk, day(4), therapist=1) if not "04T14:00" < one < "04T16:00"
    ]
    assert await slots(desk, f"{day(4)}&equipment=sauna") == []
    rival = await desk.register()
    nowhere = await desk.book(wanted | {"equipment": ["sauna"]}, client_id=rival, course_id=None)
    assert (nowhere.body["rule"], nowhere.body["items"][0]["alternatives"]) == ("no_room", [])
    lacking = await desk.book(wanted | {"room_id": front, "therapist_id": desk.therapists[1]}, client_id=rival)
    assert lacking.status in (404, 409)
    lacking = await desk.book(
        wanted | {"room_id": front, "therapist_id": desk.therapists[1]}, client_id=rival, course_id=None
    )
    assert lacking.body["rule"] == "room_lacks_equipment"
    moved = await desk.change(visit["appointment_id"], "move", {"starts_at": "2026-03-05T10:00:00-05:00"})
    assert moved.body["room_id"] == garden


MALFORMED: list[tuple[str, str, Any, str]] = [
    ("PUT", "/therapists/{}/days/2026-03-07", {"times": [{"from": "25:00", "to": "26:00"}]}, "times[0].from"),
    ("PUT", "/therapists/{}/days/2026-03-07", {"times": [{"weekday": "mon"}]}, "times[0].weekday"),
    ("PATCH", "/therapists/{}", {"buffer_before_minutes": 500}, "buffer_before_minutes"),
    ("POST", "/rooms", {"name": "Attic", "equipment": ["Wide table"]}, "equipment[0]"),
    ("GET", "/holidays?from=2026-03-02&to=2026-03-02", None, "to"),
    ("GET", "/holidays?from=0001-03-02&to=9999-03-02", None, "to"),
    ("GET", "/slots?from=2026-03-02&to=2026-03-03&minutes=60&equipment=A%20B", None, "equipment"),
]  # fmt: skip


async def test_malformed_input_is_named(desk: Desk):
    for method, path, body, field in MALFORMED:
        answer = await desk.it.ask(method, path.format(desk.therapists[0]), body)
        assert (answer.status, answer.body["field"]) == (422, field), (path, answer.body)
    for method, path in (("PUT", "/therapists/{}/days/monday"), ("DELETE", "/therapists/{}/days/2026-02-30")):
        assert (await desk.it.ask(method, path.format(desk.therapists[0]), {"times": []})).status == 404


async def test_who_may_set_hours(desk: Desk):
    path, body = f"/therapists/{desk.therapists[0]}/days/2026-03-07", {"times": []}
    statuses = [(await desk.it.put(path, body, role=role)).status for role in ("front_desk", "owner", "therapist")]
    assert statuses == [200, 200, 403]


async def test_a_visit_at_a_taken_time_leaves_nothing_behind(desk: Desk):
    hours = [{"weekday": one, "from": "09:00", "to": "17:00"} for one in ("tue", "wed", "thu")]
    answer = await desk.it.post("/therapists", {"name": "Cleo", "hours": hours})
    cleo = {"therapist_id": answer.body["therapist_id"]}
    visit = desk.visit("2026-03-05T14:00:00Z") | cleo
    await desk.booked(visit, course_id=None)
    rival = await desk.register()
    for start, minutes in (("14:00", 60), ("14:45", 30), ("13:45", 30)):
        wanted = visit | {"starts_at": f"2026-03-05T{start}:00Z", "minutes": minutes}
        refused = await desk.book(wanted, client_id=rival, course_id=None)
        assert refused.status == 409
    assert await desk.count("appointment") == 1
    free = desk.visit("2026-03-05T15:00:00Z") | cleo
    assert (await desk.book(free, client_id=rival, course_id=None)).status == 201


async def test_hours_are_the_weekly_ones_again_after_a_rebuild_too(desk: Desk):
    path = f"/therapists/{desk.therapists[0]}/days"
    await desk.it.put(f"{path}/2026-03-04", {"times": []})
    await desk.it.put(f"{path}/2026-03-05", {"times": [{"from": "09:00", "to": "10:00"}]})
    await desk.it.delete(f"{path}/2026-03-04")
    await desk.it.put("/holidays/2026-05-25", {"open": True})
    before = [await slots(desk, query) for query in (day(4), day(5), "from=2026-05-25&to=2026-05-26&minutes=60")]
    await rebuild(desk.it.service)
    after = [await slots(desk, query) for query in (day(4), day(5), "from=2026-05-25&to=2026-05-26&minutes=60")]
    assert [len(one) for one in before] == [29, 1, 29]
    assert after == before


async def test_hours_without_a_country_know_no_holidays():
    async with practice("scheduling", now=NOW) as group:
        it = group["scheduling"]
        await it.post("/rooms", {"name": "Front room"})
        await it.post("/therapists", {"name": "Ada", "hours": WEEKDAYS})
        found = (await it.get("/slots?from=2026-12-25&to=2026-12-26&minutes=60")).body["slots"]
        assert len(found) == 29
        assert (await it.get("/holidays?from=2026-01-01&to=2027-01-01")).body["holidays"] == []


async def test_notice_and_horizon_bound_what_is_offered_and_not_what_the_desk_books():
    settings = {"booking": {"notice_minutes": 1440, "horizon_days": 7}}
    async with practice("records", "protocol", "scheduling", now=NOW, settings=settings) as group:
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        found = await slots(desk, "from=2026-03-02&to=2026-04-02&minutes=60")
        assert (found[0], found[-1]) == ("03T14:00", "09T20:00")
        asked = {"client_id": desk.client_id, "course_id": desk.course_id, "sessions": 4, "minutes": 60}
        offer = (await desk.it.post("/proposals", asked)).body
        assert [one["starts_at"][5:10] for one in offer["appointments"]] == ["03-03", "03-05"]
        assert [one["ordinal"] for one in offer["unplaced"]] == [3, 4]
        await desk.booked("2026-03-02T10:00:00-05:00", "2026-03-30T10:00:00-04:00", course_id=None)
        rival = await desk.register()
        taken = await desk.book("2026-03-02T10:00:00-05:00", client_id=rival, course_id=None)
        assert taken.body["items"][0]["alternatives"][0]["starts_at"] == "2026-03-03T14:00:00Z"
