"""The five services as programs of the stack, each told no more than it needs."""

import sys

from deploy import nats, postgres
from deploy.databases import SERVICES
from deploy.keys import key_pair
from deploy.place import Place
from deploy.program import Program, is_healthy
from deploy.secret import password, wrapping_key


def program(service: str, place: Place, ports: dict[str, int]) -> Program:
    """The service itself, ready when `/readyz` says so, alive while `/healthz` does."""

    async def ready() -> bool:
        return await is_healthy(f"http://127.0.0.1:{ports[service]}/readyz")

    async def alive() -> bool:
        return await is_healthy(f"http://127.0.0.1:{ports[service]}/healthz")

    environment = _common(service, place, ports) | _special(service, place, ports)
    command = _command(service, "serve")
    return Program(name=service, command=command, ready=ready, alive=alive, environment=environment)


def once(task: list[str], service: str, place: Place, ports: dict[str, int]) -> Program:
    """Describe a task that ends by itself, such as `migrate`: it alone knows the owner of the tables."""

    async def ready() -> bool:
        return False

    environment = _common(service, place, ports) | _special(service, place, ports)
    owner = {"SERIATIM_OWNER_DATABASE": _database(service, f"{service}_owner", place, ports)}
    return Program(name=service, command=_command(service, *task), ready=ready, environment=environment | owner)


def _command(service: str, *task: str) -> list[str]:
    return [sys.executable, "-m", f"services.{service}", *task]


def _common(service: str, place: Place, ports: dict[str, int]) -> dict[str, str]:
    """What every service is told."""
    _, public = key_pair(place.secrets)
    return {
        "SERIATIM_DATABASE": _database(service, service, place, ports),
        "SERIATIM_NATS": nats.url(service, place.secrets, ports["nats"]),
        "SERIATIM_NATS_MONITOR": f"http://127.0.0.1:{ports['nats_monitor']}",
        "SERIATIM_HOST": "127.0.0.1",
        "SERIATIM_PORT": str(ports[service]),
        "SERIATIM_ORIGIN": place.people,
        "SERIATIM_ZONE": place.zone,
        "SERIATIM_SETTINGS": str(place.settings.resolve()),
        "SERIATIM_CLOCK": place.clock,
        "SERIATIM_NOW": place.now,
        "SERIATIM_TOKEN_KEY": str(public.resolve()),
    }


def _special(service: str, place: Place, ports: dict[str, int]) -> dict[str, str]:
    """What one service alone is told: the wrapping key, the mail server, the signing key."""
    if service == "records":
        return {"SERIATIM_WRAPPING_KEY": str(wrapping_key(place.secrets).resolve())}
    if service == "notify":
        return {"SERIATIM_SMTP": f"smtp://127.0.0.1:{ports['mail']}"}
    if service == "web":
        private, _ = key_pair(place.secrets)
        others = ",".join(f"{name}=http://127.0.0.1:{ports[name]}" for name in SERVICES if name != "web")
        return {"SERIATIM_SIGNING_KEY": str(private.resolve()), "SERIATIM_SERVICES": others} | {
            "SERIATIM_TRUSTED_PROXIES": place.proxies
        }
    return {}


def _database(service: str, role: str, place: Place, ports: dict[str, int]) -> str:
    return postgres.url(role, password(place.secrets, f"postgres.{role}"), ports["postgres"], service)
