"""What faults of the whole stack brought to light, each once more in the small."""

import asyncio
import shutil
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from nats.aio.msg import Msg

from shared.bus.ask import ask
from shared.bus.connection import Bus
from shared.messages import Cause
from shared.questions.records import AskContact
from shared.store.unit import Tx
from shared.store.work import Unavailable
from tests import servers
from tests.harness import until
from tests.integration.shared.tally import Strike, Struck
from tests.integration.shared.test_store import rows, strike

HEARS = {"records": (Struck,)}


async def test_an_answer_that_comes_after_the_bus_was_restarted_is_no_violation(bus: servers.Nats) -> None:
    """The new server knows nothing of the question, so it refuses the answer; the service has done nothing wrong."""
    asking, answering = Bus("notify", bus.url("notify")), Bus("records", bus.url("records"))
    asked, restarted = asyncio.Event(), asyncio.Event()

    async def reply(message: Msg) -> None:
        asked.set()
        await restarted.wait()
        await message.respond(b"{}")

    await asking.connect()
    await answering.connect()
    await answering.client.subscribe("ask.records.>", cb=reply)
    await answering.client.flush()
    question = asyncio.create_task(ask(asking, AskContact(client_id=uuid4())))
    await asked.wait()
    bus.stop()
    await bus.start()
    await until(lambda: all(one.client.stats["reconnects"] for one in (answering, asking)))
    restarted.set()
    await until(lambda: answering.client.last_error)
    assert isinstance((await asyncio.gather(question, return_exceptions=True))[0], Unavailable)
    assert answering.connected
    await answering.close()
    await asking.close()


async def test_a_lost_stream_is_filled_again_also_when_nothing_new_happens(
    start: Callable[..., Any], bus: servers.Nats
) -> None:
    producer, client = await start("records"), uuid4()
    await strike(producer, client, 3)
    await until(lambda: producer.relay.position == 3)
    bus.stop()
    for store in bus.folder.glob("**/jetstream"):
        shutil.rmtree(store)
    await bus.start()
    consumer = await start("notify", hears=HEARS)
    await until(lambda: consumer.consumers["records"].position == 3, 15)


async def test_a_replica_that_lost_its_connection_decides_on_nothing_another_has_changed(
    start: Callable[..., Any],
) -> None:
    first = await start("records")
    second = await start("records", dsn=first.service.config.database, leads=False)
    told, gated = uuid4(), uuid4()
    await strike(first, told, 4)
    first.service.store.writer._connection.terminate()
    await strike(second, told)

    async def unit(tx: Tx) -> int:
        strokes: int = (await tx.state(f"tally-{told}")).strokes
        await tx.decide(f"tally-{gated}", Strike(client_id=gated))
        return strokes

    streams = (f"tally-{told}", f"tally-{gated}")
    outcome = await first.service.store.write(unit, Cause(actor="test", correlation_id=uuid4()), streams=streams)
    assert outcome.value == 5


async def test_a_unit_that_cannot_be_written_fails_alone_and_the_writer_goes_on(start: Callable[..., Any]) -> None:
    replica, client = await start("records"), uuid4()
    await strike(replica, client)
    codec = replica.service.store.engine.reader.codec
    sound = codec.encode

    def no_key(*_: Any, **__: Any) -> bytes:
        raise LookupError("no key")

    codec.encode = no_key
    [error] = await asyncio.gather(strike(replica, client), return_exceptions=True)
    assert isinstance(error, LookupError)
    codec.encode = sound
    await strike(replica, client)
    assert len(await rows(replica, "select 1 from public.event")) == 2


async def test_a_database_that_dies_in_the_middle_of_its_greeting_is_away_and_no_bug(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client library then says that its protocol is in the "failed" state."""
    replica, client = await start("records"), uuid4()

    async def dies() -> asyncpg.Connection:
        raise asyncpg.InternalClientError

    replica.service.store.writer._connection.terminate()
    replica.service.store.writer._connection = None
    with monkeypatch.context() as patch:
        patch.setattr(replica.service.store.writer, "_connect", dies)
        with pytest.raises(Unavailable):
            await strike(replica, client)
    assert (await strike(replica, client)).value == {"strokes": 1}
