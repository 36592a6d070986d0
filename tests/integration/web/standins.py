"""The other services as the pages see them: answers in the form of the contract, and each may be away."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiohttp import web

from shared.http.auth import Tokens, Who
from tests.integration.web.notes import note
from tests.integration.web.samples import (
    ANA,
    BEN,
    CHLOE,
    NAMES,
    PROTOCOL,
    ROOMS,
    TODAY,
    absent,
    adherence,
    course,
    day_of_visits,
    history,
    instant,
    rosas_visits,
    stepped_over,
    uid,
    waitlist,
)


@dataclass
class Practice:
    """What the stand-ins answer with, who asked, and what is out of order."""

    tokens: Tokens | None = None
    away: set[str] = field(default_factory=set)
    course: dict[str, Any] = field(default_factory=course)
    note: dict[str, Any] = field(default_factory=note)
    history: list[dict[str, Any]] = field(default_factory=history)
    adherence: dict[str, Any] = field(default_factory=adherence)
    absent: dict[str, Any] = field(default_factory=absent)
    more_adherence: dict[str, Any] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=lambda: dict(enumerate(NAMES, 1)))
    visits: list[dict[str, Any]] = field(default_factory=day_of_visits)
    itinerary: list[dict[str, Any]] = field(default_factory=rosas_visits)
    therapists: list[UUID] = field(default_factory=lambda: [ANA, BEN, CHLOE])
    asked: list[tuple[str, Who]] = field(default_factory=list)

    def client(self, n: int) -> dict[str, Any]:
        return {"client_id": str(uid(n)), "name": self.names[n], "phone": f"555-01{n:02}", "email": None}


def answers(practice: Practice) -> dict[str, Callable[[web.Request], Any]]:
    hours = [{"weekday": day, "from": "08:00", "to": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
    late = [{"weekday": day, "from": "12:30", "to": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
    staff = {ANA: ("Ana Petrov", hours), BEN: ("Ben Osei", hours), CHLOE: ("Chloe Martin", late)}
    free = [(ANA, "12:00"), (ANA, "12:15"), (ANA, "12:30"), (BEN, "12:30"), (BEN, "13:00"), (CHLOE, "13:30")]
    return {
        "/records/clients": lambda _: {"clients": [practice.client(n) for n in practice.names]},
        "/records/clients/{id}": lambda r: practice.client(UUID(r.match_info["id"]).int),
        "/scheduling/calendar": lambda r: {
            "appointments": [v for v in practice.visits if r.query["from"] <= v["starts_at"] < r.query["to"] + "T05"]
        },
        "/scheduling/clients/{id}/itinerary": lambda _: {"appointments": practice.itinerary},
        "/scheduling/therapists": lambda _: {
            "therapists": [
                {"therapist_id": str(one), "name": staff[one][0], "active": True, "hours": staff[one][1]}
                for one in practice.therapists
            ]
        },
        "/scheduling/rooms": lambda _: {"rooms": [{"room_id": str(r), "name": n} for r, n in ROOMS.items()]},
        "/scheduling/slots": lambda r: {
            "slots": [
                {
                    "therapist_id": str(one),
                    "room_id": str(uid(201)),
                    "starts_at": instant(TODAY, start),
                    "ends_at": instant(TODAY, f"{int(start[:2]) + 1}{start[2:]}"),
                }
                for one, start in free
                if r.query["from"] == TODAY.isoformat()
            ]
        },
        "/scheduling/waitlist": lambda _: {"waitlist": waitlist()},
        "/scheduling/stepped-over": lambda _: {"stepped_over": stepped_over()},
        "/protocol/courses": lambda _: {"courses": [practice.course]},
        "/protocol/courses/{id}": lambda _: practice.course,
        "/protocol/courses/{id}/note": lambda _: practice.note,
        "/protocol/courses/{id}/history": lambda _: {"history": practice.history},
        "/protocol/adherence": lambda r: practice.more_adherence if "cursor" in r.query else practice.adherence,
        "/protocol/lapses": lambda _: practice.absent,
        "/protocol/protocols": lambda _: {"protocols": [PROTOCOL]},
        "/protocol/protocols/{id}": lambda _: PROTOCOL,
    }


def application(practice: Practice) -> web.Application:
    app = web.Application()

    def serve(answer: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.Response:
            assert practice.tokens
            who = practice.tokens.check(request.headers["Authorization"])
            practice.asked.append((request.path, who))
            if request.path.split("/")[1] in practice.away:
                return web.json_response({"detail": "away"}, status=503)
            return web.json_response(answer(request))

        return handler

    async def search(request: web.Request) -> web.Response:
        q = (await request.json())["q"].lower()
        found = [practice.client(n) for n, name in practice.names.items() if q in name.lower()]
        return web.json_response({"clients": found})

    for path, answer in answers(practice).items():
        app.router.add_get(path, serve(answer))
    app.router.add_post("/records/clients/search", search)
    return app


@asynccontextmanager
async def standing_in(practice: Practice) -> AsyncIterator[str]:
    """Serve the stand-ins; gives the value of `SERIATIM_SERVICES`."""
    runner = web.AppRunner(application(practice))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield ",".join(f"{name}=http://127.0.0.1:{port}/{name}" for name in ("records", "scheduling", "protocol"))
    finally:
        await runner.cleanup()
