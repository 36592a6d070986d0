"""What every page works with: sign-ins, passwords, the other services, templates and static files."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import aiohttp
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.web.caller import Proxies
from services.web.devices import Devices
from services.web.neighbours import Neighbours
from services.web.passwords import Verifier
from services.web.signing_in import SignIns
from services.web.throttle import Patience
from services.web.views import outline
from services.web.views.words import ROLES, count, day
from shared.clock import Clock
from shared.service import Service
from shared.variables import networks

TYPES = {"css": "text/css", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Static:
    """A file of ours, served under a name that changes with its content."""

    name: str
    body: bytes
    content_type: str


@dataclass
class Desk:
    """The one object pages reach for. `real` is the real time: sign-ins and failures do not follow a simulated one.

    Strangers have a verifier of their own, so that a crowd of them keeps nobody waiting whose browser is known.
    """

    service: Service
    sign_ins: SignIns
    neighbours: Neighbours
    templates: Environment
    statics: dict[str, Static]
    real: Clock
    devices: Devices
    proxies: Proxies
    verifier: Verifier = field(default_factory=Verifier)
    verifier_of_strangers: Verifier = field(default_factory=Verifier)
    patience: Patience = field(default_factory=Patience)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by HTTPS."""
        return self.service.config.origin.startswith("https:")


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


@asynccontextmanager
async def open_desk(service: Service) -> AsyncIterator[Desk]:
    """Open the HTTP session and read key, templates and static files once."""
    config = service.config
    key = config.signing_key.read_bytes() if config.signing_key else b""
    statics = static_files()
    async with aiohttp.ClientSession() as http:
        real = Clock()
        yield Desk(
            service=service,
            sign_ins=SignIns(service.store, real),
            neighbours=Neighbours(http, config.services, key),
            templates=environment(statics),
            statics={static.name: static for static in statics.values()},
            real=real,
            devices=Devices(key),
            proxies=Proxies(networks(config.front_door), networks(config.trusted_proxies)),
        )


def static_files() -> dict[str, Static]:
    """Read the static files; keys are the names templates use."""
    found = {}
    for path in (files("services.web") / "static").iterdir():
        stem, _, ending = path.name.rpartition(".")
        body = path.read_bytes()
        name = f"{stem}-{hashlib.sha256(body).hexdigest()[:10]}.{ending}"
        found[path.name] = Static(name, body, TYPES[ending])
    return found


def environment(statics: dict[str, Static]) -> Environment:
    """Make the template engine: everything is escaped, and a forgotten value is an error."""
    templates = Environment(
        loader=PackageLoader("services.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared: dict[str, Any] = {"count": count, "day": day, "roles": ROLES, "path": outline.path}
    templates.globals.update(shared, static=lambda name: f"/static/{statics[name].name}")
    return templates
