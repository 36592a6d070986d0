"""What an operator asks of a service's log on the command line: read it, and try parked events again."""

import asyncio
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat as uuid

from shared.bus.envelope import POSITION, PREVIOUS, Heard
from shared.bus.hearing import Hearing, code_of
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
    headers = msgspec.json.decode(row["headers"])
    return Heard(
        producer=row["producer"],
        event_type=row["type"],
        position=int(headers[POSITION]),
        previous=int(headers[PREVIOUS]),
        headers=headers,
        data=row["data"],
        client_id=row["client_id"],
    )
