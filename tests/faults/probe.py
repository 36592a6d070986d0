"""Real work of each service, tried by people of our own beside the load: a write, a question over the bus."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
from nats.aio.client import Client
from nats.errors import Error

from deploy import nats
from deploy.keys import token
from deploy.place import Place
from shared.bus.ask import Reply
from shared.clock import at, day_of, parse_time
from shared.questions.protocol import AskCourse
from shared.questions.question import Question
from shared.questions.records import AskContact
from shared.questions.scheduling import AskVisits
from tests.faults.asking import LOST, Asker
from tests.faults.desk import DAYS
from tests.faults.journal import MAYBE, Answered, Asked, Journal

ZONE = ZoneInfo("America/New_York")
PATIENCE = 6.0
"""Seconds for one try: somebody is waiting at the desk."""
ONCE: dict[str, Any] = {"allow_reconnect": False, "max_reconnect_attempts": 1, "connect_timeout": 3}
FAR, NEAR = timedelta(days=300), timedelta(days=60)
"""Our visit lies beyond what the load books, and is booked anew when it has come near."""
TIMES = {"10:00": "10:30", "13:00": "13:30", "15:00": "15:30"}
"""When our therapist works: too short for anybody of the load, so nobody is offered what we let go."""
HOURS = [{"weekday": day, "from": begins, "to": ends} for day in DAYS for begins, ends in TIMES.items()]


@dataclass
class People:
    """Whom the probe writes about."""

    therapist: str
    client: str
    course: str
    visit: str = ""
    day: date = date.min
    turn: dict[str, int] = field(default_factory=dict)


class Probe:
    """Writes to each service directly, not through the front door, and writes all of it down as the load does.

    What was not answered is asked again with the same key, until its outcome is known.
    """

    def __init__(self, place: Place, ports: dict[str, int], log: Journal) -> None:
        self.place = place
        self.ports = ports
        self._log = log
        self._open: dict[str, Asked] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._people: People
        self._headers: dict[str, str] = {}

    async def set_up(self) -> None:
        """A therapist, a client, a course and a visit, while all is well."""
        bearer = f"Bearer {token(self.place.secrets, 'owner', None)}"
        self._headers = {"Authorization": bearer, "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as http:
            asker = Asker(http, self.place.origin, self.place.data, self._log)
            await asker.write("setup", "scheduling/rooms", {"name": "Quince"})
            therapist = await asker.write("setup", "scheduling/therapists", {"name": "Vera", "hours": HOURS})
            client = await asker.write("client", "records/clients", _contact("Probe"))
            body = {"client_id": client["client_id"], "protocol": "fibromyalgia", "starts_on": str(self._today())}
            course = await asker.write("course", "protocol/courses", body)
        self._people = People(therapist["therapist_id"], client["client_id"], course["course_id"])
        assert await self.write("scheduling"), "the visit of the watch cannot be booked"

    async def write(self, service: str, port: int | None = None) -> bool:
        """Whether a write is answered 2xx in time, by the service or a replica of it on another port."""
        async with self._turns[service]:
            return await self._try(service, port)

    async def _try(self, service: str, port: int | None) -> bool:
        asked = self._open.get(service) or Asked(key=str(uuid4()), **self._next(service))
        if service not in self._open:
            self._log.write(asked)
            self._open[service] = asked
        answer = await self._put(asked, port or self.ports[service])
        self._log.write(answer)
        if answer.status is None or answer.status in MAYBE:
            return False
        del self._open[service]
        self._learn(service, asked, answer)
        return answer.status < 300

    async def readiness(self, service: str) -> list[str] | None:
        """Why it says that it is not ready, or that it does not answer; nothing where it says that it is."""
        try:
            async with _session(3) as http, http.get(f"http://127.0.0.1:{self.ports[service]}/readyz") as answer:
                said = msgspec.json.decode(await answer.read())
                return None if answer.status == 200 else list(said.get("reasons", ["unready"]))
        except (*LOST, msgspec.DecodeError):
            return ["no_answer"]

    async def ask(self, service: str) -> bool:
        """Whether a question is answered that another service puts."""
        who, question = self._question(service)
        client = Client()
        try:
            url = nats.url(who, self.place.secrets, self.ports["nats"])
            await client.connect(url, inbox_prefix=f"_INBOX_{who}", **ONCE, error_cb=_known)
            subject = f"ask.{question.to}.{type(question).__name__}"
            message = await client.request(subject, msgspec.json.encode(question), timeout=3)
            return msgspec.json.decode(message.data, type=Reply).error is None
        except (Error, OSError, TimeoutError):
            return False
        finally:
            await client.close()

    def _question(self, service: str) -> tuple[str, Question]:
        people = self._people
        if service == "records":
            return "notify", AskContact(client_id=UUID(people.client))
        if service == "protocol":
            return "scheduling", AskCourse(course_id=UUID(people.course))
        return "notify", AskVisits(appointment_ids=[UUID(people.visit)])

    async def _put(self, asked: Asked, port: int) -> Answered:
        path = asked.path.partition("/")[2]
        headers = {**self._headers, "Idempotency-Key": asked.key}
        data = msgspec.json.encode(asked.body)
        try:
            async with (
                _session(PATIENCE) as http,
                http.request(asked.method, f"http://127.0.0.1:{port}/{path}", data=data, headers=headers) as answer,
            ):
                body = msgspec.json.decode(await answer.read())
                return Answered(key=asked.key, status=answer.status, body=body)
        except (*LOST, msgspec.DecodeError) as error:
            return Answered(key=asked.key, lost=type(error).__name__)

    def _next(self, service: str) -> dict[str, Any]:
        """What is written next: something that others hear, but for `notify`, whom nobody hears."""
        turn = self._people.turn[service] = self._people.turn.get(service, 0) + 1
        match service:
            case "records":
                return _write("client", "records/clients", _contact(f"Probe {turn}"))
            case "protocol":
                way, body = ("close", {"reason": "finished"}) if turn % 2 else ("reopen", {})
                kind = "close" if turn % 2 else "setup"
                return _write(kind, f"protocol/courses/{self._people.course}/{way}", body)
            case "scheduling":
                return self._visit(turn)
            case _:
                quiet = {"from": ("21:00", "22:00")[turn % 2], "to": "08:00"}
                path = f"notify/clients/{self._people.client}/preferences"
                return _write("setup", path, {"quiet": quiet}, "PUT")

    def _visit(self, turn: int) -> dict[str, Any]:
        """Move our visit to another time of its day; book one if it is not there or the day has come near."""
        people = self._people
        if anew := people.day < self._today() + NEAR:
            people.day = self._today() + FAR
        starts_at = at(people.day, parse_time(list(TIMES)[turn % len(TIMES)]), ZONE).isoformat()
        if anew or not people.visit:
            visit = {"starts_at": starts_at, "minutes": 30, "therapist_id": people.therapist}
            body = {"client_id": people.client, "appointments": [visit]}
            return _write("book", "scheduling/appointments", body)
        body = {"starts_at": starts_at, "therapist_id": people.therapist}
        return _write("move", f"scheduling/appointments/{people.visit}/move", body)

    def _learn(self, service: str, asked: Asked, answer: Answered) -> None:
        if service == "scheduling" and asked.kind == "book" and answer.status and answer.status < 300:
            self._people.visit = answer.body["appointments"][0]["appointment_id"]

    def _today(self) -> date:
        clock = self.place.data / "clock"  # not there before the time is moved
        return day_of(datetime.fromisoformat(clock.read_text() if clock.exists() else self.place.now), ZONE)


def _write(kind: str, path: str, body: Any, method: str = "POST") -> dict[str, Any]:
    return {"kind": kind, "method": method, "path": path, "body": body}


def _contact(name: str) -> dict[str, Any]:
    return {"name": name, "consents": {"email": False, "sms": False}}


async def _known(_: Exception) -> None:
    """What the client would print is what the call raises."""


def _session(seconds: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds))
