"""Times kept for a while: nobody else gets them meanwhile, and they never stay blocked."""

import asyncio
from typing import Any
from uuid import UUID

from services.scheduling.app import build
from services.scheduling.domain.hold import stream
from shared.rebuild import rebuild
from shared.service import Service
from tests.harness import Answer
from tests.integration.scheduling.conftest import Desk

TEN_PAST = "2026-03-02T14:10:00Z"
WISH = {"weekdays": ["tue", "thu"], "from": "10:00", "to": "11:00"}


async def propose(desk: Desk, hold: str = "10m", **more: Any) -> Answer:
    body = {"client_id": desk.client_id, "course_id": desk.course_id, "sessions": 4, "minutes": 60, "prefer": WISH}
    key = more.pop("key", None)
    return await desk.it.post(f"/proposals?hold={hold}", body | more, role="front_desk", key=key)


async def held(desk: Desk, **more: Any) -> dict[str, Any]:
    answer = await propose(desk, **more)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


def as_wanted(proposal: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("starts_at", "therapist_id", "room_id")
    return [{name: one[name] for name in names} | {"minutes": 60} for one in proposal["appointments"]]


async def another(desk: Desk) -> None:
    """Another client stands at another desk."""
    desk.client_id = await desk.register()
    desk.course_id = await desk.open_course(desk.client_id)


async def free_at_ten(desk: Desk) -> int:
    """How many therapists are free on the first Tuesday at ten."""
    answer = await desk.it.get("/slots?from=2026-03-03&to=2026-03-04&minutes=60")
    return sum(one["starts_at"] == "2026-03-03T15:00:00Z" for one in answer.body["slots"])


async def test_held_times_are_offered_to_nobody_else(desk: Desk):
    first = await held(desk)
    assert first["held_until"] == TEN_PAST
    assert await free_at_ten(desk) == 1
    await another(desk)
    second = await held(desk)
    assert [one["starts_at"] for one in first["appointments"]] == [one["starts_at"] for one in second["appointments"]]
    theirs = {one["therapist_id"] for one in second["appointments"]}
    assert theirs.isdisjoint({one["therapist_id"] for one in first["appointments"]})
    assert await free_at_ten(desk) == 0
    answer = await desk.book(*as_wanted(first))
    assert (answer.status, {one["rule"] for one in answer.body["items"]}) == (409, {"therapist_taken"})


async def test_what_is_held_is_booked_with_the_hold(desk: Desk):
    proposal = await held(desk)
    assert len(await desk.booked(*as_wanted(proposal), hold_id=proposal["hold_id"])) == 4
    assert await desk.count("held_time") == 0
    again = await desk.book("2026-03-23T10:00:00-04:00", hold_id=proposal["hold_id"])
    assert (again.status, again.body["rule"]) == (409, "hold_used")
    assert "Ask for a new proposal for further visits." in again.body["detail"]


async def test_a_hold_lapses_by_itself(desk: Desk):
    proposal = await held(desk)
    await desk.it.move_clock(TEN_PAST)
    await desk.it.settled()
    assert await free_at_ten(desk) == 2
    late = await desk.book(*as_wanted(proposal), hold_id=proposal["hold_id"])
    assert (late.status, late.body["rule"]) == (409, "hold_lapsed")
    assert "Ask for a new proposal or book without the hold." in late.body["detail"]
    assert await desk.itinerary() == []
    assert len(await desk.booked(*as_wanted(proposal))) == 4


async def test_a_hold_is_given_back(desk: Desk):
    proposal = await held(desk)
    path = f"/holds/{proposal['hold_id']}"
    for _ in range(2):
        answer = await desk.it.delete(path, role="front_desk")
        assert (answer.status, answer.body) == (200, {"hold_id": proposal["hold_id"]})
    assert await free_at_ten(desk) == 2
    assert await desk.count("public.claim") == 0
    assert await desk.count("public.timer where kind = 'hold'") == 0
    unknown = await desk.it.delete(f"/holds/{desk.client_id}", role="front_desk")
    assert unknown.status == 404


async def test_two_desks_hold_different_times_at_once(desk: Desk):
    first = desk.client_id, desk.course_id
    await another(desk)
    ids = ({"client_id": one, "course_id": course} for one, course in (first, (desk.client_id, desk.course_id)))
    both = await asyncio.gather(*(held(desk, **one) for one in ids))
    times = [{(one["starts_at"], one["therapist_id"]) for one in proposal["appointments"]} for proposal in both]
    assert times[0].isdisjoint(times[1])
    assert both[0]["hold_id"] != both[1]["hold_id"]


async def test_a_booking_that_races_with_the_end_of_its_hold_gets_a_clean_answer(desk: Desk):
    proposal = await held(desk)
    booking = desk.book(*as_wanted(proposal), hold_id=proposal["hold_id"])
    answer, _ = await asyncio.gather(booking, desk.it.move_clock(TEN_PAST))
    await desk.it.settled()
    visits = [one for one in await desk.itinerary() if one["status"] == "booked"]
    if answer.status == 201:
        assert len(visits) == 4
    else:
        assert (answer.status, answer.body["rule"], visits) == (409, "hold_lapsed", [])
    assert await desk.count("held_time") == 0


async def test_the_same_request_once_more_gives_the_same_hold(desk: Desk):
    first, second = await held(desk, key="call 7"), await held(desk, key="call 7")
    assert first == second
    assert await desk.count("(select distinct hold_id from held_time) as holds") == 1


async def test_a_hold_is_for_one_client_and_a_sensible_time(desk: Desk):
    proposal = await held(desk)
    await another(desk)
    answer = await desk.book(*as_wanted(proposal), hold_id=proposal["hold_id"])
    assert (answer.status, answer.body["rule"]) == (409, "foreign_hold")
    assert "Ask for a new proposal for this one." in answer.body["detail"]
    for length in ("0m", "61m", "10", "ever"):
        answer = await propose(desk, length)
        assert (answer.status, answer.body["field"]) == (422, "hold")


async def test_a_hold_is_still_there_when_all_that_is_left_is_the_log(desk: Desk):
    proposal = await held(desk)
    await desk.it.service.store.fetch("delete from held_time")
    await rebuild(desk.it.service)
    assert await free_at_ten(desk) == 1
    of = desk.it.service
    started = Service(build(of.config, of.practice), of.config, of.practice, of.clock)
    async with started.store.open():
        hold = await started.store.state(stream(UUID(proposal["hold_id"])))
    assert (hold.until.isoformat(), hold.ended) == ("2026-03-02T14:10:00+00:00", None)
    await desk.it.move_clock(TEN_PAST)
    await desk.it.settled()
    assert await free_at_ten(desk) == 2
