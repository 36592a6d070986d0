"""The waiting list: what becomes free goes to the first who fits, is kept for them, then goes to the next."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from services.scheduling import offers as offering
from services.scheduling.app import build
from shared.rebuild import rebuild
from shared.running import running
from shared.service import Service
from tests.harness import Answer, practice
from tests.integration.scheduling.conftest import NOW, Desk

TUESDAY_TEN = "2026-03-03T15:00:00Z"
WISH = {"weekdays": ["tue"], "from": "10:00", "to": "11:00"}


async def full(desk: Desk, starts_at: str = TUESDAY_TEN) -> str:
    """Somebody has Ada's time; who waits wants it. Gives the appointment."""
    somebody = await desk.register()
    return (await desk.booked(starts_at, client_id=somebody, course_id=None))[0]


async def waits(desk: Desk, client_id: str = "", **more: Any) -> dict[str, str]:
    client = client_id or await desk.register()
    wish = {"prefer": WISH | {"therapist_id": desk.therapists[0]}}
    answer = await desk.it.post("/waitlist", {"client_id": client, "minutes": 60} | wish | more, role="front_desk")
    assert answer.status == 201, answer.body
    return {"client_id": client, "waitlist_id": answer.body["waitlist_id"]}


async def cancel(desk: Desk, appointment_id: str) -> None:
    answer = await desk.change(appointment_id, "cancel", {"reason": "client_ill"})
    assert answer.status == 200, answer.body
    await desk.it.settled()


async def offers(desk: Desk) -> dict[str, str | None]:
    """Whose time it is: the client, and what is offered."""
    answer = await desk.it.get("/waitlist", role="front_desk")
    assert answer.status == 200, answer.body
    return {one["client_id"]: one["offer"] and one["offer"]["starts_at"] for one in answer.body["waitlist"]}


async def say(desk: Desk, place: dict[str, str], what: str, **more: Any) -> Answer:
    found = await desk.it.post(f"/waitlist/{place['waitlist_id']}/{what}", {}, **({"role": "front_desk"} | more))
    await desk.it.settled()
    return found


async def test_a_cancelled_visit_goes_to_the_first_who_waits(desk: Desk):
    taken = await full(desk)
    first, second = await waits(desk), await waits(desk)
    await desk.it.settled()
    assert await offers(desk) == {first["client_id"]: None, second["client_id"]: None}
    await cancel(desk, taken)
    assert await offers(desk) == {first["client_id"]: TUESDAY_TEN, second["client_id"]: None}
    answer = await desk.book(TUESDAY_TEN, client_id=second["client_id"], course_id=None)
    assert (answer.status, answer.body["items"][0]["rule"]) == (409, "therapist_taken")


async def test_who_accepts_has_the_visit_and_waits_no_more(desk: Desk):
    taken = await full(desk)
    first, second = await waits(desk), await waits(desk)
    await cancel(desk, taken)
    answer = await say(desk, first, "accept")
    assert answer.status == 200, answer.body
    assert [one["starts_at"] for one in answer.body["appointments"]] == [TUESDAY_TEN]
    assert await offers(desk) == {second["client_id"]: None}
    assert [one["starts_at"] for one in await desk.itinerary(first["client_id"])] == [TUESDAY_TEN]
    assert await desk.count("held_time") == 0
    assert await desk.count("public.timer where kind in ('hold', 'offer')") == 0


async def test_who_does_not_answer_in_time_loses_it_to_the_next(desk: Desk):
    taken = await full(desk)
    first, second = await waits(desk), await waits(desk)
    await cancel(desk, taken)
    await desk.it.move_clock("2026-03-02T15:59:00Z")
    assert (await offers(desk))[first["client_id"]] == TUESDAY_TEN
    await desk.it.move_clock("2026-03-02T16:00:00Z")
    assert await offers(desk) == {first["client_id"]: None, second["client_id"]: TUESDAY_TEN}
    late = await say(desk, first, "accept")
    assert (late.status, late.body["rule"]) == (409, "no_offer")
    await desk.it.move_clock("2026-03-02T18:00:00Z")
    assert await offers(desk) == {first["client_id"]: None, second["client_id"]: None}
    assert len(await desk.booked(TUESDAY_TEN, course_id=None)) == 1


