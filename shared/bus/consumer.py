"""The loop that hears one producer: durable pull, in order, acknowledged some time after the commit."""

import asyncio

import asyncpg
import structlog
import uuid_utils.compat as uuid
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared import metrics
from shared.bus.connection import Bus
from shared.bus.envelope import Heard, heard
from shared.bus.hearing import Gap, Hearing
from shared.bus.pull import Pull
from shared.loops import Pulse
from shared.messages import Cause
from shared.store.store import Store
from shared.store.unit import Tx
from shared.store.work import Unavailable

log = structlog.get_logger()

BATCH = 256
ACK_WAIT = 5
"""Seconds until what a dead process had fetched is given to its successor. A batch may take longer: what comes again
all the same is skipped."""


class Consumer:
    """Hears one producer for as long as this service leads."""

    def __init__(self, bus: Bus, store: Store, hearing: Hearing) -> None:
        self._bus = bus
        self._store = store
        self._hearing = hearing
        self.pulse = Pulse()

    @property
    def position(self) -> int:
        """Up to where this producer's events are applied."""
        return self._hearing.position

    async def run(self) -> None:
        """Fetch, apply, acknowledge; from the start again after a gap (what was applied is skipped)."""
        while True:
            try:
                await self._listen()
            except Gap:
                log.warning("gap_in_stream", producer=self._hearing.producer)
                await self._drop()
            except (Error, OSError, NotFoundError, Unavailable) as error:
                self.pulse.failed()
                log.info("not_heard_yet", producer=self._hearing.producer, error=type(error).__name__)
                await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        js = self._bus.client.jetstream(timeout=2)
        await self._ensure(js)
        await self._recall()
        pull = Pull(self._bus.client, self._hearing.producer, self._bus.name, BATCH)
        try:
            while True:
                if not await self._hear(pull):
                    await js.consumer_info(self._hearing.producer, self._bus.name)  # it may be gone with its stream
                self.pulse.turned()
        finally:
            await pull.close()

    async def _recall(self) -> None:
        """Where the checkpoint stands; made when this producer is heard for the first time."""
        rows = await self._store.fetch(CHECKPOINT, self._hearing.producer)
        self._hearing.position = rows[0]["position"]

    async def _ensure(self, js: JetStreamContext) -> None:
        try:
            await js.consumer_info(self._hearing.producer, self._bus.name)
        except NotFoundError:
            await js.add_consumer(self._hearing.producer, _durable(self._bus.name))

    async def _drop(self) -> None:
        js = self._bus.client.jetstream(timeout=2)
        await js.delete_consumer(self._hearing.producer, self._bus.name)

    async def _hear(self, pull: Pull) -> bool:
        """Hear what is new; gives false after a second of silence."""
        messages = await pull.messages()
        if not messages:
            return False
        pending = messages[-1].metadata.num_pending
        metrics.consumer_lag_events.labels(self._hearing.producer).set(pending + len(messages))
        for piece in self._hearing.pieces([heard(self._hearing.producer, message) for message in messages]):
            await self._apply(piece)
        await pull.applied(messages)
        metrics.consumer_lag_events.labels(self._hearing.producer).set(pending)
        return True

    async def _apply(self, batch: list[Heard]) -> None:
        """Apply the batch, however long the database is away; one by one when the whole fails."""
        while True:
            try:
                await self._write(batch)
                metrics.events_heard.labels(self._hearing.producer).inc(len(batch))
                self.pulse.turned()
            except Unavailable:
                self.pulse.failed()
                await asyncio.sleep(0.2)
            except asyncpg.SerializationError:
                await self._recall()  # another replica has heard in between: what it applied is skipped
            except asyncpg.PostgresError as error:
                await self._one_by_one(batch, error)
                return
            else:
                return

    async def _one_by_one(self, batch: list[Heard], error: asyncpg.PostgresError) -> None:
        if len(batch) > 1:
            for one in batch:
                await self._apply([one])
            return
        log.error("event_parked", **batch[0].names(), sqlstate=error.sqlstate)
        await self._write(batch, parked=f"sqlstate:{error.sqlstate}")

    async def _write(self, batch: list[Heard], parked: str | None = None) -> None:
        async def unit(tx: Tx) -> int:
            if parked:
                return await self._hearing.pass_over(tx, batch[0], parked)
            return await self._hearing.apply(tx, batch)

        cause = Cause(actor=self._bus.name, correlation_id=uuid.uuid7())
        streams = () if parked else self._hearing.streams(batch)
        done = await self._store.write(unit, cause, streams=streams, reads=self._hearing.reads(batch))
        self._hearing.position = done.value


CHECKPOINT = """
with made as (insert into public.checkpoint (producer, position) values ($1, 0) on conflict do nothing)
select coalesce((select position from public.checkpoint where producer = $1), 0) as position
"""


def _durable(name: str) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=name,
        ack_policy=AckPolicy.ALL,
        deliver_policy=DeliverPolicy.ALL,
        max_ack_pending=2 * BATCH,
        ack_wait=ACK_WAIT,
    )
