"""Read models made anew while the desk goes on: afterwards they are what the events say, and nobody noticed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from shared.rebuild import rebuild
from shared.store.codec import prepare_connection
from tests import servers
from tests.faults.check_models import differences
from tests.faults.evidence import log_of
from tests.harness import Answer, It, practice, until

HOURS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
ROUNDS = 12
"""Of a rebuild while all desks write; each is looked at by itself, for the next one would mend what it did."""


class Practice:
    """Desks that write without a pause, each to rows that nobody else writes to and nobody changes again."""

    def __init__(self, it: It, records: It) -> None:
        self.it = it
        self._records = records
        self.written = 0
        self._open = True

    async def work(self, desk: int) -> None:
        """One new therapist with a visit after another until the practice closes."""
        room = await self._did(self.it.post("/rooms", {"name": f"Room {desk}"}))
        client = await self._did(self._records.post("/clients", {"name": f"Person {desk}"}))
        day = "2026-03-02"  # today: nobody comes before the day
        while self._open:
            body = {"name": f"Ada {self.written}", "email": "ada@practice.example", "hours": HOURS}
            therapist = await self._did(self.it.post("/therapists", body))
            await self._absent(f"/therapists/{therapist['therapist_id']}", day)
            visit = {"minutes": 60, "starts_at": f"{day}T10:00:00-05:00", **therapist, **room}
            booked = await self._did(self.it.post("/appointments", {**client, "appointments": [visit]}))
            await self._keep(f"/appointments/{booked['appointments'][0]['appointment_id']}", day)

    async def _absent(self, therapist: str, day: str) -> None:
        """Other hours on a day, and not after all, which notes a time that became free; other hours a week."""
        await self._did(self.it.put(f"{therapist}/days/{day}", {"times": [{"from": "09:00", "to": "14:00"}]}))
        await self._did(self.it.delete(f"{therapist}/days/{day}"))
        await self._did(self.it.put(f"{therapist}/hours", {"hours": [one | {"from": "08:00"} for one in HOURS]}))

    async def _keep(self, visit: str, day: str) -> None:
        """Came, did not come after all; goes elsewhere and is called off, each of which counts."""
        for act in ("arrive", "undo"):
            await self._did(self.it.post(f"{visit}/{act}", {}))
        await self._did(self.it.post(f"{visit}/move", {"starts_at": f"{day}T12:00:00-05:00"}))
        await self._did(self.it.post(f"{visit}/cancel", {"reason": "client_wish"}))

    async def _did(self, asked: Coroutine[Any, Any, Answer]) -> Any:
        answer = await asked
        self.written += 1
        assert answer.status in (200, 201), answer.body
        return answer.body

    @asynccontextmanager
    async def at_work(self, desks: int) -> AsyncIterator[None]:
        """All desks write; in the end each finishes what it is at."""
        self._open, before = True, self.written
        async with asyncio.TaskGroup() as tasks:
            for desk in range(desks):
                tasks.create_task(self.work(desk))
            await until(lambda: self.written > before + 6 * desks)
            yield
            self._open = False


@asynccontextmanager
async def inside(it: It) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the service's database."""
    async with servers.superuser(it.service.config.database.rpartition("/")[2]) as connection:
        await prepare_connection(connection)
        yield connection


async def rows_of(connection: asyncpg.Connection) -> dict[str, Counter[bytes]]:
    """Every row of every read model, by table."""
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'read'")
    found = {}
    for [table] in tables:
        rows = await connection.fetch(f"select to_jsonb(one) from read.{table} one")
        found[table] = Counter(row[0] for row in rows)
    return found


@pytest.mark.timeout(180)
@pytest.mark.parametrize("desks", [16, 1])  # what many write shares transactions; what one writes is a statement each
async def test_a_rebuild_misses_nothing_that_is_written_meanwhile(desks: int) -> None:
    async with practice("records", "scheduling", now="2026-03-02T14:00:00Z") as group:
        house = Practice(group["scheduling"], group["records"])
        for _ in range(ROUNDS):
            async with house.at_work(desks):
                before = house.written
                await rebuild(house.it.service)
                assert house.written > before, "nothing was written while it went on"
            await house.it.settled()
            async with inside(house.it) as connection:
                log = await log_of(connection, house.it.service.definition)
                assert [one async for one in differences(connection, log)] == []
        await equals_a_rebuild_at_rest(house.it)


async def equals_a_rebuild_at_rest(it: It) -> None:
    async with inside(it) as connection:
        live = await rows_of(connection)
        assert await rebuild(it.service) == await connection.fetchval("select count(*) from public.event") - 1
        assert await rows_of(connection) == live
    assert live["appointment"]
    assert live["freed_time"]
