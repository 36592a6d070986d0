"""Caddy from its wheel: the one front door of the stack."""

from pathlib import Path
from urllib.parse import urlsplit

from deploy.databases import SERVICES
from deploy.place import Place
from deploy.program import BIN, Program, connects


def program(place: Place, ports: dict[str, int]) -> Program:
    """Serve the pages' address and lead each request to the service it is for."""

    async def ready() -> bool:
        return await connects(place.port)

    file = str(Path(__file__).parent / "Caddyfile")
    command = [str(BIN / "caddy"), "run", "--config", file, "--adapter", "caddyfile"]
    return Program(name="caddy", command=command, ready=ready, environment=_environment(place, ports))


def hosts(place: Place) -> list[str]:
    """The names this door is known by: those of the machine itself, and the one people use."""
    return list(dict.fromkeys(["127.0.0.1", "localhost", urlsplit(place.people).hostname or "localhost"]))


def _environment(place: Place, ports: dict[str, int]) -> dict[str, str]:
    upstreams = {f"SERIATIM_{service.upper()}": f"127.0.0.1:{ports[service]}" for service in SERVICES}
    return upstreams | {
        "SERIATIM_PORT": str(place.port),
        "SERIATIM_SITES": ", ".join(f"http://{host}:{place.port}" for host in hosts(place)),
        "SERIATIM_ORIGIN": place.people,
        "SERIATIM_TRUSTED_PROXIES": place.proxies,
        "SERIATIM_CLOCK": place.clock,
        "SERIATIM_CLOCK_OWNER": f"127.0.0.1:{ports['clock']}",
        "XDG_DATA_HOME": str(place.data.resolve() / "caddy"),
        "XDG_CONFIG_HOME": str(place.data.resolve() / "caddy"),
    }
