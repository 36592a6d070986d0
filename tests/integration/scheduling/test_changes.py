"""What becomes of an appointment: moved, cancelled, missed, arrived, taken back; the later ones put right."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.scheduling.domain.attendance import MarkMissed
from services.scheduling.domain.placing import Placement, Rearrange
from shared.messages import Cause
from tests.harness import Answer, until
from tests.integration.scheduling.conftest import Desk

VISITS = [f"2026-03-{one}:00" for one in ("04T10:00:00-05", "06T10:00:00-05", "11T10:00:00-04", "13T10:00:00-04")]
AFTER_THE_BREAK = ["2026-03-27T10:00:00-04:00", "2026-04-01T10:00:00-04:00"]


def starts(visits: list[dict[str, Any]], *statuses: str) -> list[str]:
    return [one["starts_at"][5:16] for one in visits if not statuses or one["status"] in statuses]


async def test_a_move_keeps_the_length_and_counts(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    answer = await desk.change(visit, "move", {"starts_at": "2026-03-05T11:00:00-05:00"})
    assert answer.status == 200, answer.body
    assert (answer.body["starts_at"], answer.body["ends_at"]) == ("2026-03-05T16:00:00Z", "2026-03-05T17:00:00Z")
    assert answer.body["revision"] == 1
    (moved,) = answer.body["moved"]
    assert (moved["appointment_id"], moved["from"], moved["to"]) == (
        visit, "2026-03-04T15:00:00Z", "2026-03-05T16:00:00Z",
    )  # fmt: skip
    assert (moved["therapist_id"], moved["room_id"]) == (answer.body["therapist_id"], answer.body["room_id"])
    assert await desk.count("claim") == 3


async def test_an_appointment_never_blocks_its_own_move(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    answer = await desk.change(visit, "move", {"starts_at": "2026-03-04T10:30:00-05:00"})
    assert (answer.status, answer.body["starts_at"]) == (200, "2026-03-04T15:30:00Z")


async def test_a_move_to_another_therapist(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    body = {"starts_at": VISITS[0], "therapist_id": desk.therapists[1]}
    answer = await desk.change(visit, "move", body)
    assert answer.body["therapist_id"] == desk.therapists[1]


async def test_a_move_that_cannot_be_leaves_everything_as_it_was(desk: Desk):
    first, _ = await desk.booked(*VISITS[:2])
    rival = await desk.register()
    await desk.booked(desk.visit("2026-03-09T10:00:00-04:00"), client_id=rival, course_id=None)
    events = await desk.count("event")
    for starts_at, rule in (
        ("2026-03-05T10:00:00-05:00", None),  # the next day would be too near, which is said as `affected`
        ("2026-03-07T10:00:00-05:00", "outside_hours"),
        ("2026-03-02T08:00:00-05:00", "in_the_past"),
        ("2026-03-06T10:30:00-05:00", "min_gap"),
        ("2026-03-09T10:30:00-04:00", "therapist_taken"),
    ):
        answer = await desk.change(first, "move", {"starts_at": starts_at}, "?preview=true")
        assert (answer.status, answer.body.get("rule")) == (409 if rule else 200, rule), answer.body
        if rule:
            assert (await desk.change(first, "move", {"starts_at": starts_at})).body["alternatives"]
    assert await desk.count("event") == events


async def test_a_move_names_the_visits_that_no_longer_fit(desk: Desk):
    first, second = await desk.booked(*VISITS[:2])
    answer = await desk.change(first, "move", {"starts_at": "2026-03-05T10:00:00-05:00"})
    assert [(one["appointment_id"], one["rule"]) for one in answer.body["affected"]] == [(second, "min_gap")]


async def test_a_move_with_reflow_takes_the_later_ones_along(desk: Desk):
    first, second, *_ = await desk.booked(*VISITS[:3])
    body = {"starts_at": "2026-03-05T10:00:00-05:00", "reflow": True}
    preview = await desk.change(first, "move", body, "?preview=true")
    assert starts(await desk.itinerary()) == ["03-04T15:00", "03-06T15:00", "03-11T14:00"]
    answer = await desk.change(first, "move", body)
    assert answer.status == 200, answer.body
    assert answer.body["moved"] == preview.body["moved"]
    assert [one["appointment_id"] for one in answer.body["moved"]] == [first, second]
    found = await desk.itinerary()
    assert starts(found)[0] == "03-05T15:00"
    assert len(found) == 3
    days = [one["starts_at"][:10] for one in found]
    assert len(set(days)) == 3
    assert "2026-03-06" not in days


async def test_a_cancelled_visit_frees_its_time(desk: Desk):
    visit, _ = await desk.booked(*VISITS[:2])
    answer = await desk.change(visit, "cancel", {"reason": "client_ill"})
    assert (answer.status, answer.body["status"], answer.body["affected"]) == (200, "cancelled", [])
    again = await desk.change(visit, "cancel", {"reason": "client_ill"})
    assert (again.status, again.body["moved"]) == (200, [])
    assert (await desk.booked(desk.visit(VISITS[0]), client_id=await desk.register(), course_id=None)) != []


async def test_a_loss_names_the_visits_that_fall_into_the_break(desk: Desk):
    await desk.near_the_break()
    *_, fourth = await desk.booked(*VISITS)
    later = await desk.booked(*AFTER_THE_BREAK)
    answer = await desk.change(fourth, "cancel", {"reason": "client_away"})
    assert [(one["appointment_id"], one["rule"]) for one in answer.body["affected"]] == [(later[1], "break")]


async def test_a_lost_visit_is_replaced_and_the_break_moves_along(desk: Desk):
    await desk.near_the_break()
    *_, fourth = await desk.booked(*VISITS)
    later = await desk.booked(*AFTER_THE_BREAK)
    answer = await desk.change(fourth, "cancel", {"reason": "client_away", "reflow": True})
    assert answer.status == 200, answer.body
    found = await desk.itinerary()
    assert len([one for one in found if one["status"] == "booked"]) == 6
    assert [one["ordinal"] for one in found if one["status"] == "booked"] == [12, 13, 14, 15, 16, 17]
    assert len(answer.body["booked"]) == 1
    assert {one["appointment_id"] for one in answer.body["moved"]} <= set(later)
    assert await desk.refused([one["starts_at"][:10] for one in found if one["status"] == "booked"]) == []
    assert await desk.count("claim") == 18


async def test_a_missed_visit_is_replaced_at_the_usual_time(desk: Desk):
    first, *_ = await desk.booked(*VISITS[:3])
    await desk.it.move_clock("2026-03-04T16:00:00Z")
    answer = await desk.change(first, "miss", {"reflow": True}, role="therapist")
    assert answer.status == 200, answer.body
    assert (answer.body["status"], answer.body["moved"]) == ("missed", [])
    (new,) = answer.body["booked"]
    assert new["starts_at"][11:16] in ("14:00", "15:00")
    assert new["therapist_id"] == desk.therapists[0]


async def test_arrival_is_marked_and_taken_back(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    early = await desk.change(visit, "arrive", role="therapist")
    assert (early.status, early.body["rule"], early.body["earliest"]) == (409, "not_today", "2026-03-04T05:00:00Z")
    await desk.it.move_clock("2026-03-04T14:50:00Z")
    assert (await desk.change(visit, "arrive", role="therapist")).body["status"] == "arrived"
    assert (await desk.change(visit, "move", {"starts_at": VISITS[1]})).body["rule"] == "not_booked"
    assert (await desk.change(visit, "undo", role="therapist")).body["status"] == "booked"
    early = await desk.change(visit, "miss")
    assert (early.status, early.body["rule"], early.body["earliest"]) == (409, "not_begun", "2026-03-04T15:00:00Z")
    await desk.it.move_clock("2026-03-04T15:00:00Z")
    assert (await desk.change(visit, "miss")).body["status"] == "missed"
    assert await desk.count("claim") == 0
    assert (await desk.change(visit, "undo")).body["status"] == "booked"
    assert await desk.count("claim") == 3


async def missed_and_put_right(desk: Desk) -> tuple[list[str], Answer]:
    """Four visits, the first of them missed, and what the others had to do because of it."""
    visits = await desk.booked(*VISITS)
    await desk.it.move_clock("2026-03-04T16:00:00Z")
    answer = await desk.change(visits[0], "miss", {"reflow": True})
    assert answer.status == 200, answer.body
    return visits, answer


async def test_what_came_of_an_absence_goes_when_it_is_taken_back(desk: Desk):
    visits, missed = await missed_and_put_right(desk)
    assert missed.body["booked"]
    back = await desk.change(visits[0], "undo")
    assert back.status == 200, back.body
    stands = [one for one in await desk.itinerary() if one["status"] == "booked"]
    assert [one["appointment_id"] for one in stands] == visits
    assert [datetime.fromisoformat(one["starts_at"]) for one in stands] == list(map(datetime.fromisoformat, VISITS))
    assert {one["appointment_id"] for one in back.body["moved"]} == {
        one["appointment_id"] for one in missed.body["moved"]
    }


async def test_a_visit_whose_former_time_is_taken_stays_when_an_absence_is_taken_back(desk: Desk):
    visits = await desk.booked(*VISITS)
    await desk.it.move_clock("2026-03-04T16:00:00Z")
    await desk.it.service.store.put(*shifted(desk, visits[0], visits[1]))
    await desk.booked(VISITS[1], client_id=await desk.register(), course_id=None)
    back = await desk.change(visits[0], "undo")
    assert (back.status, back.body["moved"]) == (200, [])
    found = {one["appointment_id"]: one for one in await desk.itinerary()}
    assert (found[visits[0]]["status"], found[visits[1]]["starts_at"]) == ("booked", "2026-03-06T17:00:00Z")


def shifted(desk: Desk, lost: str, other: str) -> Any:
    """The first is missed, and the second goes from ten to noon because of it."""
    client_id, noon = UUID(desk.client_id), datetime.fromisoformat("2026-03-06T17:00:00Z")
    placed = Placement(
        appointment_id=UUID(other), therapist_id=UUID(desk.therapists[0]), room_id=UUID(desk.rooms[0]), starts_at=noon,
        ends_at=noon + timedelta(hours=1), course_id=UUID(desk.course_id),
    )  # fmt: skip
    now = desk.it.service.clock.now()
    loss = MarkMissed(client_id=client_id, appointment_id=UUID(lost), now=now)
    command = Rearrange(client_id=client_id, now=now, version=5, losses=(loss,), moves=(placed,))
    return {f"itinerary-{client_id}": command}, Cause(actor="front_desk:test", correlation_id=uuid4())


async def test_an_absence_is_not_taken_back_when_the_therapist_has_somebody_else(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    await desk.it.move_clock("2026-03-04T15:00:00Z")
    await desk.change(visit, "miss")
    await desk.booked(desk.visit(VISITS[0]), client_id=await desk.register(), course_id=None)
    assert (await desk.change(visit, "undo")).body["rule"] == "therapist_taken"


async def test_an_unknown_appointment(desk: Desk):
    for path in ("00000000-0000-0000-0000-000000000001", "tomorrow"):
        assert (await desk.change(path, "arrive")).status == 404


async def test_a_reason_is_coded(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    for reason in ("tired of it", None):
        answer = await desk.change(visit, "cancel", {"reason": reason})
        assert (answer.status, answer.body["field"]) == (422, "reason")


def session(desk: Desk, **more: Any) -> dict[str, Any]:
    return {
        "therapist_id": desk.therapists[0],
        "course_id": desk.course_id,
        "started_at": "2026-03-04T15:00:00Z",
        "ended_at": "2026-03-04T16:00:00Z",
        "pain_before": 5,
        "pain_after": 3,
        "regions": [{"region": "neck", "minutes": 8, "techniques": ["kneading"]}],
    } | more


async def test_a_session_fulfils_its_appointment_and_a_withdrawn_one_does_not(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    await desk.it.move_clock("2026-03-04T16:00:00Z")
    answer = await desk.records.post(f"/clients/{desk.client_id}/sessions", session(desk, appointment_id=visit))
    assert answer.status == 201, answer.body
    await until(lambda: status_is(desk, visit, "fulfilled"))
    withdrawn = await desk.records.post(
        f"/sessions/{answer.body['session_id']}/withdraw", {"reason": "entered_in_error"}
    )
    assert withdrawn.status in (200, 201), withdrawn.body
    await until(lambda: status_is(desk, visit, "booked"))


async def test_a_session_without_an_appointment_has_an_ordinal(desk: Desk):
    await desk.booked(VISITS[1])
    await desk.it.move_clock("2026-03-04T16:00:00Z")
    await desk.records.post(f"/clients/{desk.client_id}/sessions", session(desk))
    await desk.it.settled()
    assert [one["ordinal"] for one in await desk.itinerary()] == [2]


async def test_an_erased_client_has_no_appointments(desk: Desk):
    visit, _ = await desk.booked(*VISITS[:2])
    answer = await desk.records.delete(f"/clients/{desk.client_id}")
    assert answer.status == 202, answer.body
    await desk.it.settled()
    assert await desk.count("claim") == 0
    assert (await desk.it.get(f"/appointments/{visit}")).status == 404
    assert (await desk.it.get(f"/clients/{desk.client_id}/itinerary")).status == 404
    assert (await desk.book(VISITS[2])).status == 404


async def status_is(desk: Desk, visit: str, status: str) -> bool:
    return bool((await desk.it.get(f"/appointments/{visit}")).body["status"] == status)
