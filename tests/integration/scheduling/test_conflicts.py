"""Conflicts, with the inputs and instants that other systems' tests use, and what of those does not apply here.

Availability, clock changes and grids are in tests/unit/scheduling/test_slots.py and test_grid.py. Not applicable:
slots of one booking that begin at different times (a visit has one time; therapist and room are taken together),
rooms for several clients at once (a room holds one visit), busy times marked as tentative or as entered in error (a
visit that is cancelled or missed is no visit: test_changes.py; a hold blocks: test_holds.py; what therapists do
elsewhere is an absence), therapy plans of two sessions (the course is `protocol`'s).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.harness import practice
from tests.integration.scheduling.conftest import Desk

ALWAYS = [{"weekday": day, "from": "00:00", "to": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with practice("records", "protocol", "scheduling", now="2026-01-12T14:00:00Z") as group:
        desk = Desk(group["scheduling"], group["records"], group["protocol"])
        for name in ("Front room", "Garden room"):
            desk.rooms.append((await desk.it.post("/rooms", {"name": name})).body["room_id"])
        desk.client_id = await desk.register()
        yield desk


async def hire(desk: Desk, *hours: dict[str, str]) -> None:
    answer = await desk.it.post("/therapists", {"name": "Ada", "hours": list(hours or ALWAYS)})
    desk.therapists.append(answer.body["therapist_id"])


async def stored(desk: Desk) -> tuple[int, int, int]:
    return await desk.count("event"), await desk.count("appointment"), await desk.count("claim")


def office_hours() -> list[dict[str, str]]:
    return [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("tue", "wed", "thu")]


async def test_the_same_half_hour_is_not_booked_twice(desk: Desk):
    await hire(desk)
    visit = desk.visit("2026-01-15T05:00:00Z", minutes=30)
    await desk.booked(visit, course_id=None)
    before, rival = await stored(desk), await desk.register()
    assert (await desk.book(visit, client_id=rival, course_id=None)).body["rule"] == "therapist_taken"
    assert await stored(desk) == before


@pytest.mark.parametrize(("path", "rule"), [("/therapists/{}/time-off", "outside_hours"), ("/closures", "closed_day")])
async def test_a_quarter_of_an_hour_elsewhere_is_in_the_way_of_a_half_hour(desk: Desk, path: str, rule: str):
    await hire(desk)
    body = {"from": "2026-01-15T05:00:00Z", "to": "2026-01-15T05:15:00Z"}
    assert (await desk.it.post(path.format(desk.therapists[0]), body)).status == 201
    refused = await desk.book(desk.visit("2026-01-15T05:00:00Z", minutes=30), course_id=None)
    assert (refused.status, refused.body["rule"]) == (409, rule)
    assert refused.body["items"][0]["alternatives"][0]["starts_at"] == "2026-01-15T05:15:00Z"


async def test_of_two_posts_at_once_one_is_booked(desk: Desk):
    await hire(desk)
    clients = [desk.client_id, await desk.register()]
    visit = desk.visit("2026-01-15T05:00:00Z", minutes=30)
    answers = await asyncio.gather(*(desk.book(visit, client_id=one, course_id=None) for one in clients))
    assert sorted(one.status for one in answers) == [201, 409]
    assert (await stored(desk))[1:] == (1, 3)


async def test_a_taken_hour_is_refused_and_a_free_one_takes_therapist_and_room(desk: Desk):
    await hire(desk, *office_hours())
    await desk.booked(desk.visit("2026-01-15T14:00:00Z"), course_id=None)
    assert (await stored(desk))[1:] == (1, 3)
    before, rival = await stored(desk), await desk.register()
    refused = await desk.book(desk.visit("2026-01-15T14:00:00Z"), client_id=rival, course_id=None)
    assert (refused.status, await stored(desk)) == (409, before)
    free = desk.visit("2026-01-15T15:00:00Z")
    assert (await desk.book(free, client_id=rival, course_id=None)).status == 201
    claims = await desk.it.service.store.fetch("select resource from claim")
    kinds = sorted(row["resource"].partition(":")[0] for row in claims)
    assert kinds == ["client", "client", "room", "room", "therapist", "therapist"]


async def test_neither_therapist_nor_client_is_in_two_rooms_at_once(desk: Desk):
    await hire(desk)
    await hire(desk)
    await desk.booked(desk.visit("2026-01-15T14:00:00Z", room_id=desk.rooms[0]), course_id=None)
    rival, before = await desk.register(), await stored(desk)
    asked: list[tuple[int, str]] = [(0, rival), (1, desk.client_id), (0, desk.client_id)]
    refused = []
    for room in (None, *desk.rooms):
        for therapist, client in asked:
            more: dict[str, Any] = {"room_id": room} if room else {}
            answer = await desk.book(
                desk.visit("2026-01-15T14:00:00Z", therapist, **more), client_id=client, course_id=None
            )
            refused.append((answer.status, answer.body["rule"]))
    assert refused == [(409, "therapist_taken"), (409, "client_taken"), (409, "client_taken")] * 3
    assert await stored(desk) == before
