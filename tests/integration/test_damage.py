"""A damaged row in any service's log stops only its own stream: lists, loops, rebuilds and the bus go on."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from shared.operators import print_events
from shared.rebuild import rebuild
from tests.harness import It, practice
from tests.integration.damage import by_hand
from tests.integration.records.conftest import session
from tests.integration.scheduling.conftest import NOW, Desk

SPOIL = "update event set data = $2::text::jsonb where position = (select min(position) from event where stream = $1)"
FORMS = ["5", "null", "[]", "{}", '{"client_id": "nobody"}', '"text"']


class House:
    """Two clients, each with a course and a visit."""

    def __init__(self, group: dict[str, It]) -> None:
        self.group = group
        self.desk = Desk(group["scheduling"], group["records"], group["protocol"])
        self.people: list[dict[str, str]] = []

    async def set_up(self) -> None:
        await self.desk.set_up()
        for hour in (14, 16):
            self.desk.client_id = await self.desk.register()
            self.desk.course_id = await self.desk.open_course(self.desk.client_id)
            [visit] = await self.desk.booked(f"2026-03-10T{hour}:00:00Z")
            ids = {"client": self.desk.client_id, "course": self.desk.course_id, "visit": visit}
            self.people.append(ids)
        await self.desk.it.settled()

    async def ask(self, service: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The answer; a neighbour that took longer than a second on a busy machine is asked again."""
        while (answer := await self.group[service].ask(method, path, body)).status == 503:
            await self.desk.it.settled()
        return answer.status, answer.body


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with practice("records", "protocol", "scheduling", "notify", now=NOW) as group:
        house = House(group)
        await house.set_up()
        yield house


@pytest.mark.parametrize("form", FORMS)
async def test_a_damaged_course_is_its_own_trouble(house: House, form: str) -> None:
    zoe, ann = house.people
    second = {"client_id": zoe["client"], "protocol": "als_support", "starts_on": "2026-03-02"}
    healthy = (await house.ask("protocol", "POST", "/courses", second))[1]["course_id"]
    protocol = house.group["protocol"]
    await by_hand(protocol, SPOIL, f"course-{zoe['course']}", form)
    with capture_logs() as logs:
        for method, path, body in (
            ("GET", "", None), ("GET", "/note", None), ("GET", "/history", None), ("POST", "/check", {"dates": []}),
            ("POST", "/pause", {"from": "2026-03-09", "reason": "other"}),
        ):  # fmt: skip
            status, answer = await house.ask("protocol", method, f"/courses/{zoe['course']}{path}", body)
            assert (status, answer["rule"]) == (409, "damaged"), path
    assert {one["stream"] for one in logs if one["event"] == "record_damaged"} == {f"course-{zoe['course']}"}
    status, found = await house.ask("protocol", "GET", f"/courses?client_id={zoe['client']}")
    assert (status, [one["course_id"] for one in found["courses"]]) == (200, [healthy])
    for path in ("/adherence", "/lapses", f"/courses/{ann['course']}"):
        assert (await house.ask("protocol", "GET", path))[0] == 200
    await _sessions_of_both(house)
    assert (await house.ask("protocol", "GET", f"/courses/{ann['course']}"))[1]["sessions_completed"] == 1
    await rebuild(protocol.service)


async def _sessions_of_both(house: House) -> None:
    for person in house.people:
        noted = session(course_id=person["course"], appointment_id=person["visit"])
        assert (await house.ask("records", "POST", f"/clients/{person['client']}/sessions", noted))[0] == 201
    await house.desk.it.settled()


