"""What an operator says of a restored database: its log goes on where nobody has heard anything yet.

The bus remembers events that the database has lost. New ones at the same positions would be taken for those and
skipped. So the log takes a step beyond every position ever given, and an event of its own tells of it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import msgspec
import uuid_utils.compat as uuid
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus.lineage import Estranged, LogRestored, goes_on
from shared.bus.stream import Published, last_event
from shared.messages import Cause
from shared.service import Amends, Service
from shared.store.append import end_of_log
from shared.store.batch import LOCK
from shared.store.connect import Patience, let_go, options

STEP = 1_000_000
"""The log goes on at the seconds since 1970 times this: beyond any earlier step, whatever the bus still remembers."""


async def restored(service: Service) -> int:
    """Let the log go on beyond what others have heard, and hear again what was heard since the backup.

    Gives how many events had to move there too: those behind the last one that the stream knows as well, such as were
    written since the restore. The service may be running. Raises errors of the bus and of the database.
    """
    js = service.bus.client.jetstream(timeout=5)
    async with _as_owner(service) as connection:
        moved = await _step(service, connection, await _shared_past(service, js))
    for producer in service.definition.hears:
        with suppress(NotFoundError):  # it is made anew, and starts from the beginning
            await js.delete_consumer(producer, service.name)
    return moved


async def amend(service: Service, amends: Amends) -> None:
    """Do what the service found missing; each stream's commands as a unit of its own."""
    for stream, command in amends.commands:
        await service.store.put({stream: command}, Cause(actor="operator", correlation_id=uuid.uuid7()))


async def _shared_past(service: Service, js: JetStreamContext) -> int | None:
    """The position of the last event that both know, if the log has lost what the stream holds after it.

    The stream is read backwards, so this takes as long as there are lost events.
    """
    if not service.definition.published:
        return None
    try:
        state = (await js.stream_info(service.name)).state
    except NotFoundError:
        return None
    sequence, event = await last_event(js, service.name, state, state.last_seq)
    if event is None or await _goes_on(service, event):
        return None
    while event:
        sequence, event = await last_event(js, service.name, state, sequence - 1)  # the last is known to be lost
        if event and await service.store.fetch(KNOWN, event.position, event.event_id):
            return event.position
    return 0


async def _goes_on(service: Service, last: Published) -> bool:
    """Whether the relay may be at work: then nothing is moved, for it may have been sent under the position it has."""
    with suppress(Estranged):
        return bool(await goes_on(service.store, last.position, last.event_id))
    return False


async def _step(service: Service, connection: asyncpg.Connection, shared: int | None) -> int:
    """Append `LogRestored`, and move behind it what was written since a loss at positions that others know already."""
    await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
    head = (await end_of_log(connection)).position
    after = head if shared is None else shared
    begins = await connection.fetchval(BEGINS, STEP, head + 1)
    moved = await _move(connection, after, begins) if after < head else 0
    await connection.execute(
        MARK, begins, f"log-{uuid.uuid7()}", uuid.uuid7(), msgspec.json.encode(LogRestored(after=after)).decode(),
        uuid.uuid7(), service.clock.now(),
    )  # fmt: skip
    return moved


async def _move(connection: asyncpg.Connection, after: int, by: int) -> int:
    """The one change ever made to the log, by the tables' owner alone: what nobody else has seen gets a new place."""
    await connection.execute("alter table public.event disable trigger event_is_append_only")
    done = await connection.execute("update public.event set position = position + $2 where position > $1", after, by)
    await connection.execute("alter table public.event enable trigger event_is_append_only")
    return int(done.rpartition(" ")[2])


KNOWN = "select from public.event where position = $1 and event_id = $2"
BEGINS = "select greatest(extract(epoch from clock_timestamp())::bigint * $1::bigint, $2::bigint)"
MARK = """
insert into public.event (position, stream, version, event_id, type, data, actor, correlation_id, recorded_at)
values ($1, $2, 1, $3, 'LogRestored', $4, 'operator', $5, $6)
"""


@asynccontextmanager
async def _as_owner(service: Service) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(service.config.owner_database, **options(Patience()))
    try:
        async with connection.transaction():
            yield connection
    finally:
        await let_go(connection)
