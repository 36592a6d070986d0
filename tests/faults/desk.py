"""The desk as the load generator plays it: whom it knows, and how it asks."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.faults.asking import Asker

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in DAYS]


@dataclass
class Person:
    """A client as the desk knows them: the course, when the visits begin, the sessions' figures as they now stand.

    `waiting` is the place on the waiting list, `hands` how many are at work on something of theirs.
    """

    client_id: str
    course_id: str
    visits: dict[str, datetime] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: str | None = None
    wished: date = date.min
    hands: int = 0


class Desk:
    """Asks, sometimes twice."""

    def __init__(self, asker: Asker, chance: random.Random) -> None:
        self.chance = chance
        self.people: list[Person] = []
        self.therapists: list[str] = []
        self._asker = asker

    async def set_up(self) -> None:
        """Two rooms and three therapists, so that rooms run short too."""
        for name in ("Lime", "Birch"):
            await self._asker.write("setup", "scheduling/rooms", {"name": name})
        for name in ("Ada", "Ben", "Cleo"):
            body = {"name": name, "hours": HOURS, "email": f"{name.lower()}@example.org", "buffer_minutes": 15}
            self.therapists.append((await self._asker.write("setup", "scheduling/therapists", body))["therapist_id"])

    async def write(self, kind: str, path: str, body: Any = None, method: str = "POST") -> Any:
        """The acknowledged answer, or nothing."""
        return await self._asker.write(kind, path, body, method=method, twice=self.chance.random() < 0.05)

    async def read(self, path: str) -> Any:
        """What a GET gives, or nothing."""
        return await self._asker.read(path)

    async def now(self) -> datetime | None:
        """The simulated time."""
        return await self._asker.now()
