"""What an operator asks of a service on the command line: read its log, try parked events again, pass one over."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat as uuid

from shared.bus.envelope import Heard, read
from shared.bus.hearing import PASSED_OVER, UNFIT, Hearing, code_of
from shared.messages import Cause
from shared.service import Service
from shared.store.unit import Tx

WINDOW = 500
LOOK_AGAIN = 0.5

EVENTS = """
select position, recorded_at, type, stream, version, actor, data from public.event
 where position > $1 and ($2::text is null or stream = $2) and ($3::uuid is null or client_id = $3)
 order by position limit $4
"""


async def print_events(service: Service, stream: str | None, client: UUID | None, *, follow: bool) -> None:
    """One line an event; what is sealed stays sealed."""
    async for row in _events(service, stream, client, follow=follow):
        sys.stdout.write(f"{line(row)}\n")
        sys.stdout.flush()


async def _events(
    service: Service, stream: str | None, client: UUID | None, *, follow: bool
) -> AsyncIterator[asyncpg.Record]:
    after = 0
    while True:
        rows = await service.store.fetch(EVENTS, after, stream, client, WINDOW)
        for row in rows:
            after = row["position"]
            yield row
        if not rows and not follow:
            return
        if len(rows) < WINDOW and follow:
            await asyncio.sleep(LOOK_AGAIN)


def line(row: asyncpg.Record) -> str:
    """`position  time  type  stream@version  by actor  {data}`."""
    data = msgspec.json.decode(row["data"])
    shown = "(sealed)" if isinstance(data, dict) and set(data) == {"sealed"} else msgspec.json.encode(data).decode()
    where, when = f"{row['stream']}@{row['version']}", f"{row['recorded_at']:%Y-%m-%d %H:%M:%S}"
    return f"{row['position']:>8}  {when}  {row['type']}  {where}  by {row['actor']}  {shown}"


async def retry(service: Service) -> tuple[int, int]:
    """Try parked events again, in order; a client whose first still fails waits on. Gives how many went and stayed."""
    rows = await service.store.fetch("select * from public.parked order by producer, position")
    failing: set[UUID | None] = set()
    for row in rows:
        if row["client_id"] not in failing and not await _again(service, row):
            failing.add(row["client_id"])
    left = await service.store.fetch("select count(*) as n from public.parked")
    return len(rows) - left[0]["n"], left[0]["n"]


async def _again(service: Service, row: asyncpg.Record) -> bool:
    definition, producer = service.definition, row["producer"]
    hearing = Hearing(service.name, producer, definition.hears[producer], definition.reactions)

    async def unit(tx: Tx) -> None:
        await hearing.react(tx, _heard(row))
        tx.execute("delete from public.parked where producer = $1 and position = $2", producer, row["position"])

    try:
        cause = Cause(actor="operator", correlation_id=uuid.uuid7())
        await service.store.write(unit, cause, reads=True)
    except Exception as error:  # noqa: BLE001 - whatever it fails on is shown, and the next client is tried
        sys.stdout.write(f"{producer} {row['position']} {row['type']}: {code_of(error)}\n")
        return False
    return True


def _heard(row: asyncpg.Record) -> Heard:
    data = row["data"]
    if row["error"] == UNFIT:
        data = base64.b64decode(msgspec.json.decode(data)["base64"])
    return read(row["producer"], row["client_id"], msgspec.json.decode(row["headers"]), data)


async def skip(service: Service, producer: str, position: int, *, patience: float = 15.0) -> bool:
    """Let the service go on behind an event of a type it does not know, which is parked; false if it waits for none.

    The wish is a row that stands where the event will be; the running service puts the event there, or it is withdrawn.
    """
    await service.store.fetch(WISH, producer, position, PASSED_OVER)
    try:
        async with asyncio.timeout(patience):
            while not await service.store.fetch(GRANTED, producer, position):
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        withdrawn = await service.store.fetch(WITHDRAW, producer, position)
        return not withdrawn
    return True


async def unpublished(service: Service) -> list[str]:
    """A line for each event that is too large for the bus: nobody else has heard of it."""
    return [
        f"{row['position']:>8}  {row['since']:%Y-%m-%d %H:%M:%S}  {row['type']}  {row['stream']}  {row['bytes']} bytes"
        for row in await service.store.fetch(UNPUBLISHED)
    ]


WISH = """
insert into public.parked (producer, position, type, error, headers, data, parked_at)
values ($1, $2, '', $3, '{}', '{}', now()) on conflict do nothing
"""
GRANTED = "select from public.parked where producer = $1 and position = $2 and type <> ''"
WITHDRAW = "delete from public.parked where producer = $1 and position = $2 and type = '' returning position"
UNPUBLISHED = (
    "select position, since, type, stream, bytes from public.unpublished join public.event using (position, type)"
)