async def test_who_declines_is_not_offered_the_same_time_again(desk: Desk):
    taken = await full(desk)
    first, second = await waits(desk), await waits(desk)
    await cancel(desk, taken)
    assert (await say(desk, first, "decline")).status == 200
    assert await offers(desk) == {first["client_id"]: None, second["client_id"]: TUESDAY_TEN}
    assert (await say(desk, second, "decline")).status == 200
    assert await offers(desk) == {first["client_id"]: None, second["client_id"]: None}


async def test_who_left_is_passed_over_and_an_offer_goes_on_with_them(desk: Desk):
    taken = await full(desk)
    first, second = await waits(desk), await waits(desk)
    await cancel(desk, taken)
    answer = await desk.it.delete(f"/waitlist/{first['waitlist_id']}", role="front_desk")
    assert (answer.status, answer.body) == (200, {"waitlist_id": first["waitlist_id"]})
    await desk.it.settled()
    assert await offers(desk) == {second["client_id"]: TUESDAY_TEN}
    assert (await say(desk, first, "accept")).status == 404


async def test_the_wish_is_a_condition(desk: Desk):
    taken = await full(desk)
    await waits(desk, prefer={"weekdays": ["wed"]})
    await waits(desk, prefer={"from": "10:30", "to": "11:00"})
    await waits(desk, prefer={"therapist_id": desk.therapists[1]})
    await waits(desk, first_day="2026-03-04", prefer={})
    await waits(desk, prefer={"to": "16:00"}, minutes=480)
    fits = await waits(desk, prefer={}, minutes=45)
    await cancel(desk, taken)
    found = {client: at for client, at in (await offers(desk)).items() if at}
    assert found == {fits["client_id"]: TUESDAY_TEN}


async def test_what_the_cadence_refuses_is_not_offered(desk: Desk):
    taken = await full(desk)
    await desk.booked("2026-03-02T15:00:00Z")
    too_soon = await waits(desk, desk.client_id, course_id=desk.course_id)
    fits = await waits(desk)
    await cancel(desk, taken)
    assert await offers(desk) == {too_soon["client_id"]: None, fits["client_id"]: TUESDAY_TEN}


async def test_the_clients_own_visit_is_no_free_time(desk: Desk):
    taken = await full(desk)
    client = await desk.register()
    await desk.booked(desk.visit(TUESDAY_TEN, therapist=1), client_id=client, course_id=None)
    busy, fits = await waits(desk, client), await waits(desk)
    await cancel(desk, taken)
    assert await offers(desk) == {busy["client_id"]: None, fits["client_id"]: TUESDAY_TEN}


async def test_a_move_a_hold_that_lapses_and_an_absence_taken_back_free_a_time(desk: Desk):
    taken = await full(desk)
    first = await waits(desk)
    assert (await desk.change(taken, "move", {"starts_at": "2026-03-03T18:00:00Z"})).status == 200
    await desk.it.settled()
    assert await offers(desk) == {first["client_id"]: TUESDAY_TEN}
    assert (await say(desk, first, "accept")).status == 200
    path = f"/therapists/{desk.therapists[0]}/time-off"
    away = (await desk.it.post(path, {"from": "2026-03-10", "to": "2026-03-11"})).body["time_off_id"]
    second = await waits(desk)
    assert (await desk.it.post(f"/time-off/{away}/withdraw", {})).status == 200
    await desk.it.settled()
    assert await offers(desk) == {second["client_id"]: "2026-03-10T14:00:00Z"}


