"""`/clients`: find a client (by POST: names never stand in an address) and go on to the course."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from aiohttp import web
from msgspec import Struct

from services.web.answers.records import Client, Clients
from services.web.answers.scheduling import Visit
from services.web.page import Address, PageCall
from services.web.pages.day import visits_between
from services.web.views.course import TO_COME
from services.web.views.words import count, moment

WEEKS = 8
NONE_SOON = f"none in {WEEKS} weeks"
LONGEST_QUERY = 200


class Line(Struct, frozen=True, kw_only=True):
    """A client in the list."""

    client_id: UUID
    name: str
    phone: str
    next: str = ""
    course: str = ""
    session: str = ""


async def show_clients(call: PageCall) -> web.Response:
    """Show all clients."""
    return await show(call, await call.read("records", "/clients", Clients), "")


async def find_clients(call: PageCall) -> web.Response:
    """Show those whose name fits what was typed."""
    q = (await call.form()).text("q")[:LONGEST_QUERY]
    if not q:
        raise web.HTTPSeeOther("/clients")
    return await show(
        call, await call.desk.neighbours.post(call.who, "records", "/clients/search", Clients, {"q": q}), q
    )


async def show(call: PageCall, found: Clients, q: str) -> web.Response:
    """Show a list of clients with their next visits."""
    soon = await visits_between(call, call.today, call.today + timedelta(weeks=WEEKS))
    following = next_visits(call, soon)
    lines = [line_of(call, client, following) for client in found.clients]
    return call.show(
        "clients.html",
        here="/clients",
        q=q,
        lines=sorted(lines, key=lambda line: line.name.casefold()),
        none_soon="" if "scheduling" in call.away else NONE_SOON,
        summary=count(len(lines), "client") + (", and more: find them by name" if found.next_cursor else ""),
    )


def next_visits(call: PageCall, visits: Sequence[Visit]) -> Mapping[UUID, Visit]:
    """The first visit to come of each client; `visits` are in order of time."""
    coming = [visit for visit in visits if visit.status in TO_COME and visit.ends_at >= call.now]
    return {visit.client_id: visit for visit in reversed(coming)}


def line_of(call: PageCall, client: Client, following: Mapping[UUID, Visit]) -> Line:
    """One client in words."""
    visit = following.get(client.client_id)
    return Line(
        client_id=client.client_id,
        name=client.name,
        phone=client.phone or "",
        next=moment(visit.starts_at, call.zone) if visit else "",
        course=f"/courses/{visit.course_id}" if visit and visit.course_id else "",
        session=f"Session {visit.ordinal}" if visit and visit.ordinal else "",
    )


ADDRESSES = [Address("GET", "/clients", show_clients), Address("POST", "/clients", find_clients)]
