"""read_log and rebuild: the whole log read in order, and the busiest read model made again from it."""

import time
from functools import partial

from bench import raw
from bench.lines.append import opened
from bench.measure import Sample, compare
from bench.results import Row
from bench.servers import Ground, connected
from services.scheduling.app import build
from shared.clock import Clock
from shared.config import Config, Practice
from shared.rebuild import rebuild
from shared.service import Service
from shared.store.reader import COLUMNS
from shared.store.store import Store

EVENTS = 60_000
WINDOW = 500
"""As the relay reads."""
VISITS = """
insert into public.event (position, stream, version, event_id, type, data, client_id, actor, correlation_id,
                          recorded_at)
select n, 'itinerary-' || client_id, (n - 1) % 30 + 1, uuidv7(),
       case n % 2 when 1 then 'AppointmentBooked' else 'AppointmentFulfilled' end,
       jsonb_build_object('client_id', client_id, 'appointment_id', visit, 'starts_at', starts_at)
       || case n % 2 when 1 then jsonb_build_object('therapist_id', visit, 'room_id', visit,
                                                    'ends_at', starts_at + interval '1 hour')
                     else jsonb_build_object('session_id', visit) end,
       client_id, 'bench', uuidv7(), now()
  from generate_series(1, $1) as n,
       lateral (select md5(((n - 1) / 30)::text)::uuid as client_id, md5('v' || (n - 1) / 2)::uuid as visit,
                       timestamptz '2026-01-05 14:00Z' + n * interval '1 minute' as starts_at) as of
"""


async def read_log(ground: Ground) -> list[Row]:
    """Events of all streams in order, decoded and in their envelopes, against rows of a bare cursor."""
    database = await ground.database()
    await raw.fill(ground.superuser(database), EVENTS, each=30)
    async with opened(ground, database, {}) as store:
        bare = partial(_cursor, ground.url("records", database))
        return [await compare("read_log", "events/s", partial(_read, store), limit=bare)]


async def _read(store: Store) -> Sample:
    began, after = time.perf_counter(), 0
    while events := await store.read_log(after, limit=WINDOW):
        after = events[-1].position
    return Sample(value=EVENTS / (time.perf_counter() - began))


async def _cursor(address: str) -> Sample:
    async with raw.connections(address, 1) as (connection,), connection.transaction():
        began = time.perf_counter()
        async for row in connection.cursor(f"select {COLUMNS} from public.event order by position", prefetch=WINDOW):
            assert row  # noqa: S101 - it is only fetched
        return Sample(value=EVENTS / (time.perf_counter() - began))


async def rebuilt(ground: Ground) -> list[Row]:
    """Scheduling's appointments, booked and fulfilled, made again by `python -m services.scheduling rebuild`."""
    database = await ground.database("scheduling", "services.scheduling")
    async with connected(ground.superuser(database)) as connection:
        await connection.execute(VISITS, EVENTS, timeout=600)
        await connection.execute("vacuum analyze")
    config, practice = Config(database=ground.url("scheduling", database)), Practice(zone="America/New_York")
    service = Service(build(config, practice), config, practice, Clock())
    row = await compare("rebuild", "events/s", partial(_rebuild, service))
    row.note = "read model `appointment` of scheduling, booked and fulfilled in turn; reach: 30,000"
    return [row]


async def _rebuild(service: Service) -> Sample:
    began = time.perf_counter()
    return Sample(value=await rebuild(service) / (time.perf_counter() - began))
