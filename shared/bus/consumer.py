"""The loop that hears one producer: durable pull, in order, acknowledged some time after the commit."""

import asyncio

import asyncpg
import structlog
import uuid_utils.compat as uuid
from nats.aio.msg import Msg
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared import metrics
from shared.bus.connection import Bus
from shared.bus.envelope import Heard, Malformed, heard
from shared.bus.hearing import PASSED_OVER, UNFIT, Gap, Hearing, UnknownType, malformed
from shared.bus.pull import Pull
from shared.loops import Pulse
from shared.messages import Cause
from shared.store.store import Store
from shared.store.unit import Tx
from shared.store.work import TooLarge, Unavailable

log = structlog.get_logger()

BATCH = 256
LOOK_AGAIN = 1.0
"""Seconds between two looks whether somebody has put right what holds this up."""
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
        self._trouble: str | None = None
        self._gap_at: int | None = None

    @property
    def trouble(self) -> str | None:
        """A code of what only an operator can end: `unknown_event_type:<producer>`, `gap_in_stream:<producer>`."""
        return self._trouble and f"{self._trouble}:{self._hearing.producer}"

    @property
    def position(self) -> int:
        """Up to where this producer's events are applied."""
        return self._hearing.position

    async def run(self) -> None:
        """Fetch, apply, acknowledge; from the start again after a gap (what was applied is skipped)."""
        self._trouble = self._gap_at = None
        while True:
            try:
                await self._until_held_up()
            except (Error, OSError, NotFoundError, Unavailable) as error:
                self.pulse.failed()
                log.info("not_heard_yet", producer=self._hearing.producer, error=type(error).__name__)
                await asyncio.sleep(0.2)

    async def _until_held_up(self) -> None:
        try:
            await self._listen()
        except Gap:
            await self._start_again()
        except UnknownType as error:
            await self._wait_before(error.heard)

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

    async def _start_again(self) -> None:
        """Hear from the stream's beginning; what lacks an event there too is looked at now and then."""
        self.pulse.failed()
        log.warning("gap_in_stream", producer=self._hearing.producer, position=self.position)
        if self._gap_at == self.position:
            self._trouble = "gap_in_stream"
            await asyncio.sleep(LOOK_AGAIN)
        self._gap_at = self.position
        await self._drop()

    async def _wait_before(self, unknown: Heard) -> None:
        """Nothing behind it is heard until an update knows it, or an operator passes it over."""
        producer = self._hearing.producer
        if self._trouble is None:
            log.error("event_type_unknown", **unknown.names())
        self._trouble = "unknown_event_type"
        metrics.events_unknown.labels(producer).set(1)
        while not await self._store.fetch(PASSED, producer, unknown.position, PASSED_OVER):
            self.pulse.failed()
            await asyncio.sleep(LOOK_AGAIN)
        await self._write([unknown], parked=PASSED_OVER)
        log.warning("event_passed_over", **unknown.names())
        metrics.events_unknown.labels(producer).set(0)
        self._trouble = None

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
        batch, unknown = self._hearing.known(list(self._hearing.in_order(self._read(messages))))
        for piece in self._hearing.pieces(batch):
            await self._apply(piece)
        if unknown:
            raise UnknownType(unknown)
        if self._gap_at is not None and self.position > self._gap_at:
            self._trouble = self._gap_at = None
        await pull.applied(messages)
        metrics.consumer_lag_events.labels(self._hearing.producer).set(pending)
        return True

    def _read(self, messages: list[Msg]) -> list[Heard]:
        """What of this are events; the rest is told, and acknowledged with them."""
        found, producer = list[Heard](), self._hearing.producer
        for message in messages:
            sequence = message.metadata.sequence.stream
            try:
                found.append(heard(producer, message, sequence))
            except Malformed as error:
                malformed(producer, sequence, str(error))
        return found

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
            except (asyncpg.PostgresError, TooLarge) as error:
                await self._one_by_one(batch, error)
                return
            else:
                return

    async def _one_by_one(self, batch: list[Heard], error: asyncpg.PostgresError | TooLarge) -> None:
        if len(batch) > 1:
            for one in batch:
                await self._apply([one])
            return
        code = f"sqlstate:{error.sqlstate}" if isinstance(error, asyncpg.PostgresError) else type(error).__name__
        log.error("event_parked", **batch[0].names(), code=code)
        try:
            await self._write(batch, parked=code)
        except (asyncpg.DataError, asyncpg.ProgramLimitExceededError):
            await self._write(batch, parked=UNFIT)

    async def _write(self, batch: list[Heard], parked: str | None = None) -> None:
        async def unit(tx: Tx) -> int:
            if parked:
                return await self._hearing.pass_over(tx, batch[0], parked)
            return await self._hearing.apply(tx, batch)

        cause = Cause(actor=self._bus.name, correlation_id=uuid.uuid7())
        streams = () if parked else self._hearing.streams(batch)
        done = await self._store.write(unit, cause, streams=streams, reads=self._hearing.reads(batch))
        self._hearing.position = done.value


PASSED = "select from public.parked where producer = $1 and position = $2 and error = $3"
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
