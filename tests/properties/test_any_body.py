"""Whatever a body holds: no answer is a fault of ours, and after it everything can still be read, found and sent.

One practice of four services; for each route bodies made from its type. Derandomized: it fails for all or for none.
"""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings

from services.notify.api import ROUTES as NOTIFY
from services.protocol.api import ROUTES as PROTOCOL
from services.records.api import ROUTES as RECORDS
from services.scheduling.api import ROUTES as SCHEDULING
from shared.http.routes import AnyRoute, Route
from tests import servers
from tests.harness import Answer, It, practice
from tests.properties.bodies import bodies

T = TypeVar("T")
NOW = "2026-03-02T13:00:00Z"
SERVICES: dict[str, list[AnyRoute]] = {
    "records": list(RECORDS), "protocol": list(PROTOCOL), "scheduling": list(SCHEDULING), "notify": list(NOTIFY),
}  # fmt: skip
TAKING = [
    (name, route)
    for name, routes in SERVICES.items()
    for route in routes
    if isinstance(route, Route) and route.takes and route.takes.__struct_fields__
]
TAKING.sort(key=lambda one: one[1].path == "/closures")  # when the practice is closed nothing can be booked
ASKING = [(name, route) for name, routes in SERVICES.items() for route in routes if isinstance(route, Route)]
QUERIES = {
    "/courses": "client_id={client_id}",
    "/slots": "from=2026-03-02&to=2026-03-16&minutes=60",
    "/calendar": "from=2026-03-02&to=2026-03-16",
    "/closures": "from=2026-01-01&to=2027-01-01",
    "/holidays": "from=2026-01-01&to=2027-01-01",
    "/therapists/{therapist_id}/days": "from=2026-01-01&to=2027-01-01",
    "/appointments/{appointment_id}/slots": "from=2026-03-02&to=2026-03-16",
}
EXAMPLES = 15
TRIES = 5


@dataclass
class House:
    """The practice at work, and the ids of what is in it."""

    loop: asyncio.AbstractEventLoop
    services: dict[str, It]
    ids: dict[str, str] = field(default_factory=dict)

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """The house lives in a thread of its own and goes on while bodies are thought up."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result()

    def ask(self, name: str, method: str, path: str, **more: Any) -> Answer:
        """The answer; one that says to try again is believed a few times, as this machine may be slow."""
        for _ in range(TRIES):
            answer = self.run(self.services[name].ask(method, path.format_map(self.ids), **more))
            if answer.status != 503:
                break
        return answer

    def make(self, name: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.ask(name, "POST", path, json=body)
        assert answer.status == 201, answer.body
        return answer.body  # type: ignore[no-any-return]

    def furnish(self) -> None:
        """Somebody to treat, somebody who treats, somewhere, and a visit."""
        self.ids |= self.make("records", "/clients", {"name": "Ann", "email": "ann@example.com"})
        self.ids |= self.make("scheduling", "/rooms", {"name": "Front room"})
        hours = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
        self.ids |= self.make("scheduling", "/therapists", {"name": "Nora", "hours": hours})
        asked = {"client_id": self.ids["client_id"], "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        self.ids |= self.make("protocol", "/courses", asked)
        visit = {"starts_at": "2026-03-03T15:00:00Z", "minutes": 60, "therapist_id": self.ids["therapist_id"]}
        asked = {"client_id": self.ids["client_id"], "course_id": self.ids["course_id"], "appointments": [visit]}
        self.ids["appointment_id"] = self.make("scheduling", "/appointments", asked)["appointments"][0][
            "appointment_id"
        ]
        session = {
            "therapist_id": self.ids["therapist_id"], "started_at": "2026-03-01T15:00:00Z",
            "ended_at": "2026-03-01T16:00:00Z", "pain_before": 5, "pain_after": 3, "regions": [],
        }  # fmt: skip
        self.ids |= self.make("records", "/clients/{client_id}/sessions", session)
        self.ids |= {"day": "2026-03-04", "protocol": "fibromyalgia", "digest": "none"}

    def read_all(self) -> None:
        """Everything that can be read answers, and days are still found for the course."""
        for name, route in ASKING:
            if route.method == "GET" and all(key in self.ids for key in re.findall(r"{(\w+)}", route.path)):
                query = QUERIES.get(route.path)
                answer = self.ask(name, "GET", f"{route.path}?{query}" if query else route.path)
                assert answer.status in (200, 404, 409), (name, route.path, answer)
        asked = {"client_id": self.ids["client_id"], "course_id": self.ids["course_id"], "sessions": 3, "minutes": 60}
        answer = self.ask("scheduling", "POST", "/proposals", json=asked)
        assert answer.status in (200, 404, 409), answer

    def settled(self) -> None:
        """What was to be done is done; nothing is set aside, and no clock is held up."""
        self.run(self.services["records"].settled(seconds=60))
        for name, it in self.services.items():
            assert self.run(it.service.store.fetch("select type, error from parked")) == [], name
            assert not it.replica.alarm.failing, name


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    asyncio.run(servers.cluster())  # here, as servers end with the thread that started them
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()
    living = Thread(target=loop.run_forever)
    living.start()
    there = House(loop, {})
    try:
        there.services = there.run(stack.enter_async_context(practice(*SERVICES, now=NOW)))
        yield there
    finally:
        there.run(stack.aclose())
        there.run(servers.drop_databases())
        loop.call_soon_threadsafe(loop.stop)
        living.join()
        loop.close()


@pytest.mark.parametrize(("name", "route"), TAKING, ids=[f"{name} {one.method} {one.path}" for name, one in TAKING])
def test_no_body_is_a_fault_and_what_was_accepted_can_be_read(house: House, name: str, route: Route) -> None:
    house.furnish()
    _throw(house, name, route)
    house.settled()


def _throw(house: House, name: str, route: Route) -> None:
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(body=bodies(route.takes, house.ids))  # type: ignore[arg-type]
    def thrown(body: bytes) -> None:
        answer = house.ask(name, route.method, route.path, body=body)
        assert answer.status < 500, (body, answer.body)
        if answer.status < 300:
            house.read_all()

    thrown()
