"""A whole fibromyalgia course: proposed, booked, refused in the break, put right after a loss and around a move."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.harness import It, practice
from tests.integration.scheduling.conftest import NOW, WEEKDAYS

PREFER = {"weekdays": ["mon", "wed"], "from": "10:00", "to": "12:00"}


@dataclass
class House:
    """Three services, a client with a course, one therapist."""

    group: dict[str, It]
    client_id: str = ""
    course_id: str = ""
    therapist_id: str = ""

    @property
    def desk(self) -> It:
        return self.group["scheduling"]

    async def set_up(self) -> "House":
        self.client_id = (await self.group["records"].post("/clients", {"name": "Zoë Lopez"})).body["client_id"]
        course = {"client_id": self.client_id, "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        self.course_id = (await self.group["protocol"].post("/courses", course)).body["course_id"]
        await self.desk.post("/rooms", {"name": "Front room"})
        body = {"name": "Ada", "hours": WEEKDAYS}
        self.therapist_id = (await self.desk.post("/therapists", body)).body["therapist_id"]
        return self

    async def propose(self, **more: Any) -> dict[str, Any]:
        body = {"client_id": self.client_id, "course_id": self.course_id, "sessions": "course", "minutes": 60}
        answer = await self.desk.post("/proposals", body | {"prefer": PREFER} | more)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.body
        return found

    async def book(self, starts: list[str]) -> Any:
        wanted = [{"starts_at": one, "minutes": 60, "therapist_id": self.therapist_id} for one in starts]
        body = {"client_id": self.client_id, "course_id": self.course_id, "appointments": wanted}
        return await self.desk.post("/appointments", body)

    async def open_days(self) -> list[date]:
        found = (await self.desk.get(f"/clients/{self.client_id}/itinerary")).body["appointments"]
        return [day(one["starts_at"]) for one in found if one["status"] == "booked"]

    async def check(self, days: list[date]) -> list[dict[str, Any]]:
        answer = await self.group["protocol"].post(
            f"/courses/{self.course_id}/check", {"dates": [one.isoformat() for one in days]}
        )
        return [one for one in answer.body["verdicts"] if not one["allowed"]]


def day(instant: str) -> date:
    return datetime.fromisoformat(instant).date()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with practice("records", "protocol", "scheduling", now=NOW) as group:
        yield await House(group).set_up()


async def test_the_whole_course_is_proposed_and_booked_as_proposed(house: House):
    proposal = await house.propose()
    visits = proposal["appointments"]
    assert len(visits) == 38
    assert proposal["unplaced"] == []
    assert [len([one for one in visits if one["phase"] == f"series {n}"]) for n in (1, 2, 3)] == [10, 5, 15]
    assert [one["ordinal"] for one in visits] == list(range(1, 39))
    for pause, after, weeks in zip(proposal["breaks"], (14, 29), (2, 3), strict=True):
        last = day(visits[after]["starts_at"])
        assert pause == {
            "from": str(last + timedelta(days=1)),
            "first_day": str(last + timedelta(weeks=weeks)),
        }
    answer = await house.book([one["starts_at"] for one in visits])
    assert answer.status == 201, answer.body
    assert [one["ordinal"] for one in answer.body["appointments"]] == list(range(1, 39))
    wall_clock = {
        datetime.fromisoformat(one["starts_at"]).astimezone(house.desk.service.practice.tz).hour for one in visits
    }
    assert wall_clock == {10}


async def test_no_visit_in_the_break_and_none_too_near(house: House):
    proposal = await house.propose()
    assert (await house.book([one["starts_at"] for one in proposal["appointments"][:30]])).status == 201
    pause = proposal["breaks"][0]
    answer = await house.book([f"{pause['from']}T14:00:00Z"])
    assert (answer.status, answer.body["rule"]) == (409, "break")
    first = proposal["appointments"][0]["starts_at"][:10]
    answer = await house.book([f"{first}T18:00:00Z"])
    assert answer.body["rule"] == "min_gap"


async def test_a_missed_visit_is_replaced_and_everything_after_fits(house: House):
    proposal = await house.propose()
    booked = await house.book([one["starts_at"] for one in proposal["appointments"]])
    first = booked.body["appointments"][0]["appointment_id"]
    await house.desk.move_clock("2026-03-02T16:30:00Z")
    preview = await house.desk.post(f"/appointments/{first}/miss?preview=true", {"reflow": True})
    answer = await house.desk.post(f"/appointments/{first}/miss", {"reflow": True})
    assert answer.status == 200, answer.body
    assert answer.body["moved"] == preview.body["moved"]
    days = await house.open_days()
    assert len(days) == 38
    assert await house.check(days) == []
    assert answer.body["moved"] != []


@pytest.mark.parametrize("to", ["2026-03-05", "2026-03-10", "2026-03-17"])
async def test_a_moved_visit_takes_the_later_ones_along(house: House, to: str):
    proposal = await house.propose()
    booked = await house.book([one["starts_at"] for one in proposal["appointments"][:30]])
    second = booked.body["appointments"][1]["appointment_id"]
    body = {"starts_at": f"{to}T15:00:00Z", "reflow": True}
    answer = await house.desk.post(f"/appointments/{second}/move", body)
    assert answer.status == 200, answer.body
    days = await house.open_days()
    assert len(days) == 30
    assert date.fromisoformat(to) in days
    assert await house.check(days) == []