@pytest.mark.parametrize("form", FORMS)
async def test_a_damaged_itinerary_is_its_own_trouble(house: House, form: str) -> None:
    zoe, ann = house.people
    scheduling = house.group["scheduling"]
    await by_hand(scheduling, SPOIL, f"itinerary-{zoe['client']}", form)
    status, answer = await house.ask("scheduling", "POST", f"/appointments/{zoe['visit']}/cancel", {"reason": "other"})
    assert (status, answer["rule"]) == (409, "damaged")
    therapist = house.desk.therapists[0]
    await house.ask("scheduling", "POST", "/waitlist", {"client_id": zoe["client"], "minutes": 60})
    await house.ask("scheduling", "POST", "/waitlist", {"client_id": ann["client"], "minutes": 60})
    other = await house.desk.register()
    house.desk.client_id, house.desk.course_id = other, ""
    [freed] = await house.desk.booked("2026-03-11T14:00:00Z")
    assert (await house.ask("scheduling", "POST", f"/appointments/{freed}/cancel", {"reason": "other"}))[0] == 200
    await house.desk.it.settled()
    waiting = (await house.ask("scheduling", "GET", "/waitlist"))[1]["waitlist"]
    assert [(one["client_id"], one["status"]) for one in waiting] == [
        (zoe["client"], "waiting"), (ann["client"], "offered"),
    ]  # fmt: skip
    away = {"from": "2026-03-10T12:00:00Z", "to": "2026-03-10T22:00:00Z", "reason": "therapist_ill"}
    absence = (await house.ask("scheduling", "POST", f"/therapists/{therapist}/time-off", away))[1]
    status, righted = await house.ask("scheduling", "POST", f"/time-off/{absence['time_off_id']}/reflow", {})
    assert (status, [one["client_id"] for one in righted["clients"]]) == (200, [ann["client"]])
    await _sessions_of_both(house)
    await rebuild(scheduling.service)


@pytest.mark.parametrize("form", FORMS)
async def test_damaged_messages_are_their_own_trouble(house: House, form: str) -> None:
    zoe, ann = house.people
    notify = house.group["notify"]
    await by_hand(notify, SPOIL, f"correspondence-{zoe['client']}", form)
    for person in house.people:
        moved = {"starts_at": "2026-03-12T14:00:00Z" if person is zoe else "2026-03-12T16:00:00Z"}
        assert (await house.ask("scheduling", "POST", f"/appointments/{person['visit']}/move", moved))[0] == 200
    await notify.move_clock("2026-03-13T14:00:00Z")
    status, found = await house.ask("notify", "GET", f"/clients/{ann['client']}/messages")
    assert status == 200
    assert {one["status"] for one in found["messages"] if one["kind"] != "note"} == {"withdrawn"}
    status, answer = await house.ask("notify", "PUT", f"/clients/{zoe['client']}/preferences", {"channels": []})
    assert (status, answer["rule"]) == (409, "damaged")
    await rebuild(notify.service)


async def test_a_client_who_cannot_be_read_is_no_reason_to_ask_again_later(house: House) -> None:
    """Waiting mends nothing: whoever needs the client says so, and everything else settles."""
    zoe, ann = house.people
    records = house.group["records"]
    spoilt = """update event set data = '{"sealed": ""}' where client_id = $1 and version = 2"""
    await by_hand(records, spoilt, UUID(zoe["client"]))
    body = {"client_id": zoe["client"], "minutes": 60}
    status, answer = await house.ask("scheduling", "POST", "/waitlist", body)
    assert (status, answer["rule"]) == (409, "damaged")
    await house.group["notify"].move_clock("2026-03-10T13:30:00Z")
    found = (await house.ask("notify", "GET", f"/clients/{ann['client']}/messages"))[1]["messages"]
    assert {one["status"] for one in found if one["kind"] == "reminder"} == {"withdrawn"}


async def test_a_damaged_row_is_printed_as_it_is(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    scheduling = house.group["scheduling"]
    for form in FORMS:
        await by_hand(scheduling, SPOIL, f"itinerary-{house.people[0]['client']}", form)
        await print_events(scheduling.service, None, None, follow=False)
    assert "AppointmentBooked" in capsys.readouterr().out
