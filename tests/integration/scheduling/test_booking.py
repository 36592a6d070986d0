"""Booking over HTTP: all or none, every reason at once, never twice, nothing stored on a refusal."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.harness import practice
from tests.integration.scheduling.conftest import NOW, WEEKDAYS, Desk


async def test_books_a_course_of_visits_in_the_order_asked(desk: Desk):
    answer = await desk.book("2026-03-06T10:00:00-05:00", "2026-03-04T10:00:00-05:00")
    assert answer.status == 201
    found = answer.body["appointments"]
    assert [one["starts_at"] for one in found] == ["2026-03-06T15:00:00Z", "2026-03-04T15:00:00Z"]
    assert [one["ordinal"] for one in found] == [2, 1]
    assert {one["room_id"] for one in found} <= set(desk.rooms)
    assert int(answer.headers["Seriatim-Position"]) > 0
    assert [one["starts_at"] for one in await desk.itinerary()] == ["2026-03-04T15:00:00Z", "2026-03-06T15:00:00Z"]


async def test_ordinals_start_after_the_sessions_before_seriatim(desk: Desk):
    await desk.near_the_break()
    answer = await desk.book("2026-03-04T10:00:00-05:00")
    assert answer.body["appointments"][0]["ordinal"] == 12


async def test_lists_every_visit_that_cannot_be_and_books_none(desk: Desk):
    events = await desk.count("event")
    answer = await desk.book(
        "2026-03-04T10:00:00-05:00",
        "2026-03-05T10:00:00-05:00",
        "2026-03-02T08:00:00-05:00",
        "2026-03-06T18:00:00-05:00",
        "2026-03-09T10:00:00-04:00",
    )
    assert answer.status == 409
    assert [(one["index"], one["rule"]) for one in answer.body["items"]] == [
        (1, "min_gap"),
        (2, "in_the_past"),
        (3, "outside_hours"),
    ]
    assert answer.body["rule"] == "min_gap"
    assert answer.body["items"][0]["earliest"] == "2026-03-06"
    assert answer.body["items"][0]["alternatives"][0]["starts_at"] == "2026-03-06T15:00:00Z"
    assert answer.body["items"][2]["alternatives"][0]["starts_at"] == "2026-03-06T21:00:00Z"
    assert (await desk.count("event"), await desk.count("claim")) == (events, 0)
    assert await desk.itinerary() == []


async def test_alternatives_are_free(desk: Desk):
    await desk.booked("2026-03-04T10:00:00-05:00")
    other = await desk.register()
    answer = await desk.book(desk.visit("2026-03-04T10:30:00-05:00"), client_id=other, course_id=None)
    assert [(one["index"], one["rule"]) for one in answer.body["items"]] == [(0, "therapist_taken")]
    (item,) = answer.body["items"]
    assert [one["starts_at"] for one in item["alternatives"]] == [
        "2026-03-04T16:00:00Z",
        "2026-03-04T16:15:00Z",
        "2026-03-04T16:30:00Z",
    ]


async def test_a_visit_that_harms_one_already_agreed_is_refused(desk: Desk):
    await desk.booked("2026-03-06T10:00:00-05:00")
    answer = await desk.book("2026-03-05T10:00:00-05:00")
    assert (answer.status, answer.body["rule"]) == (409, "min_gap")
    assert "2026-03-06" in answer.body["detail"]


async def test_no_visit_in_the_break(desk: Desk):
    await desk.near_the_break()
    visits = ("02T10:00:00-05", "04T10:00:00-05", "09T10:00:00-04", "11T10:00:00-04")
    await desk.booked(*(f"2026-03-{visit}:00" for visit in visits))
    answer = await desk.book("2026-03-18T10:00:00-04:00")
    assert (answer.body["rule"], answer.body["earliest"]) == ("break", "2026-03-25")


async def test_two_at_once_for_one_slot_give_one_visit(desk: Desk):
    rival, events = await desk.register(), await desk.count("event")
    course = await desk.open_course(rival)
    one, other = await asyncio.gather(
        desk.book("2026-03-04T10:00:00-05:00"),
        desk.book("2026-03-04T10:00:00-05:00", client_id=rival, course_id=course),
    )
    assert sorted([one.status, other.status]) == [201, 409]
    refused = one if one.status == 409 else other
    assert refused.body["rule"] == "therapist_taken"
    assert await desk.count("claim") == 3
    assert await desk.count("event") == events + 2  # the course entered, the visit booked


async def test_many_at_once_in_two_rooms_fill_exactly_two(desk: Desk):
    hours = {"hours": WEEKDAYS}
    third = (await desk.it.post("/therapists", {"name": "Cleo"} | hours)).body["therapist_id"]
    desk.therapists.append(third)
    clients = [await desk.register() for _ in range(6)]
    answers = await asyncio.gather(
        *(
            desk.book(desk.visit("2026-03-04T10:00:00-05:00", n % 3), client_id=client, course_id=None)
            for n, client in enumerate(clients)
        )
    )
    assert sorted(answer.status for answer in answers) == [201, 201, 409, 409, 409, 409]
    assert await desk.count("claim") == 6


async def test_a_partial_overlap_is_refused_for_therapist_room_and_client(desk: Desk):
    await desk.booked(desk.visit("2026-03-04T10:00:00-05:00", room_id=desk.rooms[0]))
    rival = await desk.register()
    for visit, client, rule in (
        (desk.visit("2026-03-04T10:45:00-05:00"), rival, "therapist_taken"),
        (desk.visit("2026-03-04T09:15:00-05:00", 1, room_id=desk.rooms[0]), rival, "room_taken"),
        (desk.visit("2026-03-04T10:59:00-05:00", 1), desk.client_id, "client_taken"),
    ):
        answer = await desk.book(visit, client_id=client, course_id=None)
        assert (answer.status, answer.body["rule"]) == (409, rule)
    assert (await desk.book(desk.visit("2026-03-04T11:00:00-05:00"), client_id=rival, course_id=None)).status == 201


async def test_the_buffer_after_a_visit_is_the_therapists(desk: Desk):
    await desk.it.patch(f"/therapists/{desk.therapists[0]}", {"buffer_minutes": 15})
    await desk.booked("2026-03-04T10:00:00-05:00")
    rival = await desk.register()
    for start, status in (("11:00", 409), ("09:00", 409), ("11:15", 201), ("08:45", 409)):
        answer = await desk.book(f"2026-03-04T{start}:00-05:00", client_id=rival, course_id=None)
        assert answer.status == status, (start, answer.body)
        rival = await desk.register()


async def test_the_same_key_books_once(desk: Desk):
    first = await desk.book("2026-03-04T10:00:00-05:00", key="monday")
    again = await desk.book("2026-03-04T10:00:00-05:00", key="monday")
    other = await desk.book("2026-03-06T10:00:00-05:00", key="monday")
    assert (first.status, again.status, other.status) == (201, 201, 422)
    assert again.body == first.body
    assert len(await desk.itinerary()) == 1


async def test_what_does_not_exist_is_unknown(desk: Desk):
    nobody = str(uuid4())
    rival = await desk.register()
    for more, visit, status in (
        ({"client_id": nobody}, {}, 404),
        ({"course_id": nobody}, {}, 404),
        ({"client_id": rival}, {}, 409),
        ({}, {"therapist_id": nobody}, 404),
        ({}, {"room_id": nobody}, 404),
    ):
        answer = await desk.book(desk.visit("2026-03-04T10:00:00-05:00") | visit, **more)
        assert answer.status == status, answer.body
    assert await desk.count("appointment") == 0


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"minutes": 0}, "appointments[0].minutes"),
    ({"minutes": 481}, "appointments[0].minutes"),
    ({"starts_at": "2026-03-04T10:00:00"}, "appointments[0].starts_at"),
    ({"colour": "blue"}, "appointments[0].colour"),
]


async def test_malformed_visits_are_named(desk: Desk):
    for change, field in MALFORMED:
        answer = await desk.book(desk.visit("2026-03-04T10:00:00-05:00") | change)
        assert (answer.status, answer.body["field"]) == (422, field)


async def test_not_none_and_not_hundreds(desk: Desk):
    assert (await desk.book()).status == 422
    assert (await desk.book(*["2026-03-04T10:00:00-05:00"] * 201)).status == 422


async def test_nothing_is_booked_while_protocol_is_away():
    async with practice("records", "scheduling", now=NOW) as group:
        client = (await group["records"].post("/clients", {"name": "Zoë"})).body["client_id"]
        it = group["scheduling"]
        await it.post("/rooms", {"name": "One"})
        therapist = (await it.post("/therapists", {"name": "Ada", "hours": WEEKDAYS})).body["therapist_id"]
        visit = {"starts_at": "2026-03-04T10:00:00-05:00", "minutes": 60, "therapist_id": therapist}
        body = {"client_id": client, "course_id": str(uuid4()), "appointments": [visit]}
        answer = await it.post("/appointments", body)
        assert (answer.status, "Retry-After" in answer.headers) == (503, True)
        assert (await it.get(f"/clients/{client}/itinerary")).body == {"appointments": []}


async def test_only_the_desk_books(desk: Desk):
    body = {"client_id": desk.client_id, "appointments": [desk.visit("2026-03-04T10:00:00-05:00")]}
    for role, client_id in (("therapist", None), ("client", desk.client_id)):
        answer = await desk.it.post("/appointments", body, role=role, client_id=client_id)
        assert answer.status == 403
