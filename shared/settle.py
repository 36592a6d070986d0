"""The service's side of the simulated clock: learn the time, take it over, say when all is settled."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import structlog
from msgspec import Struct
from nats.aio.msg import Msg
from nats.errors import Error

from shared.bus.ask import INBOXES
from shared.messages import Instant
from shared.service import Service
from shared.store.work import Unavailable

if TYPE_CHECKING:
    from shared.running import Running

log = structlog.get_logger()


class Now(Struct, frozen=True, kw_only=True):
    """The clock owner's time."""

    now: Instant


class Settled(Struct, frozen=True, kw_only=True):
    """How far a service is. `published` and `heard` are positions, `due` its next timer, `pending` mail unanswered."""

    busy: bool
    due: datetime | None
    published: int
    relayed: bool
    heard: dict[str, int]
    pending: int


async def learn(service: Service, connecting: "asyncio.Task[None]") -> None:
    """Ask the clock's owner for the time, for as long as it takes; a restarted service must not live in the past."""
    if not service.config.nats:
        return
    await asyncio.shield(connecting)
    while True:
        try:
            message = await service.bus.client.request("clock.now", b"", timeout=1)
            service.clock.move(msgspec.json.decode(message.data, type=Now).now)
        except (Error, OSError, msgspec.MsgspecError):
            await asyncio.sleep(0.1)
        else:
            return


async def answer(service: Service, replica: "Running") -> None:
    """Take over each new time and answer how far the service is with it."""
    if service.config.clock != "simulated":
        return

    async def reply(message: Msg) -> None:
        try:
            service.clock.move(msgspec.json.decode(message.data, type=Now).now)
            found = await settled(service, replica)
        except (msgspec.MsgspecError, Unavailable) as error:
            log.warning("question_failed", question="settled", error=type(error).__name__)
            return
        if message.reply.startswith(INBOXES):
            await service.bus.client.publish(message.reply, msgspec.json.encode(found))

    await service.bus.client.subscribe(f"clock.settle.{service.name}", cb=reply)


async def settled(service: Service, replica: "Running") -> Settled:
    """Where the service stands. `own.pending()`, where there is one, counts what is on its way out."""
    pending = getattr(service.own, "pending", None)
    due = await replica.alarm.next_due()
    return Settled(
        busy=not (replica.leads and service.store.writer.idle),
        due=due,
        published=replica.relay.position if replica.relay else 0,
        relayed=replica.relay.at_head if replica.relay else True,
        heard={producer: consumer.position for producer, consumer in replica.consumers.items()},
        pending=pending() if pending else 0,
    )
