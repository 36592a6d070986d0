"""The relay: reads the log after the last published event and publishes it in fenced atomic batches."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec
import structlog
import uuid_utils.compat as uuid
from nats.errors import Error

from shared import metrics
from shared.bus import envelope
from shared.bus.connection import Bus
from shared.bus.lineage import Estranged, goes_on
from shared.bus.stream import FULL, PubAck, left_off
from shared.events.compact import compact
from shared.loops import Pulse
from shared.messages import Event, Recorded, Unreadable
from shared.store.append import LARGEST
from shared.store.store import Store
from shared.store.work import Unavailable
from shared.tasks import woken

log = structlog.get_logger()

BATCH = 500
BATCH_BYTES = 4 * 2**20
"""Half of what the client holds back; the server keeps a batch in memory until it is whole."""
SINGLY = 12
"""Up to so many events go one by one: an atomic batch costs the server's disk as much as a dozen single messages."""
PATIENCE = 2.0
FAILURES_BEFORE_RECONNECT = 3
LOOK_AGAIN = 0.5
"""Seconds."""


class InDoubt(Exception):  # noqa: N818 - not an error: what was stored is read, never guessed
    """It is not known whether the batch was stored."""


class TakesTooLittle(Exception):  # noqa: N818 - a state that an operator ends
    """The server's `max_payload` is smaller than what a service may publish."""


class Outgoing(NamedTuple):
    """An event and the bytes it is sent as."""

    recorded: Recorded
    data: bytes


