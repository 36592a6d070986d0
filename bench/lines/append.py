"""append_32, append_1, command_32: the store against the peer and against single-row inserts."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from uuid import UUID

import asyncpg
import uuid_utils.compat as uuid

from bench import raw
from bench.aggregate import PROJECTIONS, Strike, engine, stream
from bench.measure import RUNS, Sample, compare, drive, row
from bench.peering import open_peer
from bench.results import Row
from bench.servers import Ground, connected
from shared.messages import Cause
from shared.store.store import Store
from shared.store.unit import Projections, Tx
from shared.store.work import Outcome

HISTORY = 30
BEGUN = 10_000
STREAMS = 6_400
PEER_STREAMS = 1_600
BY_HAND = "select version, data from public.event where stream = $1 order by version"
PROJECT = """
insert into read.tally (client_id, strokes) values ($1, 1)
on conflict (client_id) do update set strokes = tally.strokes + 1
"""


@asynccontextmanager
async def opened(ground: Ground, database: str, projections: Projections) -> AsyncIterator[Store]:
    """A store as a service has it, at work."""
    async with Store(ground.url("records", database), engine(projections)).open() as store:
        yield store


async def strike(store: Store, client_id: UUID) -> Outcome:
    """One command through the writer."""
    name = stream(client_id)

    async def unit(tx: Tx) -> None:
        await tx.decide(name, Strike(client_id=client_id))

    return await store.write(unit, Cause(actor="bench", correlation_id=uuid.uuid7()), streams=(name,))


async def appends(ground: Ground, database: str, callers: int) -> Sample:
    """Each caller appends to its own stream."""
    clients = [uuid.uuid7() for _ in range(callers)]
    async with opened(ground, database, {}) as store:
        return await drive(callers, lambda caller: strike(store, clients[caller]))


async def append(ground: Ground, callers: int) -> Row:
    """The same event appended by ours, by the peer's `save()`, and by single-row inserts."""
    ours, bare, peer = await ground.database(), await ground.database(), await open_peer(ground)
    for database in (ours, bare):
        await raw.fill(ground.superuser(database), BEGUN, each=HISTORY)
    return await compare(
        f"append_{callers}",
        "events/s",
        partial(appends, ground, ours, callers),
        peer=partial(peer.run, "append", callers=callers),
        limit=partial(raw.inserts, ground.url("records", bare), callers),
    )


async def append_32(ground: Ground) -> list[Row]:
    """32 callers, one 300-byte event each on its own stream."""
    return [await append(ground, 32)]


async def growth(ground: Ground, *, full: bool = False) -> list[Row]:
    """The first line on a log of 10 thousand, 1 million and 10 million events; `limit` the first, `ours` the last."""
    sizes = [10_000, 1_000_000, *([10_000_000] if full else [])]
    databases = [await ground.database() for _ in sizes]
    for database, size in zip(databases, sizes, strict=True):
        await raw.fill(ground.superuser(database), size, each=HISTORY)
    samples: list[list[Sample]] = [[] for _ in sizes]
    for _ in range(RUNS):
        for database, taken in zip(databases, samples, strict=True):
            taken.append(await appends(ground, database, 32))
    found = row("growth", "events/s", samples[-1], limit=samples[0])
    found.note = f"append_32 on a log of {sizes[-1]:,} events; limit: on one of {sizes[0]:,}"
    if not full:
        found.note += "; `--full` measures 10 million"
    return [found]


async def append_1(ground: Ground) -> list[Row]:
    """The same with one caller: what a lone command pays."""
    return [await append(ground, 1)]


async def command_32(ground: Ground) -> list[Row]:
    """Load, decide, append, project, on streams of 30 events: states in memory, and all of them read each time."""
    ours, bare, peer = await ground.database(), await ground.database(), await open_peer(ground)
    for database in (ours, bare):
        await raw.fill(ground.superuser(database), STREAMS * HISTORY, each=HISTORY)
    await peer.run("prepare", streams=PEER_STREAMS)
    clients = await _clients(ground.superuser(ours))
    async with opened(ground, ours, PROJECTIONS) as store:
        commands = partial(_commands, store, cycle(clients))
        await _remember(store, clients)
        warm = await compare(
            "command_32",
            "commands/s",
            commands,
            peer=partial(peer.run, "command", callers=32, streams=PEER_STREAMS),
            limit=partial(_by_hand, ground.url("records", bare), cycle(clients)),
        )
        cold = await compare("command_32_cold", "commands/s", partial(commands, cold=True))
    cold.note = "every stream is read from the database: no state is kept in memory"
    return [warm, cold]


async def _commands(store: Store, clients: Iterator[UUID], *, cold: bool = False) -> Sample:
    async def command(_: int) -> None:
        client_id = next(clients)
        if cold:
            store.writer.states.pop(stream(client_id), None)
        await strike(store, client_id)

    return await drive(32, command)


async def _remember(store: Store, clients: Sequence[UUID]) -> None:
    """Meet every stream once, as a service has after its first day."""
    for client_id in clients:
        store.writer.states[stream(client_id)] = await store.folded(stream(client_id))


async def _by_hand(address: str, clients: Iterator[UUID]) -> Sample:
    """What one would write by hand: read the stream, insert the event, update the row, in one transaction."""
    async with raw.connections(address, 32) as connections:
        positions = await raw.next_positions(connections[0])

        async def command(caller: int) -> None:
            await _command_by_hand(connections[caller], next(positions), next(clients))

        return await drive(32, command)


async def _command_by_hand(connection: asyncpg.Connection, position: int, client_id: UUID) -> None:
    async with connection.transaction():
        rows = await connection.fetch(BY_HAND, stream(client_id))
        await connection.execute(raw.INSERT, *raw.row(position, client_id, len(rows) + 1))
        await connection.execute(PROJECT, client_id)


async def _clients(address: str) -> list[UUID]:
    async with connected(address) as connection:
        rows = await connection.fetch("select distinct client_id from public.event")
        return [UUID(int=row["client_id"].int) for row in rows]