async def test_other_hours_on_a_day_free_a_time(desk: Desk):
    saturday = await waits(desk, prefer={"weekdays": ["sat"]})
    path = f"/therapists/{desk.therapists[0]}/days/2026-03-07"
    answer = await desk.it.put(path, {"times": [{"from": "10:00", "to": "12:00"}]})
    assert answer.status == 200, answer.body
    await desk.it.settled()
    assert await offers(desk) == {saturday["client_id"]: "2026-03-07T15:00:00Z"}


async def test_a_holiday_on_which_the_practice_is_open_after_all_frees_a_time():
    settings = {"holidays": {"country": "US"}}
    async with practice("records", "protocol", "scheduling", now=NOW, settings=settings) as group:
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        place = await waits(desk, prefer={}, first_day="2026-05-25", last_day="2026-05-25")
        assert (await desk.it.put("/holidays/2026-05-25", {"open": True})).status == 200
        await desk.it.settled()
        assert await offers(desk) == {place["client_id"]: "2026-05-25T13:00:00Z"}


async def test_a_time_that_is_over_or_too_near_is_not_offered(desk: Desk):
    taken = await full(desk, "2026-03-02T15:00:00Z")
    await waits(desk, prefer={"to": "11:00"})
    await desk.it.move_clock("2026-03-02T15:00:00Z")
    await cancel(desk, taken)
    assert set((await offers(desk)).values()) == {None}


async def test_an_offer_made_in_the_evening_may_be_answered_in_the_morning(desk: Desk):
    taken = await full(desk)
    await waits(desk)
    await desk.it.move_clock("2026-03-03T01:00:00Z")
    await cancel(desk, taken)
    place = (await desk.it.get("/waitlist")).body["waitlist"][0]
    assert place["offer"]["until"] == "2026-03-03T14:00:00Z"


async def test_who_joins_after_a_time_became_free_is_not_asked_about_it(desk: Desk):
    taken = await full(desk)
    await cancel(desk, taken)
    await waits(desk)
    await desk.it.settled()
    assert set((await offers(desk)).values()) == {None}


async def test_who_was_passed_over_because_of_another_offer_is_asked_when_that_has_ended(desk: Desk):
    taken = [await full(desk, f"2026-03-03T{hour}:00:00Z") for hour in (15, 19)]
    place = await waits(desk, prefer={"therapist_id": desk.therapists[0], "weekdays": ["tue"]}, minutes=480)
    short = await waits(desk, prefer=WISH | {"weekdays": ["tue"]})
    await cancel(desk, taken[0])
    assert await offers(desk) == {place["client_id"]: None, short["client_id"]: TUESDAY_TEN}
    await cancel(desk, taken[1])
    assert (await offers(desk))[place["client_id"]] is None
    await say(desk, short, "decline")
    assert await offers(desk) == {place["client_id"]: "2026-03-03T14:00:00Z", short["client_id"]: None}


async def test_an_offered_time_that_the_cadence_forbids_by_now_is_not_booked(desk: Desk):
    taken = await full(desk)
    place = await waits(desk, desk.client_id, course_id=desk.course_id)
    await cancel(desk, taken)
    await desk.booked("2026-03-02T19:00:00Z")
    answer = await say(desk, place, "accept")
    assert (answer.status, answer.body["items"][0]["rule"]) == (409, "min_gap")
    assert (await offers(desk))[desk.client_id] == TUESDAY_TEN
    assert len(await desk.itinerary()) == 1


