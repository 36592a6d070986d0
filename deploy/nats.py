"""nats-server from its wheel, with one user for each service that may do no more than its part."""

import json
from pathlib import Path
from string import Template
from typing import Any

from deploy.databases import SERVICES
from deploy.program import BIN, Program, is_healthy
from deploy.secret import password
from shared.questions.askers import ASKERS

HEARS: dict[str, tuple[str, ...]] = {
    "records": (),
    "protocol": ("records", "scheduling"),
    "scheduling": ("records", "protocol"),
    "notify": ("records", "protocol", "scheduling"),
    "web": (),
}
"""Whose events each service hears. `web` publishes nothing either, and has no stream."""
SILENT = frozenset({"web"})


def prepare(folder: Path, secrets: Path, port: int, monitor: int) -> None:
    """Write the configuration for these ports of this machine."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = folder.resolve() / "store"
    write(folder / "nats.conf", secrets, host="127.0.0.1", port=port, monitor=monitor, store=store)


def write(file: Path, secrets: Path, *, host: str, port: int, monitor: int, store: Path) -> None:
    """Write a configuration; the passwords in it are the secrets `nats.<user>`."""
    users = [_user(name, password(secrets, f"nats.{name}"), rights) for name, rights in _rights().items()]
    template = Template((Path(__file__).parent / "nats.conf").read_text())
    values = {"host": host, "port": port, "monitor": monitor, "store": store, "users": json.dumps(users)}
    file.touch(mode=0o600)
    file.write_text(template.substitute(values))


def program(folder: Path, monitor: int) -> Program:
    """The server; ready when JetStream is."""

    async def ready() -> bool:
        return await is_healthy(f"http://127.0.0.1:{monitor}/healthz")

    command = [str(BIN / "nats-server"), "--config", str(folder / "nats.conf")]
    return Program(name="nats", command=command, ready=ready)


def url(user: str, secrets: Path, port: int) -> str:
    """The address of the bus for a service's user."""
    return f"nats://{user}:{password(secrets, f'nats.{user}')}@127.0.0.1:{port}"


def _rights() -> dict[str, dict[str, list[str]]]:
    """What each user may publish and subscribe to."""
    return {service: _service_rights(service) for service in SERVICES} | {"clock": _CLOCK}


_CLOCK = {
    "publish": [f"clock.settle.{service}" for service in SERVICES],
    "subscribe": ["clock.now", "_INBOX_clock.>"],
}


def _service_rights(service: str) -> dict[str, list[str]]:
    """What it does, and nothing else: its own stream, the streams it hears, the questions it asks and answers."""
    publish = ["$JS.API.INFO", "clock.now", f"ask.{service}.Ping"]
    publish += [f"ask.{question.to}.{question.__name__}" for question, askers in ASKERS.items() if service in askers]
    if service not in SILENT:
        publish += _stream(service)
    for producer in HEARS[service]:
        publish += _consumer(service, producer)
    subscribe = [f"_INBOX_{service}.>", f"ask.{service}.*", f"clock.settle.{service}"]
    return {"publish": publish, "subscribe": subscribe}


def _stream(service: str) -> list[str]:
    """Its own events, and the stream they are in: made, fitted to a later version, looked at, read back."""
    calls = ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.INFO", "STREAM.MSG.GET")
    return [f"{service}.>", *(f"$JS.API.{call}.{service}" for call in calls)]


def _consumer(service: str, producer: str) -> list[str]:
    """A consumer of its own name on the stream of a producer that it hears."""
    calls = ("CREATE", "DURABLE.CREATE", "INFO", "MSG.NEXT", "DELETE")
    found = [f"$JS.API.CONSUMER.{call}.{producer}.{service}" for call in calls]
    return [*found, f"$JS.ACK.{producer}.{service}.>"]


def _user(name: str, secret: str, rights: dict[str, list[str]]) -> dict[str, Any]:
    """A user of the configuration; whoever is asked may answer, once and soon."""
    permissions = {**rights, "allow_responses": {"max": 1, "expires": "1m"}}
    return {"user": name, "password": secret, "permissions": permissions}
