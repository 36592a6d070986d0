"""http_32: sessions recorded over HTTP by the real `records`, against a handler that only decodes and answers."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import uuid_utils.compat as uuid

from bench.measure import Sample, compare, drive
from bench.results import Row
from bench.servers import Ground
from bench.wire import Wire, listening, request, wires
from deploy.place import choose_ports
from shared.http.auth import issue_token, new_keys

CONNECTIONS = 32
CLIENTS = 2_000


def session(ended_minutes_ago: int = 5) -> dict[str, Any]:
    """A session of an hour, as a therapist's tablet sends it."""
    ended = datetime.now(UTC) - timedelta(minutes=ended_minutes_ago)
    regions = [
        {"region": "neck", "side": "left", "minutes": 15, "techniques": ["effleurage", "kneading"]},
        {"region": "lower_back", "minutes": 20, "techniques": ["effleurage"]},
    ]
    return {
        "therapist_id": str(uuid.uuid7()),
        "started_at": (ended - timedelta(minutes=50)).isoformat(),
        "ended_at": ended.isoformat(),
        "pain_before": 6,
        "pain_after": 4,
        "regions": regions,
        "prone_minutes": 10,
    }


async def http_32(ground: Ground) -> list[Row]:
    """32 connections, kept open; without and with an Idempotency-Key."""
    ports = choose_ports(("records", "echo"))
    async with _records(ground, ports["records"]) as token, process(["bench.echo", str(ports["echo"])], {}):
        await listening(ports["echo"])
        clients = await _register(ports["records"], token)
        ours = partial(_sessions, ports["records"], token, clients)
        limit = partial(_sessions, ports["echo"], token, clients)
        plain = await compare("http_32", "requests/s", ours, limit=limit)
        keyed = await compare("http_32_keyed", "requests/s", partial(ours, keyed=True), limit=limit)
    keyed.note = "each request with an Idempotency-Key: looked up before, remembered with the events"
    return [plain, keyed]


@asynccontextmanager
async def _records(ground: Ground, port: int) -> AsyncIterator[str]:
    """The service as it is run; gives a therapist's token for it."""
    database = await ground.database("records", "services.records")
    private, public = new_keys()
    for name, content in (("token.pub", public), ("wrapping.key", os.urandom(32))):
        (ground.folder / name).write_bytes(content)
    told = {
        "SERIATIM_DATABASE": ground.url("records", database),
        "SERIATIM_NATS": ground.bus("records"),
        "SERIATIM_NATS_MONITOR": ground.monitor,
        "SERIATIM_PORT": str(port),
        "SERIATIM_TOKEN_KEY": str(ground.folder / "token.pub"),
        "SERIATIM_WRAPPING_KEY": str(ground.folder / "wrapping.key"),
    }
    async with process(["services.records", "serve"], told, ground.folder / "records.log"):
        await listening(port)
        yield issue_token(private, "owner", "bench")


@asynccontextmanager
async def process(module: Sequence[str], told: dict[str, str], log: Path = Path(os.devnull)) -> AsyncIterator[None]:
    """A program of ours for the time of a block."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *module, env=os.environ | told, stdin=-1, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _register(port: int, token: str) -> list[str]:
    """Clients to have sessions."""
    async with wires(port, CONNECTIONS) as opened:
        shares = await asyncio.gather(*(_registered(wire, token, CLIENTS // CONNECTIONS) for wire in opened))
    return [client_id for share in shares for client_id in share]


async def _registered(wire: Wire, token: str, number: int) -> list[str]:
    answers = [await wire.ask(request("POST", "/clients", token, {"name": "Bench Client"})) for _ in range(number)]
    return [msgspec.json.decode(body)["client_id"] for _, body in answers]


async def _sessions(port: int, token: str, clients: Sequence[str], *, keyed: bool = False) -> Sample:
    """A session after the other on each connection, each of another client; all must be answered 201."""
    numbers, body = count(), session()
    async with wires(port, CONNECTIONS) as opened:

        async def record(caller: int) -> None:
            path = f"/clients/{clients[next(numbers) % len(clients)]}/sessions"
            status, answer = await opened[caller].ask(
                request("POST", path, token, body, key=uuid.uuid4().hex if keyed else "")
            )
            if status != 201:
                raise RuntimeError(f"a session was answered {status}: {answer!r}")

        return await drive(CONNECTIONS, record)
