"""Notify at work, with what stands around it: a real mail server, and its neighbours' place on the real bus.

The neighbours' answers come from a dictionary here, so that a test can change a name or cancel a visit in one line;
the questions travel over NATS, and the neighbours' events are published to JetStream as their relays do. The four
services together are tested end to end.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid

from shared.bus.ask import answer
from shared.events.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from shared.questions.protocol import AskNote
from shared.questions.records import AskContact, Contact
from shared.questions.scheduling import AskVisits, VisitFacts
from tests.harness import It, running_one, until
from tests.integration.notify.mail_server import MailServer, mail_server
from tests.integration.notify.neighbours import Neighbour, neighbour

SETTINGS = {
    "name": "Riverside Practice",
    "phone": "555-0100",
    "address": "14 Mill Lane",
    "sender": "desk@riverside.test",
}
THERAPIST = UUID(int=50)


@dataclass
class World:
    """Notify and all around it."""

    it: It
    mail: MailServer
    neighbours: dict[str, Neighbour]
    contacts: dict[UUID, Contact] = field(default_factory=dict)
    visits: dict[UUID, VisitFacts] = field(default_factory=dict)
    notes: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    leave_unsettled: bool = False

    @property
    def now(self) -> datetime:
        return self.it.service.clock.now()

    async def say(self, *events: Any) -> None:
        """The owner of these events publishes them, and notify has heard."""
        for event in events:
            producer = type(event).__module__.rpartition(".")[2]
            position = await self.neighbours[producer].say(event, self.now)
        await until(lambda: self.it.replica.consumers[producer].position >= position)
        if not self.away and not self.leave_unsettled:
            await self.it.settled()

    def client(self, name: str = "Zoë Quillfeather", **more: Any) -> UUID:
        """A client known to records, who takes e-mail."""
        client_id = uuid.uuid7()
        given = {"email": "zoe@client.test", "consents": {"email": True}} | more
        self.contacts[client_id] = Contact(name=name, **given)
        return UUID(str(client_id))

    def visit(self, client_id: UUID, starts_at: str, course_id: UUID | None = None) -> VisitFacts:
        """A visit known to scheduling."""
        begins = datetime.fromisoformat(starts_at)
        facts = VisitFacts(
            appointment_id=UUID(str(uuid.uuid7())),
            client_id=client_id,
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
            status="booked",
            revision=0,
            therapist_id=THERAPIST,
            therapist_name="Ana Moreno",
            therapist_email="ana@riverside.test",
            room_name="Room 1",
            course_id=course_id,
            ordinal=1,
        )
        self.visits[facts.appointment_id] = facts
        return facts

    async def book(self, *visits: VisitFacts) -> None:
        """Scheduling says that these were booked."""
        await self.say(*(AppointmentBooked(**_span(visit)) for visit in visits))

    async def move(self, visit: VisitFacts, starts_at: str, **more: Any) -> VisitFacts:
        """Scheduling says that this visit was moved."""
        begins = datetime.fromisoformat(starts_at)
        moved = msgspec.structs.replace(
            visit, starts_at=begins, ends_at=begins + timedelta(hours=1), revision=visit.revision + 1, **more
        )
        self.visits[visit.appointment_id] = moved
        event = AppointmentMoved(**_span(moved), previous_starts_at=visit.starts_at, revision=moved.revision)
        await self.say(event)
        return moved

    async def cancel(self, visit: VisitFacts) -> None:
        """Scheduling says that this visit was cancelled."""
        self.visits[visit.appointment_id] = msgspec.structs.replace(visit, status="cancelled")
        whose = {"client_id": visit.client_id, "appointment_id": visit.appointment_id, "course_id": visit.course_id}
        await self.say(AppointmentCancelled(**whose, starts_at=visit.starts_at, reason="client_ill"))

    async def messages(self, client_id: UUID, kind: str | None = None) -> list[dict[str, Any]]:
        """The client's messages, as the API gives them."""
        found = (await self.it.get(f"/clients/{client_id}/messages")).body["messages"]
        return [message for message in found if kind in (None, message["kind"])]

    async def go_to(self, now: str) -> None:
        await self.it.move_clock(now)


def _span(visit: VisitFacts) -> dict[str, Any]:
    names = ("client_id", "appointment_id", "course_id", "therapist_id", "starts_at", "ends_at")
    return {name: getattr(visit, name) for name in names} | {"room_id": UUID(int=60)}


@asynccontextmanager
async def world(folder: Path, *, now: str = "2026-03-02T15:00:00Z", **settings: Any) -> AsyncIterator[World]:
    """Notify at work on 2 March 2026, 10:00 in New York."""
    async with AsyncExitStack() as stack:
        mail, port = await stack.enter_async_context(mail_server(folder))
        more = {"now": now, "settings": SETTINGS | settings, "smtp": f"smtp://127.0.0.1:{port}"}
        it = await stack.enter_async_context(running_one("notify", **more))
        there = World(it, mail, {})
        for name in ("records", "protocol", "scheduling"):
            there.neighbours[name] = await stack.enter_async_context(neighbour(it, name))
        await _answer(there)
        yield there


async def _answer(there: World) -> None:
    async def contact(question: AskContact) -> Contact | None:
        _present(there, "records")
        return there.contacts.get(question.client_id)

    async def visits(question: AskVisits) -> list[VisitFacts]:
        _present(there, "scheduling")
        return [there.visits[key] for key in question.appointment_ids if key in there.visits]

    async def note(question: AskNote) -> dict[str, Any] | None:
        _present(there, "protocol")
        return there.notes.get(question.course_id)

    await answer(there.neighbours["records"].bus, {AskContact: contact})
    await answer(there.neighbours["scheduling"].bus, {AskVisits: visits})
    await answer(there.neighbours["protocol"].bus, {AskNote: note})


def _present(there: World, name: str) -> None:
    if name in there.away:
        raise ConnectionError(name)
