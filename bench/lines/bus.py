"""hop and relay: from one service's commit to another's, and the relay against the bus alone."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from bench import raw
from bench.aggregate import Struck
from bench.lines.append import opened, strike
from bench.measure import RUNS, Sample, compare, percentiles, row
from bench.neighbours import striker
from bench.results import Row
from bench.servers import Ground
from shared.bus import envelope
from shared.bus.connection import Bus
from shared.bus.relay import BATCH, Relay
from shared.bus.stream import stream_config
from shared.running import running
from shared.store.store import Store

RATE = 500
EVENTS = 1_500
CLIENTS = 200
BATCHES = 60
PATIENCE = 60.0


async def hop(ground: Ground) -> list[Row]:
    """500 commands a second in one process; each event's effect committed by another process."""
    ours, theirs, bare = await ground.database("scheduling"), await ground.database("notify"), await ground.database()
    clients = [uuid.uuid7() for _ in range(CLIENTS)]
    samples, limits = list[Sample](), list[Sample]()
    service = striker(ground, ours)
    async with running(service) as replica, _hearer(ground, theirs) as ask:
        while not replica.leads:
            await asyncio.sleep(0.01)
        for n in range(1, RUNS + 1):
            began = await _strike_steadily(service.store, clients)
            ended = json.loads(await ask(n * EVENTS))
            samples.append(_sample([ended[event] - at for event, at in began.items()]))
            limits.append(await _round_trip_and_commit(ground, bare))
    return [row("hop", "ms", samples, limit=limits)]


def _sample(seconds: list[float]) -> Sample:
    found = percentiles(seconds)
    return Sample(value=found["p50_ms"], **found)


@asynccontextmanager
async def _hearer(ground: Ground, database: str) -> AsyncIterator[Callable[[int], Awaitable[bytes]]]:
    """The hearing process; gives a function that waits for so many effects and brings their times."""
    addresses = {"DATABASE": ground.url("notify", database), "NATS": ground.bus("notify")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.neighbours", env=os.environ | addresses, stdin=-1, stdout=-1, limit=2**26
    )
    inward, outward = process.stdin, process.stdout
    assert inward  # noqa: S101 - it is a pipe
    assert outward  # noqa: S101 - so is this

    async def ask(effects: int) -> bytes:
        inward.write(b"%d\n" % effects)
        return await asyncio.wait_for(_answer(outward), PATIENCE)

    try:
        await _answer(outward)
        yield ask
    finally:
        inward.close()
        await process.wait()


async def _answer(lines: asyncio.StreamReader) -> bytes:
    """The next line that is JSON; the others are the service's log."""
    while line := await lines.readline():
        if line.startswith(b"{"):
            return line
    raise RuntimeError("the hearing service ended")


async def _strike_steadily(store: Store, clients: list[UUID]) -> dict[str, float]:
    """Event → when its own commit came back. Calls start on the beat, whether or not those before are answered."""
    at: dict[str, float] = {}

    async def one(number: int) -> None:
        outcome = await strike(store, clients[number % CLIENTS])
        at[str(outcome.events[0].event_id)] = time.time()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(EVENTS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            group.create_task(one(number))
    return at


async def _round_trip_and_commit(ground: Ground, database: str) -> Sample:
    """The median of a bare request and answer, and the median of one single-row commit."""
    commit = await raw.inserts(ground.url("records", database), 1)
    here, there = await _client(ground, "scheduling"), await _client(ground, "protocol")
    await there.subscribe("ask.protocol.AskCourse", cb=_echo)
    await there.flush()
    took = []
    for _ in range(EVENTS):
        began = time.perf_counter()
        await here.request("ask.protocol.AskCourse", b"x" * 300)
        took.append(time.perf_counter() - began)
    await here.close()
    await there.close()
    return Sample(value=percentiles(took)["p50_ms"] + (commit.p50_ms or 0))


async def _echo(message: Msg) -> None:
    await message.respond(message.data)


async def _client(ground: Ground, name: str) -> Client:
    client = Client()
    await client.connect(ground.bus(name), inbox_prefix=f"_INBOX_{name}")
    return client


async def relay(ground: Ground) -> list[Row]:
    """The relay from the log to the bus, against the same atomic batches made beforehand; both with sync always."""
    database = await ground.database()
    # A stream of its own: one filled from another line's database would be taken for the stream of a lost one.
    bus, rival = Bus("notify", ground.bus("notify")), Bus("protocol", ground.bus("protocol"))
    await bus.connect()
    await rival.connect()
    async with opened(ground, database, {}) as store:
        ours = partial(_relay, ground, database, Relay(bus, store, (Struck,)))
        found = await compare("relay", "events/s", ours, limit=partial(_batches, rival, store))
    await bus.close()
    await rival.close()
    return [found]


async def _relay(ground: Ground, database: str, it: Relay) -> Sample:
    """Fill the log further, then let the relay catch up."""
    await raw.fill(ground.superuser(database), BATCH * BATCHES, each=30)
    target = await _head(ground, database)
    began = time.perf_counter()
    running_relay = asyncio.create_task(it.run())
    async with asyncio.timeout(PATIENCE):
        while it.position < target:
            await asyncio.sleep(0.002)
    took = time.perf_counter() - began
    running_relay.cancel()
    await asyncio.wait([running_relay])
    return Sample(value=BATCH * BATCHES / took)


async def _head(ground: Ground, database: str) -> int:
    async with raw.connections(ground.superuser(database), 1) as (connection,):
        return int(await connection.fetchval("select max(position) from public.event"))


async def _batches(bus: Bus, store: Store) -> Sample:
    """Publish ready-made messages, as the relay does."""
    js = bus.client.jetstream(timeout=5)
    try:
        sequence = (await js.stream_info(bus.name)).state.last_seq
    except NotFoundError:
        sequence = (await js.add_stream(stream_config(bus.name))).state.last_seq
    made = await _made(bus.name, store)
    began = time.perf_counter()
    for _ in range(BATCHES):
        sequence = await _publish(bus.client, made, sequence)
    return Sample(value=BATCH * BATCHES / (time.perf_counter() - began))


async def _made(name: str, store: Store) -> list[tuple[str, bytes, dict[str, str]]]:
    return [
        (envelope.subject(name, e), msgspec.json.encode(e.event), envelope.headers(name, e, e.position - 1))
        for e in await store.read_log(0, limit=BATCH)
    ]


async def _publish(client: Client, made: list[tuple[str, bytes, dict[str, str]]], sequence: int) -> int:
    """One atomic batch; gives the stream's last sequence."""
    batch, salt = str(uuid.uuid4()), uuid.uuid4().hex[:8]
    for n, (subject, data, headers) in zip(count(1), made, strict=False):
        headers |= {"Nats-Msg-Id": f"{salt}{n}", "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
        if n == 1:
            await client.request(subject, data, headers=headers | {"Nats-Expected-Last-Sequence": str(sequence)})
        elif n < BATCH:
            await client.publish(subject, data, headers=headers)
        else:
            answer = await client.request(subject, data, timeout=5, headers=headers | {"Nats-Batch-Commit": "1"})
    return int(msgspec.json.decode(answer.data)["seq"])