def pieces(outgoing: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Cut where a batch would become too large."""
    piece, size = list[Outgoing](), 0
    for one in outgoing:
        if piece and size + len(one.data) > BATCH_BYTES:
            yield piece
            piece, size = [], 0
        piece.append(one)
        size += len(one.data)
    if piece:
        yield piece


class Relay:
    """Only the leader's relay publishes; a zombie is fenced off by the expected last sequence."""

    def __init__(self, bus: Bus, store: Store, published: Sequence[type[Event]]) -> None:
        self._bus = bus
        self._store = store
        self._types = {cls.__name__: cls for cls in published}
        self._wake = asyncio.Event()
        self._fresh: deque[Recorded] = deque(maxlen=4 * BATCH)
        self.position = 0
        self.scanned = 0
        self.estranged = False
        self.pulse = Pulse()
        self._sequence = 0
        store.writer.on_commit.append(self._remember)

    @property
    def trouble(self) -> str | None:
        """A code of what only an operator can end."""
        return "stream_ahead_of_database" if self.estranged else None

    @property
    def types(self) -> list[str]:
        """The names of the events it publishes."""
        return list(self._types)

    @property
    def at_head(self) -> bool:
        """Whether everything stored is published."""
        return self.scanned >= self._store.writer.head

    async def run(self) -> None:
        """Publish for as long as this service leads."""
        failures = 0
        while True:
            try:
                await self._resume()
                failures, self.estranged = 0, False
                while True:
                    await self._publish_new()
                    self.pulse.turned()
            except Estranged:
                await self._wait_for_an_operator()
            except TakesTooLittle:
                self.pulse.failed()
                await asyncio.sleep(LOOK_AGAIN)  # the bus's trouble says so
            except (InDoubt, Error, Unavailable, OSError, msgspec.MsgspecError) as error:
                self._look_for_room(getattr(error, "err_code", None))
                failures += 1
                self.pulse.failed()
                metrics.relay_in_doubt.inc()
                log.warning("relay_in_doubt", error=type(error).__name__, failures=failures)
                if failures >= FAILURES_BEFORE_RECONNECT:
                    # A client stays with a cut-off leader for ever otherwise.
                    with suppress(Error):
                        await self._bus.client.force_reconnect()
                await asyncio.sleep(0.1)

    async def _wait_for_an_operator(self) -> None:
        """Nothing is published until somebody says `restored`; what is written meanwhile is kept for then."""
        if not self.estranged:
            log.error("stream_ahead_of_database")
        self.estranged = True
        self.pulse.failed()
        await asyncio.sleep(LOOK_AGAIN)

    async def _resume(self) -> None:
        """Make the stream if it is missing, and find the last event it holds."""
        js = self._bus.client.jetstream(timeout=PATIENCE)
        self._sequence, last = await left_off(js, self._bus.name)
        self.position = self.scanned = 0
        await self._count_unpublished()
        if last:
            self.position, self.scanned = last.position, await goes_on(self._store, last.position, last.event_id)

    def _remember(self, committed: Sequence[Recorded]) -> None:
        """What this process has just stored need not be read again."""
        self._fresh.extend(committed)
        self._wake.set()

    async def _publish_new(self) -> None:
        self._wake.clear()
        events, scanned = self._from_memory() or await self._from_log()
        if events:
            await self._publish(events)
        self.scanned = scanned
        if self.at_head and len(events) < BATCH:
            await self._rest()

    def _from_memory(self) -> tuple[list[Recorded], int] | None:
        """What comes next of the events just stored, and how far it goes; nothing where one before it is missing."""
        found, scanned = list[Recorded](), self.scanned
        while self._fresh and self._fresh[0].position <= scanned + 1 and len(found) < BATCH:
            recorded = self._fresh.popleft()
            if recorded.position > scanned:
                scanned = recorded.position
                found += [recorded] * (recorded.type in self._types)
        return (found, scanned) if scanned > self.scanned else None

    async def _from_log(self) -> tuple[list[Recorded], int]:
        """What comes next in the log, and how far it goes."""
        head = self._store.writer.head
        events = await self._store.read_log(self.scanned, limit=BATCH, types=list(self._types))
        last = events[-1].position if events else self.scanned
        whole = [recorded for recorded in events if not isinstance(recorded.event, Unreadable)]
        return whole, last if len(events) == BATCH else max(last, head)

    async def _rest(self) -> None:
        await woken(self._wake, 0.5)
        if not self._wake.is_set():
            await self._check_stream()

    async def _check_stream(self) -> None:
        """In the quiet: a stream that was lost must be filled again, also when nothing new happens."""
        info = await self._bus.client.jetstream(timeout=PATIENCE).stream_info(self._bus.name)
        if info.state.last_seq != self._sequence:
            raise InDoubt("the stream is not as it was left")

    async def _publish(self, events: list[Recorded]) -> None:
        outgoing, all_of_them = await self._outgoing(events)
        for piece in pieces(outgoing):
            answer = await self._send(piece)
            if answer.error or answer.seq != self._sequence + len(piece):
                self._look_for_room(answer.error.err_code if answer.error else None)
                raise InDoubt(str(answer.error.err_code if answer.error else answer.seq))
            self._bus.full, self._sequence = False, answer.seq
            self.position = piece[-1].recorded.position
        if not all_of_them:
            raise TakesTooLittle

    async def _outgoing(self, events: list[Recorded]) -> tuple[list[Outgoing], bool]:
        """What can be sent, and whether that is all: not behind an event that a sound server would take."""
        found = list[Outgoing]()
        for recorded in events:
            data = msgspec.json.encode(recorded.event)
            if len(data) > LARGEST:
                data = msgspec.json.encode(compact(recorded.event))
            if self._bus.takes(len(data)):
                if len(data) > LARGEST:
                    await self._store.fetch("delete from public.unpublished where position = $1", recorded.position)
                found.append(Outgoing(recorded, data))
            elif len(data) > LARGEST:
                await self._set_aside(recorded, len(data))
            else:
                return found, False
        return found, True

    async def _set_aside(self, recorded: Recorded, size: int) -> None:
        """An earlier version stored more than anybody can be told: what comes behind it must not wait for ever."""
        log.error("event_unpublished", type=recorded.type, position=recorded.position, count=size)
        await self._store.fetch(SET_ASIDE, recorded.position, recorded.type, size)
        await self._count_unpublished()

    async def _count_unpublished(self) -> None:
        [row] = await self._store.fetch("select count(*) from public.unpublished")
        metrics.events_unpublished.set(row[0])

    def _look_for_room(self, code: int | None) -> None:
        """JetStream remembers that it had no room until it is started again."""
        if code in FULL and not self._bus.full:
            log.error("bus_store_full", code=code, reason="make room for NATS, then restart nats-server")
            self._bus.full = True

    async def _send(self, outgoing: list[Outgoing]) -> PubAck:
        """A few events one by one, many as an atomic batch; the answer to the last speaks for all.

        Each message (of a batch the first) is fenced on the sequence the stream must have before it, and on the message
        that must be there: where one was not stored, none after it is, whatever took its place.
        """
        batch, last, previous = str(uuid.uuid4()), len(outgoing), self.position
        for n, one in enumerate(outgoing, 1):
            headers = envelope.headers(self._bus.name, one.recorded, previous)
            previous = one.recorded.position
            if n > 1 and last <= SINGLY:
                headers["Nats-Expected-Last-Msg-Id"] = str(outgoing[n - 2].recorded.event_id)
            if n == 1 or last <= SINGLY:
                headers["Nats-Expected-Last-Sequence"] = str(self._sequence + n - 1)
            if last > SINGLY:
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            if n == last > SINGLY:
                headers["Nats-Batch-Commit"] = "1"
            answer = await self._one(one, headers, wait=n == last)
        return msgspec.json.decode(answer or b"{}", type=PubAck)

    async def _one(self, one: Outgoing, headers: dict[str, str], *, wait: bool) -> bytes | None:
        client, subject = self._bus.client, envelope.subject(self._bus.name, one.recorded)
        if not wait:
            await client.publish(subject, one.data, headers=headers)
            return None
        return (await client.request(subject, one.data, timeout=PATIENCE, headers=headers)).data


SET_ASIDE = """
insert into public.unpublished (position, type, bytes, since) values ($1, $2, $3, now()) on conflict do nothing
"""
