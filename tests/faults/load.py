"""The load generator: a desk that books, moves, cancels and records, and writes down every question and answer.

    python -m tests.faults.load --origin http://127.0.0.1:8080 --data .seriatim --log load.jsonl --seed 1

It works until SIGTERM; then it waits for the outcome of what it has asked and ends. SIGUSR1 makes it pause, SIGUSR2
go on: the simulated time moves only when the practice is at rest.
"""

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import aiohttp

from shared.clock import at, day_of, parse_time
from tests.faults.asking import Asker
from tests.faults.journal import journal
from tests.faults.told import Told

ZONE = ZoneInfo("America/New_York")
HANDS = 8
FAR = timedelta(days=21)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in DAYS]
TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass
class Person:
    """A client as the desk knows them: the course, and when the visits begin."""

    client_id: str
    course_id: str
    visits: dict[str, datetime] = field(default_factory=dict)
    wished: date = date.min


class Desk:
    """What is known here, and what can be done next."""

    def __init__(self, asker: Asker, chance: random.Random) -> None:
        self._asker = asker
        self._chance = chance
        self._people: list[Person] = []
        self._therapists: list[str] = []
        self._now: datetime | None = None

    async def set_up(self) -> None:
        """Two rooms and three therapists, so that rooms run short too."""
        for name in ("Lime", "Birch"):
            await self._asker.write("setup", "scheduling/rooms", {"name": name})
        for name in ("Ada", "Ben", "Cleo"):
            body = {"name": name, "hours": HOURS, "email": f"{name.lower()}@example.org", "buffer_minutes": 15}
            self._therapists.append((await self._asker.write("setup", "scheduling/therapists", body))["therapist_id"])

    async def work(self, told: Told) -> None:
        """Do one thing after another."""
        while await told.going_on():
            self._now = await self._asker.now() or self._now
            if self._now is not None:
                await self._next()(self._now)
            await asyncio.sleep(self._chance.uniform(0, 0.1))

    def _next(self) -> Callable[[datetime], Awaitable[None]]:
        if len(self._people) < HANDS or self._chance.random() < 0.06:
            return self._register
        acts = {self._book: 40, self._move: 16, self._cancel: 9, self._session: 22, self._exercise: 7}
        [act] = self._chance.choices(list(acts), list(acts.values()))
        return lambda now: act(now, self._chance.choice(self._people))

    async def _write(self, kind: str, path: str, body: Any) -> Any:
        return await self._asker.write(kind, path, body, twice=self._chance.random() < 0.05)

    async def _register(self, now: datetime) -> None:
        name = f"Person {self._chance.randrange(10**9)}"
        email = f"p{self._chance.randrange(10**9)}@example.org"
        contact = {"name": name, "email": email, "consents": {"email": True, "sms": False}}
        client = await self._write("client", "records/clients", contact)
        if client is None:
            return
        today = day_of(now, ZONE)
        body: dict[str, Any] = {"client_id": client["client_id"], "protocol": "fibromyalgia", "starts_on": str(today)}
        if before := self._chance.choice((0, 0, 9, 13)):
            body |= {"sessions_before": before, "last_session_on": str(today - timedelta(days=3))}
        course = await self._write("course", "protocol/courses", body)
        if course:
            self._people.append(Person(client["client_id"], course["course_id"]))

    async def _book(self, now: datetime, person: Person) -> None:
        count = self._chance.choice((1, 1, 2, 3))
        visits = [self._visit(self._day(now, person)) for _ in range(count)]
        body: dict[str, Any] = {"client_id": person.client_id, "appointments": visits}
        if self._chance.random() < 0.8:
            body["course_id"] = person.course_id
        answer = await self._write("book", "scheduling/appointments", body)
        for one in (answer or {}).get("appointments", ()):
            person.visits[one["appointment_id"]] = datetime.fromisoformat(one["starts_at"])

    def _day(self, now: datetime, person: Person) -> date:
        """Mostly a day that the cadence allows, three or four after the last one."""
        tomorrow = day_of(now, ZONE) + timedelta(days=1)
        person.wished = max(person.wished + timedelta(days=self._chance.choice((3, 4))), tomorrow)
        if person.wished > tomorrow + FAR:
            person.wished = tomorrow
        return person.wished

    def _visit(self, day: date) -> dict[str, Any]:
        begins = parse_time(f"{self._chance.randint(10, 15)}:{self._chance.choice(('00', '15', '30', '45'))}")
        therapist = self._chance.choice(self._therapists)
        return {"starts_at": at(day, begins, ZONE).isoformat(), "minutes": 60, "therapist_id": therapist}

    async def _move(self, now: datetime, person: Person) -> None:
        """To another time; one hand has the visit meanwhile, so that every move acknowledged is a move."""
        if (key := self._coming(now, person)) is None:
            return
        before = person.visits.pop(key)
        wish = self._visit(max(day_of(before, ZONE), day_of(now, ZONE) + timedelta(days=1)))
        wished = datetime.fromisoformat(wish["starts_at"])
        body = {"starts_at": wish["starts_at"], "therapist_id": wish["therapist_id"]}
        if wished == before or await self._write("move", f"scheduling/appointments/{key}/move", body):
            person.visits[key] = wished

    async def _cancel(self, now: datetime, person: Person) -> None:
        if key := self._coming(now, person):
            del person.visits[key]
            await self._write("cancel", f"scheduling/appointments/{key}/cancel", {"reason": "client_wish"})

    def _coming(self, now: datetime, person: Person) -> str | None:
        coming = [key for key, starts_at in person.visits.items() if starts_at > now]
        return self._chance.choice(coming) if coming else None

    async def _session(self, now: datetime, person: Person) -> None:
        over = [key for key, starts_at in person.visits.items() if starts_at < now]
        body = self._figures(now - timedelta(hours=self._chance.randint(2, 60)), person)
        if over:
            body |= self._figures(person.visits.pop(over[0]), person) | {"appointment_id": over[0]}
        if self._chance.random() < 0.5:
            body["session_id"] = str(UUID(int=self._chance.getrandbits(128), version=4))
        await self._write("session", f"records/clients/{person.client_id}/sessions", body)

    def _figures(self, started_at: datetime, person: Person) -> dict[str, Any]:
        return {
            "course_id": person.course_id,
            "therapist_id": self._chance.choice(self._therapists),
            "started_at": started_at.isoformat(),
            "ended_at": (started_at + timedelta(hours=1)).isoformat(),
            "pain_before": self._chance.randint(3, 9),
            "pain_after": self._chance.randint(0, 6),
            "regions": [{"region": "neck", "minutes": self._chance.randint(5, 10)}],
        }

    async def _exercise(self, now: datetime, person: Person) -> None:
        body = {"date": str(day_of(now, ZONE)), "regions": ["neck"], "minutes": self._chance.randint(5, 30)}
        await self._write("exercise", f"records/clients/{person.client_id}/exercises", body)


async def main(given: argparse.Namespace) -> None:
    """Set up the practice and keep `HANDS` hands at work until SIGTERM."""
    told, chance = Told(), random.Random(given.seed)  # noqa: S311  repeatable, not secret
    with journal(given.log) as log:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
            desk = Desk(Asker(http, given.origin, given.data, log), chance)
            await desk.set_up()
            await asyncio.gather(*(desk.work(told) for _ in range(HANDS)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keep a practice busy through its front door.")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args()))
