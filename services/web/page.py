"""A page: its address, who may see it, and what its handler is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from services.web.desk import SERVICE, Desk
from services.web.domain.account import StaffRole
from services.web.forms import Form, day_in, read_form
from services.web.neighbours import Away
from services.web.signing_in import Staff
from services.web.views.words import moment
from shared.clock import day_of
from shared.decider import Unknown
from shared.http.problems import Forbidden

T = TypeVar("T")

STAFF: tuple[StaffRole, ...] = ("owner", "front_desk", "therapist")
DESK: tuple[StaffRole, ...] = ("owner", "front_desk")
UNREAD = {
    "records": "Names and contact data could not be read just now.",
    "scheduling": "Visits could not be read just now.",
    "protocol": "Courses and notes could not be read just now.",
}


@dataclass(frozen=True)
class Address:
    """One page. `roles` must be named: a page is closed to whoever is not in them."""

    method: str
    path: str
    handler: Callable[["PageCall"], Awaitable[web.StreamResponse]]
    roles: tuple[StaffRole, ...] = STAFF


@dataclass
class PageCall:
    """A request for a page by somebody who is signed in."""

    request: web.Request
    desk: Desk
    who: Staff
    away: set[str] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        """The zone days and times are shown in."""
        return self.desk.service.practice.tz

    @property
    def now(self) -> datetime:
        """The present instant of the practice."""
        return self.desk.service.clock.now()

    @property
    def today(self) -> date:
        """The present day of the practice."""
        return day_of(self.now, self.zone)

    def path_id(self, name: str) -> UUID:
        """Read an id in the address; what is no id is unknown."""
        try:
            return UUID(self.request.match_info[name])
        except ValueError as error:
            raise Unknown("There is nothing with this id.") from error

    def query_day(self, name: str) -> date:
        """Read a day in the address, today where there is none. Raises `Malformed`."""
        return day_in(name, self.request.query.get(name, "") or self.today.isoformat())

    async def read(self, service: str, path: str, kind: type[T], **query: str) -> T:
        """Read from another service. Raises `Away`, `Forbidden`, `Unknown`."""
        return await self.desk.neighbours.get(self.who, service, path, kind, query)

    async def send(self, service: str, path: str, kind: type[T], body: object, *, key: str = "", **query: str) -> T:
        """Ask another service to do something; under one key it is done once. Raises also `Refused`, `Malformed`."""
        return await self.desk.neighbours.post(self.who, service, path, kind, body, key=key, **query)

    async def form(self) -> Form:
        """What was sent with a form. Raises `Malformed`."""
        return await read_form(self.request)

    async def part(self, reading: Awaitable[T], otherwise: T) -> T:
        """Read a part of the page that may be missing: when its service is away, the page says so and goes on."""
        try:
            return await reading
        except Away as away:
            self.away.add(away.service)
        except (Forbidden, Unknown):
            pass  # what this person may not see, or what is no longer there, is left out
        return otherwise

    def show(self, template: str, *, here: str = "", status: int = 200, **values: Any) -> web.Response:
        """Render a page. `here` is the entry of the menu it belongs to."""
        troubles = [f"{UNREAD[service]} Try again in a minute." for service in sorted(self.away)]
        return render(self.desk, template, status=status, who=self.who, here=here, troubles=troubles, **values)


def render(desk: Desk, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """Render a template with what every page shows."""
    service = desk.service
    always: dict[str, Any] = {"who": None, "here": "", "troubles": []}
    simulated = moment(service.clock.now(), service.practice.tz) if service.clock.simulated else ""
    text = desk.templates.get_template(template).render(
        always | {"practice": service.practice, "simulated": simulated} | values
    )
    return web.Response(text=text, status=status, content_type="text/html")


def desk_of(request: web.Request) -> Desk:
    """Find the desk of the application a request came to."""
    desk: Desk = request.app[SERVICE].own
    return desk


def cookie(request: web.Request, name: str) -> str:
    """A cookie's value; what no cookie of ours can hold is as good as none."""
    value = request.cookies.get(name, "")
    return value if value.isascii() else ""