async def test_a_second_place_for_the_same_is_refused_and_unknown_things_are_unknown(desk: Desk):
    first = await waits(desk)
    again = await desk.it.post("/waitlist", {"client_id": first["client_id"], "minutes": 30})
    assert (again.status, again.body["rule"]) == (409, "already_waiting")
    nobody = await desk.it.post("/waitlist", {"client_id": desk.course_id, "minutes": 30})
    assert nobody.status == 404
    foreign = await desk.it.post(
        "/waitlist", {"client_id": first["client_id"], "course_id": desk.course_id, "minutes": 30}
    )
    assert (foreign.status, foreign.body["rule"]) == (409, "foreign_course")
    assert (await desk.it.post(f"/waitlist/{desk.client_id}/accept", {})).status == 404
    assert (await say(desk, first, "accept")).body["rule"] == "no_offer"
    assert (await say(desk, first, "accept", role="client", client_id=desk.client_id)).status == 404
    assert (await say(desk, first, "decline", role="client", client_id=first["client_id"])).status == 409


async def test_the_same_acceptance_twice_is_one_visit(desk: Desk):
    taken = await full(desk)
    first = await waits(desk)
    await cancel(desk, taken)
    one, other = await asyncio.gather(*(say(desk, first, "accept", key="yes") for _ in range(2)))
    assert (one.status, one.body) == (other.status, other.body) == (200, one.body)
    assert len(await desk.itinerary(first["client_id"])) == 1


async def test_two_replicas_and_a_rebuild_make_one_offer_of_a_time(desk: Desk):
    taken = [await full(desk, f"2026-03-03T{hour}:00:00Z") for hour in (14, 15, 16, 17)]
    places = [
        await waits(desk, prefer={"therapist_id": desk.therapists[0], "weekdays": ["tue"], "to": "13:00"})
        for _ in range(6)
    ]
    of = desk.it.service
    other = Service(build(of.config, of.practice), of.config, of.practice, of.clock)
    async with running(other):
        await asyncio.gather(*(desk.change(one, "cancel", {"reason": "client_ill"}) for one in taken))
        await desk.it.settled()
    found = [at for at in (await offers(desk)).values() if at]
    assert len(found) == len(set(found)) == 4
    tables = ("waiting", "freed_time", "held_time")
    before = [await of.store.fetch(f"select * from {table} order by 1, 2, 3") for table in tables]
    await rebuild(of)
    assert [await of.store.fetch(f"select * from {table} order by 1, 2, 3") for table in tables] == before
    assert sum(bool(at) for at in [(await offers(desk))[one["client_id"]] for one in places[:4]]) == 4


async def test_an_erased_client_and_a_closed_course_wait_no_more(desk: Desk):
    gone = await waits(desk)
    await waits(desk, desk.client_id, course_id=desk.course_id)
    assert (await desk.records.delete(f"/clients/{gone['client_id']}")).status == 202
    closed = await desk.protocol.post(f"/courses/{desk.course_id}/close", {"reason": "client_wish"})
    assert closed.status == 200, closed.body
    await desk.it.settled()
    assert await offers(desk) == {}


async def test_nobody_is_asked_again_about_a_time_because_somebody_else_let_one_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """Each look at a time costs a look at the calendar; a long list and many free times would take minutes."""
    wednesdays = [await full(desk, f"2026-03-04T{hour}:00:00Z") for hour in (15, 17, 19)]
    tuesday = await full(desk)
    never = {"weekdays": ["sun"], "from": "10:00", "to": "11:00"}
    for _ in range(3):
        await waits(desk, prefer=never)
    place, looks = await waits(desk), list[tuple[datetime, bool]]()
    suiting = offering.suiting

    def look(roster: Any, freed: Any, wanted: Any, *more: Any) -> Any:
        looks.append((freed.starts_at, "sun" in wanted.weekdays))
        return suiting(roster, freed, wanted, *more)

    monkeypatch.setattr(offering, "suiting", look)
    for taken in (*wednesdays, tuesday):
        await cancel(desk, taken)
    assert (await offers(desk))[place["client_id"]] == TUESDAY_TEN
    looks.clear()
    await say(desk, place, "decline")
    freed_again = [starts_at for starts_at, never_fits in looks if never_fits]
    assert {one.isoformat()[:10] for one in freed_again} == {"2026-03-03"}
