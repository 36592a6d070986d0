"""How clients keep what was agreed: absences and late cancellations, counted, and what they cost by the setting."""

from typing import Any

import pytest

from tests.harness import practice
from tests.integration.scheduling.conftest import NOW, Desk

VISITS = [f"2026-03-{one}:00" for one in ("04T10:00:00-05", "06T10:00:00-05", "11T10:00:00-04", "13T10:00:00-04")]
COUNTING = {"attendance": {"late_hours": 48, "no_show_uses_session": True, "late_cancellation_uses_session": True}}


async def attendance(desk: Desk, **more: Any) -> dict[str, Any]:
    answer = await desk.it.get(f"/clients/{desk.client_id}/attendance", **more)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


async def test_late_is_fewer_than_24_hours_before_and_the_clients_doing(desk: Desk):
    visits = await desk.booked(*VISITS)
    await desk.it.move_clock("2026-03-03T15:00:01Z")
    for visit, reason in zip(visits, ("client_wish", "client_ill", "therapist_ill", "client_away"), strict=True):
        assert (await desk.change(visit, "cancel", {"reason": reason})).status == 200
    found = await attendance(desk)
    assert (found["cancelled"], found["cancelled_late"], found["sessions_used"]) == (4, 1, 0)


@pytest.mark.parametrize(("clock", "late"), [("2026-03-03T15:00:00Z", 0), ("2026-03-03T15:00:01Z", 1)])
async def test_exactly_24_hours_before_is_in_time(desk: Desk, clock: str, late: int):
    (visit,) = await desk.booked(VISITS[0])
    await desk.it.move_clock(clock)
    await desk.change(visit, "cancel", {"reason": "client_ill"})
    assert (await attendance(desk))["cancelled_late"] == late


async def test_what_the_practice_calls_off_is_never_late(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    await desk.it.move_clock("2026-03-04T14:00:00Z")
    await desk.change(visit, "cancel", {"reason": "therapist_ill"})
    assert (await attendance(desk))["cancelled_late"] == 0


async def test_a_missed_visit_is_counted_until_it_is_taken_back(desk: Desk):
    (visit,) = await desk.booked(VISITS[0])
    await desk.it.move_clock("2026-03-04T15:00:00Z")
    await desk.change(visit, "miss")
    assert (await attendance(desk))["missed"] == 1
    await desk.change(visit, "undo")
    found = await attendance(desk, role="client", client_id=desk.client_id)
    assert (found["missed"], found["client_id"], found["late_hours"]) == (0, desk.client_id, 24)
    assert (
        await desk.it.get(f"/clients/{desk.client_id}/attendance", role="client", client_id=desk.therapists[0])
    ).status == 403
    assert (await desk.it.get(f"/clients/{desk.therapists[0]}/attendance")).status == 404


async def test_by_the_setting_an_absence_uses_up_a_session_and_is_not_replaced():
    async with practice("records", "protocol", "scheduling", now=NOW, settings=COUNTING) as group:
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        first, second, *_ = await desk.booked(*VISITS)
        await desk.it.move_clock("2026-03-04T15:00:00Z")
        missed = await desk.change(first, "miss", {"reflow": True})
        assert (missed.body["booked"], missed.body["moved"], missed.body["affected"]) == ([], [], [])
        await desk.it.move_clock("2026-03-05T15:00:00Z")
        cancelled = await desk.change(second, "cancel", {"reason": "client_wish", "reflow": True})
        assert (cancelled.body["booked"], cancelled.body["moved"]) == ([], [])
        found = await attendance(desk)
        assert (found["missed"], found["cancelled_late"], found["sessions_used"]) == (1, 1, 2)
        assert [one["ordinal"] for one in await desk.itinerary()] == [None, None, 1, 2]
        await desk.it.settled()
        course = await desk.protocol.get(f"/courses/{desk.course_id}")
        assert (course.body["sessions_completed"], course.body["phase"]["done"]) == (0, 2)
        await desk.change(first, "undo")
        await desk.it.settled()
        course = await desk.protocol.get(f"/courses/{desk.course_id}")
        assert course.body["phase"]["done"] == 1
        assert (await attendance(desk))["sessions_used"] == 1
