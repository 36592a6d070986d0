"""Each of the smaller protocols from its opening to its end, over HTTP (domain.md §4)."""

from typing import Any

from shared.events import protocol as told
from tests.integration.protocol.conftest import House

LABEL = "Single case, uncontrolled; only with the treating physician."


async def begin(house: House, protocol: str, **more: Any) -> None:
    """From here on the house's course is one of this protocol."""
    opened = await house.open_course(protocol=protocol, **more)
    assert opened.status == 201, opened.body
    house.course_id = opened.body["course_id"]


async def walk(house: House, day: str, **figures: int) -> None:
    await house.it.move_clock(f"{day}T23:00:00Z")
    body = {"date": day, "regions": ["hips"], "minutes": 10, **figures}
    answer = await house.records.post(f"/clients/{house.client_id}/exercises", body)
    assert answer.status == 201, answer.body
    await house.it.settled()


async def rules(house: House) -> list[str]:
    return [one["rule"] for one in (await house.course())["deviations"]]


async def test_the_single_case_has_its_label_its_milestones_and_its_end(house: House):
    await begin(house, "als_support")
    assert (await house.course())["label"] == (await house.note())["label"] == LABEL
    days = await house.sessions(7)
    await walk(house, days[-1], steps=15, walked_minutes=6)
    found = await house.events(told.ExerciseMilestone)
    assert [one.kind for one in found if one.kind in ("steps", "walked_minutes")] == ["steps", "walked_minutes"]
    assert "Most steps so far: 15. Longest walk so far: 6 minutes." in said(await house.note())
    await house.sessions(11, "2026-01-28")
    course = await house.course()
    assert (course["status"], course["sessions_completed"], course["deviations"]) == ("closed", 18, [])
    assert (course["label"], course["slips"]) == (LABEL, 0)
    assert [one.reason for one in await house.events(told.CourseClosed)] == ["finished"]


def said(note: dict[str, Any]) -> str:
    return " ".join(line["text"] for line in note["changed"])


async def test_a_missed_rhythm_is_an_alarm_at_local_midnight_of_the_eleventh_day(house: House):
    await begin(house, "neuromuscular_maintenance")
    await house.sessions(1)
    assert (await house.course())["phase"]["kind"] == "maintenance"
    await house.it.move_clock("2026-01-16T04:59:00Z")
    assert (await house.course())["lapses"] == []
    await house.it.move_clock("2026-01-16T05:00:00Z")
    course = await house.course()
    assert [one["since"] for one in course["lapses"]] == ["2026-01-05"]
    assert course["lapse_undecided"]
    assert "An alarm: no session since 2026-01-05." in said(await house.note())
    await house.session("2026-01-16")
    await house.it.settled()
    assert not (await house.course())["lapse_undecided"]


async def test_the_session_before_an_event_is_on_its_day_and_ends_the_course(house: House):
    await begin(house, "pre_event_sports", event_at="2026-01-10T17:00:00Z")
    event = {"at": "2026-01-10T17:00:00Z", "session_at": "2026-01-10T16:00:00Z", "source": "B"}
    assert (await house.note())["event"] == event
    early, right = await house.check("2026-01-09", "2026-01-10")
    assert (early["rule"], early["earliest"], right["allowed"]) == ("event_day", "2026-01-10", True)
    await house.it.move_clock("2026-01-10T16:30:00Z")
    await house.session("2026-01-10")
    await house.it.settled()
    assert ((await house.course())["status"], await rules(house)) == ("closed", [])


async def test_a_session_for_an_event_on_another_day_is_flagged(house: House):
    await begin(house, "pre_event_sports", event_at="2026-01-10T17:00:00Z")
    await house.it.move_clock("2026-01-09T16:30:00Z")
    await house.session("2026-01-09")
    await house.it.settled()
    assert ((await house.course())["status"], await rules(house)) == ("closed", ["event_day"])


async def test_after_an_event_one_session_of_the_whole_body_ends_the_course(house: House):
    await begin(house, "post_event_sports")
    sequence = (await house.note())["sequence"]
    assert {step["region"] for step in sequence} == {"full_body"}
    assert sum(step["minutes"] for step in sequence) == 60
    await house.it.move_clock("2026-01-05T17:00:00Z")
    await house.session("2026-01-05", regions=[{"region": "full_body", "minutes": 60, "techniques": ["stretching"]}])
    await house.it.settled()
    course = await house.course()
    assert (course["status"], course["sessions_completed"], course["deviations"]) == ("closed", 1, [])
