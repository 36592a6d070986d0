"""A practice with two therapists, two rooms and a client with a course, at nine on a Monday morning."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.harness import Answer, It, practice

NOW = "2026-03-02T14:00:00Z"
WEEKDAYS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]


@dataclass
class Desk:
    """The front desk at work."""

    it: It
    records: It
    protocol: It
    client_id: str = ""
    course_id: str = ""
    rooms: list[str] = field(default_factory=list)
    therapists: list[str] = field(default_factory=list)

    async def set_up(self) -> "Desk":
        for name in ("Front room", "Garden room"):
            self.rooms.append((await self.it.post("/rooms", {"name": name})).body["room_id"])
        for name in ("Ada", "Ben"):
            body = {"name": name, "email": f"{name.lower()}@practice.example", "hours": WEEKDAYS}
            self.therapists.append((await self.it.post("/therapists", body)).body["therapist_id"])
        self.client_id = await self.register()
        self.course_id = await self.open_course(self.client_id)
        return self

    async def open_course(self, client_id: str, before: int = 0) -> str:
        body = {"client_id": client_id, "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        earlier = {"sessions_before": before, "last_session_on": "2026-02-20"} if before else {}
        answer = await self.protocol.post("/courses", body | earlier)
        assert answer.status == 201, answer.body
        return str(answer.body["course_id"])

    async def near_the_break(self) -> None:
        """Go on with a client who has four sessions to go before the break."""
        self.client_id = await self.register()
        self.course_id = await self.open_course(self.client_id, before=11)

    async def refused(self, days: list[str]) -> list[dict[str, Any]]:
        """What the protocol says against these days."""
        answer = await self.protocol.post(f"/courses/{self.course_id}/check", {"dates": days})
        assert answer.status == 200, answer.body
        return [one for one in answer.body["verdicts"] if not one["allowed"]]

    async def register(self) -> str:
        return str((await self.records.post("/clients", {"name": "Zoë Lopez"})).body["client_id"])

    def visit(self, starts_at: str, therapist: int = 0, **more: Any) -> dict[str, Any]:
        return {"starts_at": starts_at, "minutes": 60, "therapist_id": self.therapists[therapist], **more}

    async def book(self, *visits: str | dict[str, Any], key: str | None = None, **more: Any) -> Answer:
        wanted = [self.visit(one) if isinstance(one, str) else one for one in visits]
        body = {"client_id": self.client_id, "course_id": self.course_id, "appointments": wanted} | more
        return await self.it.post("/appointments", {k: v for k, v in body.items() if v}, role="front_desk", key=key)

    async def booked(self, *visits: str | dict[str, Any], **more: Any) -> list[str]:
        answer = await self.book(*visits, **more)
        assert answer.status == 201, answer.body
        return [one["appointment_id"] for one in answer.body["appointments"]]

    async def change(self, appointment_id: str, what: str, body: Any = None, query: str = "", **more: Any) -> Answer:
        path = f"/appointments/{appointment_id}/{what}{query}"
        return await self.it.post(path, body or {}, **({"role": "front_desk"} | more))

    async def itinerary(self, client_id: str = "") -> list[dict[str, Any]]:
        answer = await self.it.get(f"/clients/{client_id or self.client_id}/itinerary")
        assert answer.status == 200, answer.body
        found: list[dict[str, Any]] = answer.body["appointments"]
        return found

    async def count(self, table: str) -> int:
        return int((await self.it.service.store.fetch(f"select count(*) as n from {table}"))[0]["n"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with practice("records", "protocol", "scheduling", now=NOW) as group:
        yield await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
