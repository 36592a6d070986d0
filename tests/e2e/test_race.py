"""Two hundred callers for twenty slots, at two replicas of scheduling: twenty win, everybody else is told why."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import aiohttp
import asyncpg
import pytest

from deploy import services
from deploy.keys import token
from deploy.place import Place, choose_ports
from deploy.postgres import url
from deploy.program import connects, start
from deploy.secret import password
from tests.e2e.stack import Started, standing

pytestmark = pytest.mark.timeout(300)

NOW = "2026-03-02T09:00:00-05:00"
FIRST = datetime(2026, 3, 3, 14, tzinfo=UTC)
HOURS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
SLOTS = [FIRST + timedelta(days=day, hours=hour) for day in range(3) for hour in range(7)][:20]
CALLERS = 200
TAKEN = {"therapist_taken", "room_taken", "client_taken"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with standing(tmp_path_factory.mktemp("race") / "data", NOW) as started:
        yield started


@pytest.fixture(scope="module")
def replicas(stack: Started) -> Iterator[list[str]]:
    """The addresses of two processes of scheduling on one database."""
    place = Place(port=stack.port, data=stack.data, clock="simulated", now=NOW)
    ports = stack.ports | choose_ports(("scheduling",))
    process = start(services.program("scheduling", place, ports), place.log("scheduling-2"))
    try:
        asyncio.run(listening(ports["scheduling"]))
        yield [f"http://127.0.0.1:{one}" for one in (stack.ports["scheduling"], ports["scheduling"])]
    finally:
        process.terminate()
        process.wait(15)


async def listening(port: int) -> None:
    async with asyncio.timeout(30):
        while not await connects(port):
            await asyncio.sleep(0.05)


@dataclass
class Callers:
    """Many people at two desks."""

    stack: Started
    replicas: list[str]
    http: aiohttp.ClientSession
    therapist_id: str = ""

    async def ask(self, number: int, path: str, body: Any) -> tuple[int, Any]:
        address = self.replicas[number % len(self.replicas)] + path
        async with self.http.post(address, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def register(self, number: int) -> str:
        body = {"name": f"Caller {number}", "consents": {"email": False, "sms": False}}
        address = f"http://127.0.0.1:{self.stack.ports['records']}/clients"
        async with self.http.post(address, json=body) as answer:
            return str((await answer.json())["client_id"])

    async def book(self, number: int, client_id: str, *starts: datetime) -> tuple[int, Any]:
        visits = [{"starts_at": one.isoformat(), "minutes": 60, "therapist_id": self.therapist_id} for one in starts]
        return await self.ask(number, "/appointments", {"client_id": client_id, "appointments": visits})

    async def calendar(self) -> list[dict[str, Any]]:
        query = f"/calendar?from=2026-03-02&to=2026-05-02&therapist_id={self.therapist_id}&limit=500"
        async with self.http.get(self.replicas[1] + query) as answer:
            found: list[dict[str, Any]] = (await answer.json())["appointments"]
        return found

    async def rows(self, sql: str) -> Any:
        secret = password(self.stack.data / "secrets", "postgres.scheduling")
        connection = await asyncpg.connect(url("scheduling", secret, self.stack.ports["postgres"], "scheduling"))
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()


@pytest.fixture
async def callers(stack: Started, replicas: list[str]) -> AsyncIterator[Callers]:
    """A new therapist with a room of their own, and everybody at the telephone."""
    room = stack.post("scheduling/rooms", {"name": "Front room"})["room_id"]
    body = {"name": "Ada", "hours": HOURS, "rooms": [room]}
    therapist_id = str(stack.post("scheduling/therapists", body)["therapist_id"])
    headers = {"Authorization": f"Bearer {token(stack.data / 'secrets', 'owner', None)}"}
    limit = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=limit) as http:
        yield Callers(stack, replicas, http, therapist_id)


def is_clean(answer: tuple[int, Any]) -> bool:
    """A refusal that says which rule, in a sentence, with other times."""
    status, body = answer
    items = body.get("items") or [body]
    return status == 409 and bool(body["detail"]) and all(one["rule"] in TAKEN and one["alternatives"] for one in items)


async def assert_nothing_is_half_booked(callers: Callers) -> None:
    """No two open visits overlap, and exactly the open ones hold a therapist, a room and a client."""
    open_visits = [one for one in await callers.calendar() if one["status"] == "booked"]
    times = [(one["starts_at"], one["ends_at"]) for one in open_visits]
    assert not [pair for pair in combinations(times, 2) if pair[0][0] < pair[1][1] and pair[1][0] < pair[0][1]]
    claims = await callers.rows("select count(*) from claim")
    booked = await callers.rows("select count(*) from read.appointment where status = 'booked'")
    assert claims == 3 * booked


async def test_two_hundred_callers_for_twenty_slots(callers: Callers):
    clients = await asyncio.gather(*(callers.register(n) for n in range(CALLERS)))
    before = await callers.rows("select count(*) from event")
    wanted = [SLOTS[n % len(SLOTS)] for n in range(CALLERS)]
    answers = await asyncio.gather(*(callers.book(n, clients[n], wanted[n]) for n in range(CALLERS)))
    assert Counter(status for status, _ in answers) == {201: 20, 409: 180}
    assert all(is_clean(answer) for answer in answers if answer[0] == 409)
    won = [body["appointments"][0] for status, body in answers if status == 201]
    assert {datetime.fromisoformat(one["starts_at"]) for one in won} == set(SLOTS)
    assert {one["appointment_id"] for one in await callers.calendar()} == {one["appointment_id"] for one in won}
    assert await callers.rows("select count(*) from event") == before + 20
    await assert_nothing_is_half_booked(callers)


async def test_two_slots_at_once_are_booked_together_or_not_at_all(callers: Callers):
    clients = await asyncio.gather(*(callers.register(n) for n in range(60)))
    pairs = [(SLOTS[n % 20], SLOTS[(n + 7) % 20]) for n in range(60)]
    answers = await asyncio.gather(*(callers.book(n, clients[n], *pairs[n]) for n in range(60)))
    assert {status for status, _ in answers} == {201, 409}
    assert all(is_clean(answer) for answer in answers if answer[0] == 409)
    won = [n for n, (status, _) in enumerate(answers) if status == 201]
    kept = Counter(one["client_id"] for one in await callers.calendar())
    assert kept == {clients[n]: 2 for n in won}
    await assert_nothing_is_half_booked(callers)


async def test_bookings_moves_and_cancels_at_once(callers: Callers):
    clients = await asyncio.gather(*(callers.register(n) for n in range(CALLERS)))
    first = await asyncio.gather(*(callers.book(n, clients[n], slot) for n, slot in enumerate(SLOTS)))
    held = [body["appointments"][0] for _, body in first]
    assert [status for status, _ in first] == [201] * 20

    async def cancel(n: int) -> tuple[int, Any]:
        return await callers.ask(n, f"/appointments/{held[n]['appointment_id']}/cancel", {"reason": "client_wish"})

    async def move(n: int) -> tuple[int, Any]:
        to = SLOTS[(n + 1) % 20] if n % 2 else SLOTS[n] + timedelta(weeks=1)
        return await callers.ask(n, f"/appointments/{held[n]['appointment_id']}/move", {"starts_at": to.isoformat()})

    bookings = [callers.book(n, clients[n], SLOTS[n % 20]) for n in range(20, CALLERS)]
    answers = await asyncio.gather(*(cancel(n) for n in range(10)), *(move(n) for n in range(10, 20)), *bookings)
    assert [status for status, _ in answers[:10]] == [200] * 10
    assert {status for status, _ in answers[10:]} <= {200, 201, 409}
    assert all(is_clean(answer) for answer in answers if answer[0] == 409)
    open_visits = [one for one in await callers.calendar() if one["status"] == "booked"]
    won = [body["appointments"][0]["appointment_id"] for status, body in answers[20:] if status == 201]
    assert {one["appointment_id"] for one in open_visits} == {one["appointment_id"] for one in held[10:]} | set(won)
    await assert_nothing_is_half_booked(callers)


async def test_a_dozen_callers_for_one_client_all_come_to_their_turn(callers: Callers):
    client = await callers.register(0)
    answers = await asyncio.gather(*(callers.book(n, client, SLOTS[n]) for n in range(12)))
    assert [status for status, _ in answers] == [201] * 12
    assert len(await callers.calendar()) == 12
    await assert_nothing_is_half_booked(callers)
