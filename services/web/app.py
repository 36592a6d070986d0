"""What this service is made of."""

from aiohttp import web

from services.web.desk import SERVICE, open_desk
from services.web.domain import account
from services.web.guard import add_headers, guard, signed_in
from services.web.pages import (
    arranging,
    away,
    booking,
    cadence,
    client,
    clients,
    course,
    day,
    history,
    home,
    moving,
    note,
    signin,
    visit,
    waiting,
)
from services.web.projections import PROJECTIONS
from shared.config import Config, Practice
from shared.service import Definition, Service

PAGES = [
    *day.ADDRESSES,
    *clients.ADDRESSES,
    *client.ADDRESSES,
    *course.ADDRESSES,
    *arranging.ADDRESSES,
    *note.ADDRESSES,
    *history.ADDRESSES,
    *cadence.ADDRESSES,
    *booking.ADDRESSES,
    *visit.ADDRESSES,
    *moving.ADDRESSES,
    *away.ADDRESSES,
    *waiting.ADDRESSES,
]


def add_pages(app: web.Application, service: Service) -> None:
    """Put the pages into the application, each behind the sign-in, and the guard in front of all."""
    app[SERVICE] = service
    app.middlewares.append(guard)
    app.on_response_prepare.append(add_headers)
    home.add(app)
    signin.add(app)
    for address in PAGES:
        app.router.add_route(address.method, address.path, signed_in(address))


def build(config: Config, practice: Practice) -> Definition:  # noqa: ARG001 - every service is built so
    """Describe the service."""
    return Definition(
        name="web",
        package=__package__,
        deciders={"account": account.decider},
        events=account.decider.events,
        projections=PROJECTIONS,
        own=open_desk,
        pages=add_pages,
        needs=("signing_key", "services"),
    )
