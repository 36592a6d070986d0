"""slots: the free times of 31 days, of a therapist who has 400 appointments in them, asked over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid

from bench.lines.http import process
from bench.measure import Sample, compare, drive
from bench.results import Row
from bench.servers import Ground, connected
from bench.wire import listening, request, wires
from deploy.place import choose_ports
from shared.http.auth import issue_token, new_keys

APPOINTMENTS = 400
DAYS = 31
NAMES = ("Front room", "Garden room", "Attic")
HOURS = [{"weekday": day, "from": "08:00", "to": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat")]
BOOKED = """
insert into read.appointment (appointment_id, client_id, therapist_id, room_id, starts_at, ends_at, buffer_minutes,
                              buffer_before_minutes, status, changed_at)
values ($1, $2, $3, $4, $5, $5::timestamptz + interval '20 minutes', 5, 5, 'booked', $5)
"""


async def slots(ground: Ground) -> list[Row]:
    """One caller after the other; `ours` is the median time of an answer, HTTP included."""
    port = choose_ports(("scheduling",))["scheduling"]
    first = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    until = first + timedelta(days=DAYS)
    async with _scheduling(ground, port) as (token, database):
        therapist_id = await _fill(ground, port, token, database, first)
        path = f"/slots?therapist_id={therapist_id}&from={first:%Y-%m-%d}&to={until:%Y-%m-%d}&minutes=60"

        async def run() -> Sample:
            async with wires(port, 1) as (wire,):

                async def ask(_: int) -> None:
                    status, body = await wire.ask(request("GET", path, token))
                    if status != 200 or b"starts_at" not in body:
                        raise RuntimeError(f"slots were answered {status}")

                taken = await drive(1, ask)
                return msgspec.structs.replace(taken, value=taken.p50_ms or 0.0)

        found = await compare("slots", "ms", run)
    found.note = (
        f"{DAYS} days of a therapist with {APPOINTMENTS} appointments in them, {len(NAMES)} rooms; HTTP included"
    )
    return [found]


@asynccontextmanager
async def _scheduling(ground: Ground, port: int) -> AsyncIterator[tuple[str, str]]:
    """The service as it is run; gives an owner's token and the name of its database."""
    database = await ground.database("scheduling", "services.scheduling")
    private, public = new_keys()
    (ground.folder / "slots.pub").write_bytes(public)
    told = {
        "SERIATIM_DATABASE": ground.url("scheduling", database),
        "SERIATIM_NATS": ground.bus("scheduling"),
        "SERIATIM_NATS_MONITOR": ground.monitor,
        "SERIATIM_PORT": str(port),
        "SERIATIM_TOKEN_KEY": str(ground.folder / "slots.pub"),
    }
    async with process(["services.scheduling", "serve"], told, ground.folder / "scheduling.log"):
        await listening(port)
        yield issue_token(private, "owner", "bench"), database


async def _fill(ground: Ground, port: int, token: str, database: str, first: datetime) -> UUID:
    """Rooms, the therapist, and the appointments: a visit of 20 minutes each half hour, on as many days as it takes."""
    async with wires(port, 1) as (wire,):
        rooms = [_made(await wire.ask(request("POST", "/rooms", token, {"name": name}))) for name in NAMES]
        body = {"name": "Ada", "hours": HOURS, "buffer_before_minutes": 5, "buffer_after_minutes": 5}
        therapist_id = _made(await wire.ask(request("POST", "/therapists", token, body)))
    each = APPOINTMENTS // DAYS + 1
    times = [first + timedelta(days=n // each, hours=13, minutes=30 * (n % each)) for n in range(APPOINTMENTS)]
    async with connected(ground.superuser(database)) as connection:
        rows = [
            (uuid.uuid7(), uuid.uuid7(), therapist_id, rooms[number % len(rooms)], time)
            for number, time in enumerate(times)
        ]
        await connection.executemany(BOOKED, rows)
        await connection.execute("analyze read.appointment")
    return therapist_id


def _made(answer: tuple[int, bytes]) -> UUID:
    """The id of what was made."""
    status, body = answer
    if status != 201:
        raise RuntimeError(f"setting up was answered {status}: {body!r}")
    return UUID(next(iter(msgspec.json.decode(body).values())))
