"""Protocol and records at work, with a client and a fibromyalgia course on a Monday morning."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.messages import Event
from tests.harness import Answer, It, practice

NOW = "2026-01-05T14:00:00Z"
THERAPIST = str(uuid4())


@dataclass
class House:
    """Two services and one client with a course."""

    it: It
    records: It
    client_id: str = ""
    course_id: str = ""

    async def register(self) -> str:
        return str((await self.records.post("/clients", {"name": "Zoë Lopez"})).body["client_id"])

    async def open_course(self, **more: Any) -> Answer:
        body = {"client_id": self.client_id, "protocol": "fibromyalgia", "starts_on": "2026-01-05"}
        return await self.it.post("/courses", body | more)

    async def course(self, query: str = "") -> dict[str, Any]:
        answer = await self.it.get(f"/courses/{self.course_id}{query}")
        assert answer.status == 200, answer.body
        return dict(answer.body)

    async def post(self, what: str, body: Any, **more: Any) -> Answer:
        return await self.it.post(f"/courses/{self.course_id}/{what}", body, **more)

    async def note(self) -> dict[str, Any]:
        return dict((await self.it.get(f"/courses/{self.course_id}/note", role="therapist")).body)

    async def check(self, *days: str) -> list[dict[str, Any]]:
        answer = await self.post("check", {"dates": list(days)}, role="front_desk")
        assert answer.status == 200, answer.body
        return list(answer.body["verdicts"])

    async def session(self, day: str, **more: Any) -> str:
        """A session at ten in New York, written down on its day."""
        body = {
            "course_id": self.course_id, "therapist_id": THERAPIST, "started_at": f"{day}T15:00:00Z",
            "ended_at": f"{day}T16:00:00Z", "pain_before": 6, "pain_after": 4, "regions": [],
        }  # fmt: skip
        answer = await self.records.post(f"/clients/{self.client_id}/sessions", body | more, role="therapist")
        assert answer.status == 201, answer.body
        return str(answer.body["session_id"])

    async def sessions(self, count: int, first: str = "2026-01-05") -> list[str]:
        """Mondays and Wednesdays from a day on; the clock goes along."""
        start = date.fromisoformat(first)
        ahead = (start + timedelta(days=n) for n in range(400))
        days = [str(day) for day in ahead if day.weekday() in (0, 2)][:count]
        for day in days:
            await self.it.move_clock(f"{day}T17:00:00Z")
            await self.session(day)
        await self.it.settled()
        return days

    async def events(self, *kinds: type[Event]) -> list[Any]:
        stored = await self.it.service.store.read(f"course-{self.course_id}")
        return [recorded.event for recorded in stored if isinstance(recorded.event, kinds)]

    @property
    def ids(self) -> dict[str, UUID]:
        return {"client_id": UUID(self.client_id), "course_id": UUID(self.course_id)}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with practice("records", "protocol", now=NOW) as group:
        found = House(group["protocol"], group["records"])
        found.client_id = await found.register()
        answer = await found.open_course()
        assert answer.status == 201, answer.body
        found.course_id = answer.body["course_id"]
        yield found
