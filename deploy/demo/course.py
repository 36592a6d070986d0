"""One client's course as it runs: the call, the visits booked, and after each visit what was done."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.api import Desks
from deploy.demo.clock import Clock
from deploy.demo.practice import Client, House
from deploy.demo.screen import Screen, local
from deploy.demo.session import session
from shared.vocabulary import Reason


@dataclass
class Scene:
    """What everyone in the story shares."""

    desks: Desks
    house: House
    clock: Clock
    screen: Screen
    tz: ZoneInfo

    def tell(self, text: str, style: str = "", at: datetime | None = None) -> None:
        """A line, at the present time if no other is given."""
        self.screen.tell((at or self.clock.now).astimezone(self.tz), text, style)


class Course:
    """A client's course. `visits` are those still open, in order of time; `given` counts what was recorded.

    `agreed` says when a visit was agreed for its time, by the visit's id and that time.
    """

    def __init__(self, client: Client, scene: Scene, calls_at: datetime) -> None:
        self.client = client
        self.scene = scene
        self.client_id = ""
        self.course_id = ""
        self.visits: list[dict[str, Any]] = []
        self.given = 0
        self.agreed: dict[tuple[str, str], datetime] = {}
        self.called_at = calls_at

    @property
    def due(self) -> datetime | None:
        """When something happens next: the call, or the end of the next visit."""
        if not self.client_id:
            return self.called_at
        return self.at(self.visits[0]["ends_at"]) if self.visits else None

    def at(self, instant: str) -> datetime:
        """An instant of the API on the practice's clock."""
        return local(instant, self.scene.tz)

    async def happen(self) -> None:
        """Let it happen."""
        if not self.client_id:
            await self.call()
            return
        visit = self.visits.pop(0)
        await self.give(visit)
        if not self.visits:
            await self.finish()

    async def call(self) -> None:
        """Register, open the course, book."""
        await self.register()
        await self.open()
        booked = await self.book((await self.propose(self.client.sessions))["appointments"])
        first = self.at(booked[0]["starts_at"])
        title = (await self.course())["title"]
        self.scene.tell(f"{self.client.name} calls: {title}, {visits(len(booked))} from {first:%-d %B} on.", "cyan")

    async def register(self) -> None:
        """A new client."""
        who = self.client
        body = {"name": who.name, "email": who.email, "consents": {"email": who.consents_to_email, "sms": False}}
        body |= {"timezone": who.timezone} if who.timezone else {}
        self.client_id = (await self.scene.desks.front.post("records/clients", body))["client_id"]

    async def open(self) -> None:
        """Open the course, part-way if sessions were given before."""
        who = self.client
        body: dict[str, Any] = {
            "client_id": self.client_id,
            "protocol": who.protocol,
            "starts_on": str(who.starts_on),
        }
        if who.last_session_on:
            body |= {"sessions_before": who.sessions_before, "last_session_on": str(who.last_session_on)}
        if who.event_at:
            body["event_at"] = who.event_at.isoformat()
        self.course_id = (await self.scene.desks.therapist.post("protocol/courses", body))["course_id"]

    async def propose(self, sessions: int | str) -> Any:
        """Times for the next visits, as the client would like them."""
        who = self.client
        hour = int(who.from_[:2])
        prefer = {"weekdays": who.weekdays, "from": who.from_, "to": f"{hour + 1:02}:00"}
        body = {
            "client_id": self.client_id,
            "course_id": self.course_id,
            "sessions": sessions,
            "minutes": 60,
            "prefer": prefer | {"therapist_id": self.scene.house.therapists[who.therapist]},
        }
        return await self.scene.desks.front.post("scheduling/proposals", body)

    async def book(self, proposed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Agree on all times proposed; gives the visits as the itinerary has them."""
        names = ("starts_at", "therapist_id", "room_id")
        wanted = [{name: one[name] for name in names} | {"minutes": 60} for one in proposed]
        body = {"client_id": self.client_id, "course_id": self.course_id, "appointments": wanted}
        await self.scene.desks.front.post("scheduling/appointments", body)
        await self.look()
        return self.visits

    async def look(self) -> None:
        """Read again which visits are open."""
        self.visits = [one for one in await self.itinerary() if one["status"] == "booked"]
        for one in self.visits:
            self.agreed.setdefault((one["appointment_id"], one["starts_at"]), self.scene.clock.now)

    async def itinerary(self) -> list[dict[str, Any]]:
        """All appointments, in order of time."""
        found = await self.scene.desks.front.get(f"scheduling/clients/{self.client_id}/itinerary")
        appointments: list[dict[str, Any]] = found["appointments"]
        return appointments

    async def course(self) -> Any:
        """The course as it stands."""
        return await self.scene.desks.therapist.get(f"protocol/courses/{self.course_id}")

    async def note(self) -> Any:
        """The note for the next session."""
        return await self.scene.desks.therapist.get(f"protocol/courses/{self.course_id}/note")

    async def give(self, visit: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The visit takes place and is written down; gives what was written."""
        body = session(visit, await self.note(), self.course_id) | changes
        await self.scene.desks.therapist.post(f"records/clients/{self.client_id}/sessions", body)
        await self.scene.clock.settle()
        self.given += 1
        return body

    async def finish(self) -> None:
        """The last visit booked is done."""
        done, counted = await asyncio.gather(self.chart(), self.course())
        text = (
            f"{self.client.first_name}: {visits(len(done['sessions']))} given, {counted['sessions_completed']} counted"
        )
        if self.client.closes:
            text += f"; {(await self.close(self.client.closes))['status']} ({self.client.closes.replace('_', ' ')})"
        self.scene.tell(f"{text}.", "cyan")

    async def close(self, reason: Reason) -> Any:
        """Close the course."""
        return await self.scene.desks.therapist.post(f"protocol/courses/{self.course_id}/close", {"reason": reason})

    async def chart(self) -> Any:
        """The client's chart."""
        return await self.scene.desks.therapist.get(f"records/clients/{self.client_id}/chart")


def visits(n: int) -> str:
    """So many visits, in words."""
    return "1 visit" if n == 1 else f"{n} visits"
