"""When somebody or something is not there: absences, closures, a therapist who leaves, a room given up, a pause."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.integration.scheduling.conftest import Desk

MONDAY = date(2026, 3, 2)
TEN = "T10:00:00"


def at_ten(day: date) -> str:
    """Ten o'clock in New York, which changes its clocks on 8 March 2026."""
    return f"{day}T10:00:00{'-05:00' if day < date(2026, 3, 8) else '-04:00'}"


def twice_a_week(count: int, first: date = MONDAY + timedelta(days=2)) -> list[str]:
    """Wednesdays and Mondays at ten."""
    return [at_ten(first + timedelta(weeks=n // 2, days=5 * (n % 2))) for n in range(count)]


async def open_days(desk: Desk, client_id: str = "") -> list[str]:
    """The days of the visits that are still agreed."""
    return [one["starts_at"][:10] for one in await desk.itinerary(client_id) if one["status"] == "booked"]


async def away(desk: Desk, first: str, to: str, therapist: int = 0) -> dict[str, Any]:
    body = {"from": first, "to": to, "reason": "therapist_ill"}
    answer = await desk.it.post(f"/therapists/{desk.therapists[therapist]}/time-off", body, role="front_desk")
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.body
    return found


async def reflowed(desk: Desk, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Preview first, then do it: both say the same, and the preview stores nothing."""
    events = await desk.count("event")
    preview = await desk.it.post(f"{path}?preview=true", body or {}, role="front_desk")
    assert (preview.status, await desk.count("event")) == (200, events), preview.body
    done = await desk.it.post(path, body or {}, role="front_desk")
    assert done.status == 200, done.body
    assert (preview.body["preview"], done.body["preview"]) == (True, False)
    for one, other in zip(preview.body["clients"], done.body["clients"], strict=True):
        assert one["moved"] == other["moved"]
        assert [new["starts_at"] for new in one["booked"]] == [new["starts_at"] for new in other["booked"]]
    found: dict[str, Any] = done.body
    return found


async def test_an_absence_gives_the_visits_inside_to_somebody_else_at_the_same_time(desk: Desk):
    visits = await desk.booked(*twice_a_week(4))
    other = await desk.register()
    (lone,) = await desk.booked(desk.visit("2026-03-04T12:00:00-05:00"), client_id=other, course_id=None)
    absence = await away(desk, "2026-03-04", "2026-03-10")
    assert [one["appointment_id"] for one in absence["affected"]] == [visits[0], lone, visits[1]]
    found = await reflowed(desk, f"/time-off/{absence['time_off_id']}/reflow")
    assert [one["client_id"] for one in found["clients"]] == [desk.client_id, other]
    moved = [one for client in found["clients"] for one in client["moved"]]
    assert [one["appointment_id"] for one in moved] == [visits[0], visits[1], lone]
    assert all(one["from"] == one["to"] and one["therapist_id"] == desk.therapists[1] for one in moved)
    again = await desk.it.post(f"/time-off/{absence['time_off_id']}/reflow", {}, role="front_desk")
    assert again.body["clients"] == []


async def test_a_day_without_anybody_moves_as_few_visits_as_can_be(desk: Desk):
    await desk.it.post(f"/therapists/{desk.therapists[1]}/deactivate", {})
    visits = await desk.booked(*twice_a_week(6))
    absence = await away(desk, "2026-03-09", "2026-03-10")
    found = await reflowed(desk, f"/time-off/{absence['time_off_id']}/reflow")
    (client,) = found["clients"]
    assert (client["booked"], client["cancelled"], client["unplaced"]) == ([], [], [])
    assert visits[1] in [one["appointment_id"] for one in client["moved"]]
    assert len(client["moved"]) == 1
    days = await open_days(desk)
    assert (len(days), "2026-03-09" in days) == (6, False)
    assert await desk.refused(days) == []


async def test_each_client_is_decided_once_and_all_or_none(desk: Desk):
    await desk.booked(*twice_a_week(4))
    absence = await away(desk, "2026-03-04", "2026-03-20")
    await desk.it.post(f"/therapists/{desk.therapists[1]}/deactivate", {})
    events = await desk.count("event")
    found = await reflowed(desk, f"/time-off/{absence['time_off_id']}/reflow")
    (client,) = found["clients"]
    assert await desk.count("event") == events + len(client["moved"])
    rows = await desk.it.service.store.fetch(
        "select distinct correlation_id from event where type = 'AppointmentMoved'"
    )
    assert len(rows) == 1
    assert await desk.refused(await open_days(desk)) == []


async def test_a_visit_nothing_is_found_for_stays_and_is_named(desk: Desk):
    (visit,) = await desk.booked(desk.visit("2026-03-04T10:00:00-05:00"))
    absence = await away(desk, "2026-03-02", "2027-04-30")
    await away(desk, "2026-03-02", "2027-04-30", therapist=1)
    found = await reflowed(desk, f"/time-off/{absence['time_off_id']}/reflow")
    (client,) = found["clients"]
    assert client["moved"] == []
    assert [(one["appointment_id"], one["rule"]) for one in client["unplaced"]] == [(visit, "no_free_time")]
    assert [one["status"] for one in await desk.itinerary()] == ["booked"]


async def test_a_closure_is_put_right_for_all_its_clients(desk: Desk):
    await desk.booked(*twice_a_week(4))
    rival = await desk.register()
    course = await desk.open_course(rival)
    await desk.booked(*(desk.visit(one, 1) for one in twice_a_week(4)), client_id=rival, course_id=course)
    body = {"from": "2026-03-09", "to": "2026-03-10", "reason": "practice_closed"}
    closure = (await desk.it.post("/closures", body)).body
    assert len(closure["affected"]) == 2
    found = await reflowed(desk, f"/closures/{closure['closure_id']}/reflow")
    assert {one["client_id"] for one in found["clients"]} == {desk.client_id, rival}
    for client in (desk.client_id, rival):
        days = await open_days(desk, client)
        assert (len(days), "2026-03-09" in days) == (4, False)
        assert await desk.refused(days) == []


async def test_a_therapist_who_leaves_hands_over(desk: Desk):
    ada = desk.therapists[0]
    visits = await desk.booked(*twice_a_week(3))
    found = await reflowed(desk, f"/therapists/{ada}/deactivate")
    assert (found["active"], found["name"]) == (False, "Ada")
    (client,) = found["clients"]
    assert [one["appointment_id"] for one in client["moved"]] == visits
    assert {one["therapist_id"] for one in await desk.itinerary()} == {desk.therapists[1]}
    assert [one["starts_at"] for one in await desk.itinerary()] == [one["to"] for one in client["moved"]]


async def test_a_room_given_up_leaves_the_times_as_they_are(desk: Desk):
    visits = await desk.booked(*(desk.visit(one, room_id=desk.rooms[0]) for one in twice_a_week(3)))
    found = await reflowed(desk, f"/rooms/{desk.rooms[0]}/deactivate")
    assert found["active"] is False
    (client,) = found["clients"]
    assert [(one["appointment_id"], one["room_id"]) for one in client["moved"]] == [
        (visit, desk.rooms[1]) for visit in visits
    ]
    assert all(one["from"] == one["to"] and one["therapist_id"] == desk.therapists[0] for one in client["moved"])


async def pause(desk: Desk, first: str, to: str | None = None) -> None:
    body = {"from": first, "reason": "client_away"} | ({"to": to} if to else {})
    answer = await desk.protocol.post(f"/courses/{desk.course_id}/pause", body)
    assert answer.status in (200, 201), answer.body


async def test_a_pause_moves_the_visits_inside_to_after_it(desk: Desk):
    visits = await desk.booked(*twice_a_week(5))
    await pause(desk, "2026-03-09", "2026-03-15")
    found = await reflowed(desk, f"/courses/{desk.course_id}/reflow")
    (client,) = found["clients"]
    assert {one["appointment_id"] for one in client["moved"]} == set(visits[1:3])
    days = await open_days(desk)
    assert len(days) == 5
    assert not [day for day in days if "2026-03-09" <= day <= "2026-03-15"]
    assert await desk.refused(days) == []


async def test_a_pause_without_an_end_calls_its_visits_off_on_request(desk: Desk):
    visits = await desk.booked(*twice_a_week(4))
    await pause(desk, "2026-03-09")
    path = f"/courses/{desk.course_id}/reflow"
    refused = await desk.it.post(path, {}, role="front_desk")
    assert (refused.status, refused.body["rule"]) == (409, "no_free_time")
    assert "earliest" not in refused.body
    assert all(one["rule"] and one["detail"] for one in refused.body["alternatives"])
    found = await reflowed(desk, path, {"cancel": True})
    assert found["clients"][0]["cancelled"] == visits[1:]
    assert await open_days(desk) == ["2026-03-04"]
    counted = (await desk.it.get(f"/clients/{desk.client_id}/attendance")).body
    assert (counted["cancelled"], counted["cancelled_late"]) == (3, 0)


async def test_a_withdrawn_session_is_made_up_for(desk: Desk):
    await desk.near_the_break()
    await desk.booked(*twice_a_week(3))
    found = await reflowed(desk, f"/courses/{desk.course_id}/reflow", {"missing": 1})
    assert len(found["clients"][0]["booked"]) == 1
    days = await open_days(desk)
    assert len(days) == 4
    assert await desk.refused(days) == []


async def test_visits_of_three_lengths_in_one_course_keep_them(desk: Desk):
    lengths = (45, 60, 90, 45)
    wanted = [desk.visit(one) | {"minutes": minutes} for one, minutes in zip(twice_a_week(4), lengths, strict=True)]
    await desk.booked(*wanted)
    absence = await away(desk, "2026-03-04", "2026-03-12")
    await reflowed(desk, f"/time-off/{absence['time_off_id']}/reflow")
    assert tuple(minutes(one) for one in await desk.itinerary()) == lengths


def minutes(visit: dict[str, Any]) -> int:
    length = datetime.fromisoformat(visit["ends_at"]) - datetime.fromisoformat(visit["starts_at"])
    return int(length / timedelta(minutes=1))


async def test_moving_the_third_of_three_leaves_three(desk: Desk):
    *_, third = await desk.booked(*twice_a_week(3))
    for reflow in (False, True):
        answer = await desk.change(third, "move", {"starts_at": at_ten(date(2026, 3, 12)), "reflow": reflow})
        assert answer.status == 200, answer.body
        assert len(await desk.itinerary()) == 3


async def test_what_is_not_known_and_who_may(desk: Desk):
    nobody = uuid4()
    for path in ("time-off", "closures", "courses"):
        assert (await desk.it.post(f"/{path}/{nobody}/reflow", {})).status == 404
        assert (await desk.it.post(f"/{path}/{nobody}/reflow", {}, role="therapist")).status == 403
    for path in (f"/therapists/{nobody}/deactivate", f"/rooms/{nobody}/deactivate"):
        for query in ("", "?preview=true"):
            assert (await desk.it.post(path + query, {})).status == 404
    for field, value in (("missing", -1), ("missing", 31), ("cancel", "yes"), ("colour", "blue")):
        answer = await desk.it.post(f"/courses/{desk.course_id}/reflow", {field: value})
        assert (answer.status, answer.body["field"]) == (422, field)


async def test_a_visit_takes_the_time_of_a_later_one_that_makes_room(desk: Desk):
    first, *_, third = await desk.booked(*twice_a_week(3))
    answer = await desk.change(first, "move", {"starts_at": at_ten(date(2026, 3, 11)), "reflow": True})
    assert answer.status == 200, answer.body
    assert [one["appointment_id"] for one in answer.body["moved"]] == [first, third]
    days = await open_days(desk)
    assert (len(days), "2026-03-04" in days) == (3, False)
    assert await desk.refused(days) == []
    assert await desk.count("claim") == 9


async def test_where_no_day_will_do_the_next_and_the_nearest_free_times_are_named(desk: Desk):
    _, visit = await desk.booked(at_ten(date(2026, 3, 2)), at_ten(date(2026, 3, 4)))
    absence = await away(desk, "2026-03-04", "2027-04-30")
    await away(desk, "2026-03-04", "2027-04-30", therapist=1)
    refused = await desk.change(visit, "cancel", {"reason": "client_wish", "reflow": True})
    assert (refused.status, refused.body["rule"]) == (409, "no_free_time")
    assert refused.body["earliest"] == "2026-03-04"
    (client,) = (await reflowed(desk, f"/time-off/{absence['time_off_id']}/reflow"))["clients"]
    (unplaced,) = client["unplaced"]
    assert (unplaced["appointment_id"], unplaced["earliest"]) == (visit, "2026-03-04")
    assert {(one["starts_at"][:10], one["rule"]) for one in unplaced["alternatives"]} == {("2026-03-03", "min_gap")}
