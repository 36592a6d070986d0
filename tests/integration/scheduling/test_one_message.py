"""However many visits a decision changes, the client gets one letter about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness import It, practice
from tests.integration.notify.mail_server import mail_server
from tests.integration.scheduling.conftest import NOW, Desk
from tests.integration.scheduling.test_leaving import twice_a_week


@dataclass
class Told:
    """A desk, and what its client was told by mail."""

    desk: Desk
    notify: It

    async def letters(self) -> list[dict[str, Any]]:
        """The letters about changes that were sent, without reminders."""
        found = (await self.notify.get(f"/clients/{self.desk.client_id}/messages?limit=500")).body["messages"]
        return [one for one in found if one["kind"] != "reminder" and one["status"] == "sent"]


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    """Six visits are booked, and the client has been told of them."""
    folder = tmp_path / "mail"
    folder.mkdir()
    async with (
        mail_server(folder) as (_, port),
        practice("records", "protocol", "scheduling", "notify", now=NOW, smtp=f"smtp://127.0.0.1:{port}") as group,
    ):
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        body = {"name": "Zoë Lopez", "email": "zoe@client.example", "consents": {"email": True, "sms": False}}
        desk.client_id = (await desk.records.post("/clients", body)).body["client_id"]
        desk.course_id = await desk.open_course(desk.client_id)
        found = Told(desk, group["notify"])
        await desk.booked(*twice_a_week(6))
        await desk.it.move_clock("2026-03-02T15:30:00Z")
        assert [one["kind"] for one in await found.letters()] == ["booking"]
        yield found


async def test_an_absence_of_two_weeks_is_one_letter(told: Told):
    path = f"/therapists/{told.desk.therapists[0]}"
    absence = await told.desk.it.post(f"{path}/time-off", {"from": "2026-03-04", "to": "2026-03-17"})
    await told.desk.it.post(f"/therapists/{told.desk.therapists[1]}/deactivate", {})
    answer = await told.desk.it.post(f"/time-off/{absence.body['time_off_id']}/reflow", {})
    moved = [one["appointment_id"] for one in answer.body["clients"][0]["moved"]]
    assert len(moved) >= 4
    await told.desk.it.move_clock("2026-03-02T18:00:00Z")
    booking, change = sorted(await told.letters(), key=lambda one: one["sent_at"])
    assert (booking["kind"], change["kind"]) == ("booking", "change")
    assert sorted(change["appointment_ids"]) == sorted(moved)


async def test_a_lost_visit_that_moves_others_is_one_letter(told: Told):
    first = (await told.desk.itinerary())[0]["appointment_id"]
    answer = await told.desk.change(first, "cancel", {"reason": "client_ill", "reflow": True})
    assert answer.status == 200, answer.body
    await told.desk.it.move_clock("2026-03-02T18:00:00Z")
    assert len(await told.letters()) == 2


async def test_a_closed_course_calls_off_its_visits_in_one_letter(told: Told):
    visits = {one["appointment_id"] for one in await told.desk.itinerary()}
    body = {"reason": "moved_away", "cancel_appointments": True}
    answer = await told.desk.protocol.post(f"/courses/{told.desk.course_id}/close", body)
    assert answer.status == 200, answer.body
    await told.desk.it.move_clock("2026-03-02T18:00:00Z")
    assert {one["status"] for one in await told.desk.itinerary()} == {"cancelled"}
    _, letter = sorted(await told.letters(), key=lambda one: one["sent_at"])
    assert (letter["kind"], set(letter["appointment_ids"])) == ("cancellation", visits)


async def test_a_closed_course_keeps_its_visits_unless_it_is_asked(told: Told):
    await told.desk.protocol.post(f"/courses/{told.desk.course_id}/close", {"reason": "client_wish"})
    await told.desk.it.settled()
    assert {one["status"] for one in await told.desk.itinerary()} == {"booked"}
