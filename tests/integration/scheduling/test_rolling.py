"""Weekly visits without end: kept booked to a rolling horizon, stepped over only with a proposal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from services.scheduling.app import build
from shared.rebuild import rebuild
from shared.running import running
from shared.service import Service
from tests.harness import practice
from tests.integration.scheduling.conftest import NOW, Desk

WEDNESDAY = date(2026, 3, 4)
CLOSED = "2026-03-18"


def at_ten(day: date, hour: int = 10) -> str:
    """An hour of New York, as answers show it; the clocks change on 8 March 2026 and on 1 November."""
    ahead = 4 if date(2026, 3, 8) <= day < date(2026, 11, 1) else 5
    return f"{day}T{hour + ahead}:00:00Z"


def weeks(count: int, first: date = WEDNESDAY) -> list[str]:
    """Wednesdays at ten."""
    return [at_ten(first + timedelta(weeks=n)) for n in range(count)]


@pytest.fixture
async def maintained() -> AsyncIterator[Desk]:
    """A client in maintenance: thirty sessions and both breaks lie behind them."""
    async with practice("records", "protocol", "scheduling", now=NOW) as group:
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        desk.client_id = await desk.register()
        body = {"client_id": desk.client_id, "protocol": "fibromyalgia", "starts_on": "2025-09-01"}
        before = {"sessions_before": 30, "last_session_on": "2026-01-20"}
        desk.course_id = (await desk.protocol.post("/courses", body | before)).body["course_id"]
        await desk.it.settled()
        yield desk


async def agree(desk: Desk, **more: Any) -> dict[str, Any]:
    rhythm = {"weekday": "wed", "time": "10:00", "therapist_id": desk.therapists[0], "minutes": 60} | more
    answer = await desk.it.put(f"/courses/{desk.course_id}/rolling", rhythm, role="front_desk")
    assert answer.status == 200, answer.body
    await desk.it.settled()
    found: dict[str, Any] = answer.body
    return found


async def booked(desk: Desk) -> list[str]:
    return [one["starts_at"] for one in await desk.itinerary() if one["status"] == "booked"]


async def stepped(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.it.get("/stepped-over", role="front_desk")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.body["stepped_over"]
    return found


async def close(desk: Desk, day: str) -> None:
    following = str(date.fromisoformat(day) + timedelta(days=1))
    assert (await desk.it.post("/closures", {"from": day, "to": following})).status == 201


async def decide(desk: Desk, day: str, what: str, body: Any = None) -> Any:
    path = f"/courses/{desk.course_id}/stepped-over/{day}/{what}"
    answer = await desk.it.post(path, body or {}, role="front_desk")
    await desk.it.settled()
    return answer


async def test_weekly_visits_are_booked_to_the_horizon_and_kept_so_as_time_goes_by(maintained: Desk):
    desk = maintained
    assert (await agree(desk))["rhythm"]["weekday"] == "wed"
    assert await booked(desk) == weeks(8)
    await desk.it.move_clock("2026-03-05T04:00:00Z")  # Wednesday night
    assert len(await booked(desk)) == 8
    await desk.it.move_clock("2026-03-06T14:00:00Z")
    assert await booked(desk) == weeks(9)
    await desk.it.move_clock("2026-05-01T14:00:00Z")
    assert await booked(desk) == weeks(17)
    assert await stepped(desk) == []


async def test_all_that_one_look_books_is_one_unit_of_work(maintained: Desk):
    await agree(maintained)
    rows = await maintained.it.service.store.fetch(
        "select distinct correlation_id from public.event where type in ('AppointmentBooked', 'WeeksKept')"
    )
    assert len(rows) == 1


async def test_a_closed_day_is_stepped_over_and_listed_with_other_times_of_its_week(maintained: Desk):
    desk = maintained
    await close(desk, CLOSED)
    found = await agree(desk)
    assert await booked(desk) == [one for one in weeks(8) if not one.startswith(CLOSED)]
    (step,) = await stepped(desk)
    assert step == (await desk.it.get(f"/courses/{desk.course_id}/rolling")).body["stepped_over"][0]
    assert found["stepped_over"] == []  # nobody had looked yet
    assert (step["day"], step["rule"]) == (CLOSED, "closed_day")
    assert [one["starts_at"] for one in step["alternatives"]] == [at_ten(date(2026, 3, day)) for day in (19, 17, 20)]
    await desk.it.move_clock("2026-03-06T14:00:00Z")
    assert len(await stepped(desk)) == 1


async def test_the_desk_books_what_is_proposed_or_another_time_or_leaves_the_week(maintained: Desk):
    desk = maintained
    days = ["2026-03-11", "2026-03-18", "2026-03-25"]
    for day in days:
        await close(desk, day)
    await agree(desk)
    answer = await decide(desk, days[0], "book")
    assert (answer.status, answer.body["appointments"][0]["starts_at"]) == (201, at_ten(date(2026, 3, 12)))
    taken = await decide(desk, days[1], "book", {"starts_at": "2026-03-18T14:00:00Z"})
    assert (taken.status, taken.body["items"][0]["rule"]) == (409, "closed_day")
    assert len(await stepped(desk)) == 2
    other = {"starts_at": "2026-03-20T18:00:00Z", "therapist_id": desk.therapists[1]}
    answer = await decide(desk, days[1], "book", other)
    assert (answer.status, answer.body["appointments"][0]["therapist_id"]) == (201, desk.therapists[1])
    assert (await decide(desk, days[2], "leave")).status == 200
    assert await stepped(desk) == []
    for day in (*days, "2026-04-01", "nonsense"):
        assert (await decide(desk, day, "leave")).status == 404
    before = await booked(desk)
    await desk.it.move_clock("2026-03-06T14:00:00Z")
    assert await booked(desk) == [*before, weeks(9)[-1]]


async def test_a_therapist_who_is_taken_a_lost_room_and_a_week_without_a_free_time_are_told(maintained: Desk):
    desk = maintained
    somebody = await desk.register()
    await desk.booked(weeks(2)[1], client_id=somebody, course_id=None)
    week = {"from": "2026-03-16", "to": "2026-03-21"}
    assert (await desk.it.post("/closures", week)).status == 201
    await agree(desk)
    taken, shut = await stepped(desk)
    assert (taken["rule"], shut["rule"]) == ("therapist_taken", "closed_day")
    assert taken["alternatives"][0] == {
        "starts_at": weeks(2)[1],
        "ends_at": at_ten(date(2026, 3, 11), 11),
        "therapist_id": desk.therapists[1],
    }
    assert shut["alternatives"] == []
    nothing = await decide(desk, shut["day"], "book")
    assert (nothing.status, nothing.body["field"]) == (422, "starts_at")
    for room in desk.rooms:
        assert (await desk.it.post(f"/rooms/{room}/deactivate", {})).status in (200, 409)
    await desk.it.move_clock("2026-03-06T14:00:00Z")
    assert [one["rule"] for one in await stepped(desk)][2:] == ["no_room"]


async def test_a_week_that_has_a_visit_gets_no_second_one_and_one_called_off_stays_so(maintained: Desk):
    desk = maintained
    own = at_ten(date(2026, 3, 13), 14)
    await desk.booked(own)
    await agree(desk)
    first, *rest = weeks(8)
    assert await booked(desk) == [first, own, *rest[1:]]
    second = (await desk.itinerary())[2]
    assert (await desk.change(second["appointment_id"], "cancel", {"reason": "client_away"})).status == 200
    await desk.it.move_clock("2026-03-06T14:00:00Z")
    assert second["starts_at"] not in await booked(desk)
    assert await stepped(desk) == []


async def test_a_course_in_a_series_waits_for_its_maintenance(desk: Desk):
    await agree(desk)
    assert await booked(desk) == []
    await desk.it.move_clock("2026-03-20T14:00:00Z")
    assert (await booked(desk), await stepped(desk)) == ([], [])


async def test_the_rhythm_is_taken_over_from_the_last_visit(maintained: Desk):
    desk = maintained
    path = f"/courses/{desk.course_id}/rolling"
    silent = await desk.it.put(path, {})
    assert (silent.status, silent.body["field"]) == (422, "weekday")
    await desk.booked({"starts_at": "2026-03-05T19:30:00Z", "minutes": 45, "therapist_id": desk.therapists[1]})
    answer = await desk.it.put(path, {})
    assert answer.status == 200, answer.body
    assert answer.body["rhythm"] == {
        "weekday": "thu",
        "time": "14:30",
        "therapist_id": desk.therapists[1],
        "minutes": 45,
        "equipment": [],
    }
    await desk.it.settled()
    assert [one[:10] for one in await booked(desk)] == [str(date(2026, 3, 5) + timedelta(weeks=n)) for n in range(8)]


async def test_a_pause_is_left_out_and_what_was_called_off_for_it_comes_back(maintained: Desk):
    desk = maintained
    await agree(desk)
    pause = await desk.protocol.post(
        f"/courses/{desk.course_id}/pause", {"from": "2026-03-09", "reason": "client_away"}
    )
    assert pause.status == 200, pause.body
    off = await desk.it.post(f"/courses/{desk.course_id}/reflow", {"cancel": True}, role="front_desk")
    assert off.status == 200, off.body
    assert await booked(desk) == weeks(1)
    await desk.it.move_clock("2026-03-20T14:00:00Z")
    assert (await booked(desk), await stepped(desk)) == (weeks(1), [])
    assert (await desk.protocol.post(f"/courses/{desk.course_id}/resume", {})).status == 200
    await desk.it.settled()
    assert await booked(desk) == weeks(1) + weeks(8, date(2026, 3, 25))


async def test_an_end_books_no_more_and_leaves_what_is_booked(maintained: Desk):
    desk = maintained
    await close(desk, CLOSED)
    await agree(desk)
    answer = await desk.it.delete(f"/courses/{desk.course_id}/rolling", role="front_desk")
    assert (answer.status, answer.body["rhythm"], answer.body["stepped_over"]) == (200, None, [])
    await desk.it.move_clock("2026-03-20T14:00:00Z")
    assert len(await booked(desk)) == 7
    assert await desk.count("public.timer where kind = 'roll'") == 0


@pytest.mark.parametrize("how", ["close", "erase"])
async def test_a_closed_course_and_an_erased_client_end_it(maintained: Desk, how: str):
    desk = maintained
    await close(desk, CLOSED)
    await agree(desk)
    if how == "close":
        body = {"reason": "finished", "cancel_appointments": True}
        assert (await desk.protocol.post(f"/courses/{desk.course_id}/close", body)).status == 200
    else:
        assert (await desk.records.delete(f"/clients/{desk.client_id}")).status == 202
    await desk.it.settled()
    await desk.it.move_clock("2026-03-20T14:00:00Z")
    assert (await desk.count("rolling"), await stepped(desk)) == (0, [])
    assert await desk.count("appointment where status = 'booked'") == 0


async def test_two_replicas_book_each_week_once_and_a_rebuild_gives_the_same_rows(maintained: Desk):
    desk = maintained
    await close(desk, CLOSED)
    of = desk.it.service
    other = Service(build(of.config, of.practice), of.config, of.practice, of.clock)
    async with running(other):
        await asyncio.gather(agree(desk), agree(desk, time="11:00"), agree(desk))
        await desk.it.settled()
        await desk.it.move_clock("2026-03-20T14:00:00Z")
    days = [one[:10] for one in await booked(desk)]
    assert len(days) == len(set(days)) == 10
    tables = ("rolling", "stepped_over", "waiting", "freed_time", "appointment")
    before = [await of.store.fetch(f"select * from {table} order by 1, 3") for table in tables]
    await rebuild(of)
    assert [await of.store.fetch(f"select * from {table} order by 1, 3") for table in tables] == before


async def test_who_may(maintained: Desk):
    desk = maintained
    path = f"/courses/{desk.course_id}/rolling"
    assert (await desk.it.put(path, {}, role="therapist")).status == 403
    assert (await desk.it.get(path, role="client", client_id=desk.client_id)).status == 403
    assert (await desk.it.get("/stepped-over", role="therapist")).status == 200
    assert (await desk.it.get(f"/courses/{desk.client_id}/rolling")).status == 404
    assert (await desk.it.put(f"/courses/{desk.client_id}/rolling", {})).status == 404
    body = {"weekday": "wed", "time": "10:00", "therapist_id": desk.client_id, "minutes": 60}
    assert (await desk.it.put(path, body)).status == 404
    assert (await desk.it.put(path, body | {"time": "25:00"})).status == 422
