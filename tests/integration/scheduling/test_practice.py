"""Staff, rooms, hours, absences, free times, calendars, and what other services ask."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from shared.questions.scheduling import AskVisits
from shared.rebuild import rebuild
from tests.harness import Answer, answered
from tests.integration.scheduling.conftest import WEEKDAYS, Desk

MONDAY = "from=2026-03-02&to=2026-03-03&minutes=60"


async def slots(desk: Desk, query: str = MONDAY, therapist: int = 0) -> list[str]:
    answer = await desk.it.get(f"/slots?therapist_id={desk.therapists[therapist]}&{query}")
    assert answer.status == 200, answer.body
    return [one["starts_at"][8:16] for one in answer.body["slots"]]


async def test_staff_and_rooms_are_listed_and_changed(desk: Desk):
    ada = desk.therapists[0]
    await desk.it.patch(f"/therapists/{ada}", {"name": "Ada King", "rooms": [desk.rooms[1]]})
    found = (await desk.it.get("/therapists", role="therapist")).body["therapists"]
    assert [(one["name"], one["rooms"]) for one in found] == [("Ada King", [desk.rooms[1]]), ("Ben", [])]
    assert found[0]["hours"] == WEEKDAYS
    await desk.it.patch(f"/rooms/{desk.rooms[0]}", {"name": "Attic"})
    found = (await desk.it.get("/rooms")).body["rooms"]
    assert [one["name"] for one in found] == ["Attic", "Garden room"]


async def test_a_deactivated_therapist_or_room_is_not_booked(desk: Desk):
    ben, attic = desk.therapists[1], desk.rooms[0]
    assert (await desk.it.post(f"/therapists/{ben}/deactivate", {})).body["active"] is False
    assert (await desk.it.post(f"/rooms/{attic}/deactivate", {})).body["active"] is False
    assert await slots(desk, therapist=1) == []
    visit = desk.visit("2026-03-04T10:00:00-05:00")
    for change, rule in (({"therapist_id": ben}, "outside_hours"), ({"room_id": attic}, "room_taken")):
        assert (await desk.book(visit | change)).body["rule"] == rule


async def test_slots_lie_on_the_grid_and_not_in_the_past(desk: Desk):
    assert (await slots(desk))[:2] == ["02T14:00", "02T14:15"]
    assert (await slots(desk))[-1] == "02T21:00"
    await desk.it.move_clock("2026-03-02T15:05:00Z")
    assert (await slots(desk))[0] == "02T15:15"


async def test_a_slot_needs_a_room(desk: Desk):
    await desk.it.post(f"/rooms/{desk.rooms[1]}/deactivate", {})
    await desk.booked("2026-03-02T10:00:00-05:00")
    assert [one for one in await slots(desk, therapist=1) if one < "02T16:30"] == ["02T14:00", "02T16:00", "02T16:15"]


async def test_slots_of_a_week_with_a_clock_change(desk: Desk):
    found = await slots(desk, "from=2026-03-06&to=2026-03-10&minutes=480")
    assert found == ["06T14:00", "09T13:00"]


async def test_time_off_and_closures_name_the_visits_inside(desk: Desk):
    first, second = await desk.booked("2026-03-04T10:00:00-05:00", "2026-03-06T10:00:00-05:00")
    path = f"/therapists/{desk.therapists[0]}/time-off"
    answer = await desk.it.post(path, {"from": "2026-03-04", "to": "2026-03-05", "reason": "therapist_ill"})
    assert (answer.status, [one["appointment_id"] for one in answer.body["affected"]]) == (201, [first])
    assert await slots(desk, "from=2026-03-04&to=2026-03-05&minutes=60") == []
    body = {"from": "2026-03-06T12:00:00Z", "to": "2026-03-07T05:00:00Z"}
    answer = await desk.it.post("/closures", body)
    assert (answer.status, [one["appointment_id"] for one in answer.body["affected"]]) == (201, [second])
    assert (await desk.book("2026-03-06T14:00:00-05:00", course_id=None)).body["rule"] == "closed_day"
    assert (await desk.book("2026-03-04T14:00:00-05:00", course_id=None)).body["rule"] == "outside_hours"


async def test_new_hours_name_the_visits_outside(desk: Desk):
    first, _ = await desk.booked("2026-03-04T09:00:00-05:00", "2026-03-06T14:00:00-05:00")
    afternoons = [{"weekday": day, "from": "12:00", "to": "18:00"} for day in ("wed", "fri")]
    answer = await desk.it.put(f"/therapists/{desk.therapists[0]}/hours", {"hours": afternoons})
    assert (answer.status, [one["appointment_id"] for one in answer.body["affected"]]) == (200, [first])
    assert (await slots(desk, "from=2026-03-02&to=2026-03-05&minutes=60"))[0] == "04T17:00"


async def test_the_calendar_by_day_therapist_and_room(desk: Desk):
    rooms, rival = desk.rooms, await desk.register()
    await desk.booked(desk.visit("2026-03-04T10:00:00-05:00", room_id=rooms[0]))
    await desk.booked(desk.visit("2026-03-04T10:00:00-05:00", 1, room_id=rooms[1]), client_id=rival, course_id=None)
    day = "/calendar?from=2026-03-04&to=2026-03-05"
    for query, count in (
        ("", 2),
        (f"&therapist_id={desk.therapists[1]}", 1),
        (f"&room_id={rooms[0]}", 1),
        (f"&room_id={rooms[0]}&therapist_id={desk.therapists[1]}", 0),
    ):
        answer = await desk.it.get(day + query, role="therapist")
        assert len(answer.body["appointments"]) == count
    assert (await desk.it.get("/calendar?from=2026-03-05&to=2026-03-06")).body["appointments"] == []


async def test_a_long_list_comes_in_pages(desk: Desk):
    visits = [f"2026-03-04T{hour}:00:00-05:00" for hour in ("09", "10", "11", "12", "13")]
    await desk.booked(*visits, course_id=None)
    seen, cursor = [], ""
    while True:
        answer = await desk.it.get(f"/clients/{desk.client_id}/itinerary?limit=2{cursor}")
        seen += [one["starts_at"][11:13] for one in answer.body["appointments"]]
        if not answer.body.get("next_cursor"):
            break
        cursor = f"&cursor={answer.body['next_cursor']}"
    assert seen == ["14", "15", "16", "17", "18"]


async def test_a_client_sees_only_their_own(desk: Desk):
    (visit,) = await desk.booked("2026-03-04T10:00:00-05:00")
    rival = await desk.register()

    async def seen(path: str, client_id: str) -> int:
        return (await desk.it.get(path, role="client", client_id=client_id)).status

    own = (f"/clients/{desk.client_id}/itinerary", f"/appointments/{visit}")
    assert [await seen(path, desk.client_id) for path in own] == [200, 200]
    assert [await seen(path, rival) for path in own] == [403, 404]
    assert await seen("/calendar?from=2026-03-04&to=2026-03-05", desk.client_id) == 403


MALFORMED_QUESTIONS = [
    ("/slots?from=2026-03-03&to=2026-03-02&minutes=60", "to"),
    ("/slots?from=2026-03-03&to=2026-03-04&minutes=0", "minutes"),
    ("/slots?from=monday&to=2026-03-04&minutes=60", "from"),
    ("/slots?from=2026-03-03T10:00:00&to=2026-03-04&minutes=60", "from"),
    ("/calendar?from=2026-03-03&to=2026-03-04&colour=blue", "colour"),
    ("/calendar?from=2026-03-03&to=2026-03-04&cursor=abc", "cursor"),
    ("/calendar?from=2026-03-03&to=2026-03-04&limit=0", "limit"),
]


async def test_malformed_questions_are_named(desk: Desk):
    for path, field in MALFORMED_QUESTIONS:
        answer = await desk.it.get(path)
        assert (answer.status, answer.body["field"]) == (422, field), path


MALFORMED_THERAPISTS: list[tuple[dict[str, Any], str]] = [
    ({"hours": [{"weekday": "monday", "from": "09:00", "to": "17:00"}]}, "hours[0].weekday"),
    ({"hours": [{"weekday": "mon", "from": "9", "to": "17:00"}]}, "hours[0].from"),
    ({"name": ""}, "name"),
    ({"email": "nowhere"}, "email"),
    ({"buffer_minutes": -5}, "buffer_minutes"),
]


async def test_malformed_therapists_are_named(desk: Desk):
    for change, field in MALFORMED_THERAPISTS:
        answer = await desk.it.post("/therapists", {"name": "Cleo", "hours": WEEKDAYS} | change)
        assert (answer.status, answer.body["field"]) == (422, field)
    assert len((await desk.it.get("/therapists")).body["therapists"]) == 2


async def test_what_is_not_known(desk: Desk):
    nobody = uuid4()
    statuses: list[Answer] = await asyncio.gather(
        desk.it.get(f"/slots?therapist_id={nobody}&{MONDAY}"),
        desk.it.put(f"/therapists/{nobody}/hours", {"hours": []}),
        desk.it.post(f"/rooms/{nobody}/deactivate", {}),
        desk.it.get(f"/clients/{nobody}/itinerary"),
        desk.it.post("/therapists", {"name": "Cleo", "hours": [], "rooms": [str(nobody)]}),
        desk.it.post(f"/time-off/{nobody}/reflow", {}),
    )
    assert [answer.status for answer in statuses] == [404] * 6


async def test_other_services_ask_for_facts_of_visits(desk: Desk):
    first, second = await desk.booked("2026-03-04T10:00:00-05:00", "2026-03-06T10:00:00-05:00")
    asked = [UUID(second), uuid4(), UUID(first)]
    facts = await answered(desk.it, AskVisits(appointment_ids=asked))
    assert [(str(one.appointment_id), one.ordinal) for one in facts] == [(second, 2), (first, 1)]
    assert (facts[0].therapist_name, facts[0].therapist_email) == ("Ada", "ada@practice.example")
    assert facts[0].room_name in ("Front room", "Garden room")


async def test_the_read_models_are_the_same_after_a_rebuild(desk: Desk):
    first, second = await desk.booked("2026-03-04T10:00:00-05:00", "2026-03-06T10:00:00-05:00")
    await desk.change(first, "move", {"starts_at": "2026-03-04T11:00:00-05:00"})
    await desk.change(second, "cancel", {"reason": "client_wish"})
    tables = ("appointment", "therapist", "room", "course")
    store = desk.it.service.store

    async def rows() -> list[list[dict[str, object]]]:
        return [[dict(row) for row in await store.fetch(f"select * from {table} order by 1")] for table in tables]

    before = await rows()
    await rebuild(desk.it.service)
    assert await rows() == before
