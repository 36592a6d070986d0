"""Whatever stands in a stream, or is asked or answered: nobody stops for it, and it is told."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from nats.aio.client import Client
from structlog.testing import capture_logs

from shared.bus import envelope
from shared.bus.ask import ask
from shared.bus.hearing import PASSED_OVER
from shared.clock import Clock
from shared.config import Config
from shared.messages import Cause, Event, Recorded
from shared.operators import retry, skip
from shared.questions.records import AskContact
from shared.restore import _shared_past
from shared.running import running
from shared.store.work import Unavailable
from tests import servers
from tests.harness import until
from tests.integration.shared import tally
from tests.integration.shared.conftest import database
from tests.integration.shared.tally import Struck
from tests.integration.shared.test_bus import HEARS, heard
from tests.integration.shared.test_store import rows, strike

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Novelty(Event, frozen=True, kw_only=True):
    """An event of a type that only a newer version knows."""

    client_id: Any


@asynccontextmanager
async def connected(server: servers.Nats, user: str, inbox: str | None = None) -> AsyncIterator[Client]:
    client = Client()
    await client.connect(server.url(user), inbox_prefix=f"_INBOX_{inbox or user}")
    try:
        yield client
    finally:
        await client.close()


def message(event: Event, position: int, previous: int, **changes: str | None) -> tuple[str, bytes, dict[str, str]]:
    """As the relay would send it, but for the headers that are changed."""
    recorded = Recorded(
        position=position, stream="tally-x", version=1, event_id=uuid4(), event=event, client_id=event.client_id,
        cause=Cause(actor="owner:test", correlation_id=uuid4()), recorded_at=NOON,
    )  # fmt: skip
    headers = envelope.headers("records", recorded, previous) | {k.replace("_", "-"): v for k, v in changes.items()}
    kept = {name: value for name, value in headers.items() if value is not None}
    return envelope.subject("records", recorded), msgspec.json.encode(event), kept


def struck() -> Struck:
    return Struck(client_id=uuid4(), number=1)


SUBJECT, DATA, HEADERS = message(struck(), 2, 1)
POISON: dict[str, tuple[str, bytes, dict[str, str] | None]] = {
    "nothing": ("records.Struck.-", b"", None),
    "no headers": (SUBJECT, DATA, None),
    "headers of another": (SUBJECT, DATA, {"a": "b"}),
    "a position that is no number": message(struck(), 2, 1, **{envelope.POSITION: "２"}),
    "a position of a lesser kind": message(struck(), 2, 1, **{envelope.POSITION: "-2"}),
    "a position beyond all": message(struck(), 2**70, 1),
    "a previous that is no number": message(struck(), 2, 1, **{envelope.PREVIOUS: "none"}),
    "a previous that comes after": message(struck(), 2, 9),
    "a previous nobody published": message(struck(), 900, 800),
    "no type": message(struck(), 2, 1, ce_type=None),
    "another's type": message(struck(), 2, 1, ce_type="Rang"),
    "no id": message(struck(), 2, 1, ce_id="me"),
    "no time": message(struck(), 2, 1, ce_time="noon"),
    "a time without a zone": message(struck(), 2, 1, ce_time="2026-03-02T12:00:00"),
    "another's source": message(struck(), 2, 1, ce_source="/web"),
    "no client": ("records.Struck", DATA, HEADERS),
    "a client that is no id": ("records.Struck.ana", DATA, HEADERS),
    "more than a client": (f"{SUBJECT}.more", DATA, HEADERS),
    "no JSON": (SUBJECT, b"{", HEADERS),
    "no object": (SUBJECT, b"[]", HEADERS),
    "no UTF-8": (SUBJECT, b'{"a":"\xff"}', HEADERS),
    "nested too deep": (SUBJECT, b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", HEADERS),
}


@pytest.mark.parametrize("what", POISON)
async def test_a_message_that_is_no_event_is_told_and_holds_up_neither_who_hears_nor_who_publishes(
    start: Callable[..., Any], bus: servers.Nats, what: str
) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    client, (subject, data, headers) = uuid4(), POISON[what]
    await strike(producer, client)
    await until(lambda: consumer.consumers["records"].position == 1)
    with capture_logs() as lines:
        async with connected(bus, "records") as forger:
            await forger.jetstream().publish(subject, data, headers=headers)
        await strike(producer, client, 2)
        await until(lambda: consumer.consumers["records"].position == 3, 20)
        await until(lambda: [line for line in lines if line["event"] == "message_malformed"])
    assert await heard(consumer) == {str(client): 3}
    assert await rows(consumer, "select * from public.parked") == []
    told = next(line for line in lines if line["event"] == "message_malformed")
    assert (told["producer"], told["sequence"], told["log_level"]) == ("records", 2, "error")


async def test_bytes_that_are_no_text_end_no_connection(start: Callable[..., Any], bus: servers.Nats) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    await strike(producer, uuid4())
    await until(lambda: consumer.consumers["records"].position == 1)
    async with connected(bus, "records") as forger:
        header = b"NATS/1.0 \xff\xff\xff\r\n\r\n"
        forger._transport.write(b"PUB records.\xff.x 1\r\n1\r\n")
        forger._transport.write(b"HPUB records.x.y %d %d\r\n%s1\r\n" % (len(header), len(header) + 1, header))
        forger._transport.write(b"HPUB records.x.z 2 3\r\nab1\r\n")
        await forger.flush()
    await strike(producer, uuid4())
    await until(lambda: consumer.consumers["records"].position == 2)
    assert (await rows(producer, "select 1")) != []


async def test_a_restore_steps_over_what_is_no_event(start: Callable[..., Any], bus: servers.Nats) -> None:
    producer = await start("records")
    await strike(producer, uuid4(), 2)
    await until(lambda: producer.relay.position == 2)
    async with connected(bus, "records") as forger:
        await forger.jetstream().publish("records.Struck.-", b"")
    js = producer.service.bus.client.jetstream()
    assert await _shared_past(producer.service, js) is None


async def publish_novelty(bus: servers.Nats, position: int, previous: int) -> None:
    async with connected(bus, "records") as newer:
        subject, data, headers = message(Novelty(client_id=uuid4()), position, previous)
        await newer.jetstream().publish(subject, data, headers=headers)


async def test_an_event_of_an_unknown_type_waits_and_nothing_behind_it_is_heard(
    start: Callable[..., Any], bus: servers.Nats
) -> None:
    hears = {"records": (Struck,), "scheduling": (Struck,)}
    producer, other = await start("records"), await start("scheduling")
    consumer = await start("notify", hears=hears)
    client = uuid4()
    await strike(producer, client)
    await until(lambda: consumer.consumers["records"].position == 1)
    async with connected(bus, "records") as newer:
        subject, data, headers = message(struck(), 3, 2)
        with capture_logs() as lines:
            await publish_novelty(bus, 2, 1)
            await newer.jetstream().publish(subject, data, headers=headers)
            await until(lambda: consumer.consumers["records"].trouble == "unknown_event_type:records")
            await strike(other, client)
            await until(lambda: consumer.consumers["scheduling"].position == 1)
    assert consumer.consumers["records"].position == 1
    assert consumer.consumers["scheduling"].trouble is None
    [told] = [line for line in lines if line["event"] == "event_type_unknown"]
    assert (told["producer"], told["type"], told["position"]) == ("records", "Novelty", 2)


async def test_an_update_that_knows_the_type_goes_on_by_itself(
    start: Callable[..., Any], bus: servers.Nats, clock: Clock
) -> None:
    await start("records")
    config = Config(database=await database("notify"), nats=bus.url("notify"), nats_monitor=bus.monitor)
    async with running(tally.make("notify", config, clock, HEARS)) as older:
        await until(lambda: older.leads)
        await publish_novelty(bus, 1, 0)
        await until(lambda: older.consumers["records"].trouble)
        assert older.consumers["records"].position == 0
    async with running(tally.make("notify", config, clock, {"records": (Struck, Novelty)})) as newer:
        await until(lambda: newer.consumers["records"].position == 1, 20)
        assert newer.consumers["records"].trouble is None


async def test_an_operator_lets_it_go_on_without_and_an_update_applies_it_afterwards(
    start: Callable[..., Any], bus: servers.Nats
) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    client = uuid4()
    await strike(producer, client)
    await until(lambda: consumer.consumers["records"].position == 1)
    await publish_novelty(bus, 2, 1)
    async with connected(bus, "records") as newer:
        subject, data, headers = message(Struck(client_id=client, number=2), 3, 2)
        await newer.jetstream().publish(subject, data, headers=headers)
    await until(lambda: consumer.consumers["records"].trouble)
    assert await skip(consumer.service, "records", 2)
    await until(lambda: consumer.consumers["records"].position == 3, 20)
    assert consumer.consumers["records"].trouble is None
    [row] = await rows(consumer, "select type, error from public.parked")
    assert tuple(row) == ("Novelty", PASSED_OVER)
    assert await retry(consumer.service) == (0, 1)
    updated = tally.make("notify", consumer.service.config, consumer.service.clock, {"records": (Struck, Novelty)})
    async with updated.store.open():
        assert await retry(updated) == (1, 0)


async def test_nothing_is_passed_over_where_nobody_waits(start: Callable[..., Any]) -> None:
    await start("records")
    consumer = await start("notify", hears=HEARS)
    assert not await skip(consumer.service, "records", 7, patience=0.1)
    assert await rows(consumer, "select * from public.parked") == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"answer": 5, "error": 5}',
        b'{"answer": "\xff"}',
        b'{"answer": []}',
        b'{"a":' + b"[" * 20_000,
    ],
)
async def test_an_answer_that_is_none_is_no_answer(start: Callable[..., Any], bus: servers.Nats, data: bytes) -> None:
    asker = await start("notify")
    async with connected(bus, "records") as liar:

        async def lie(question: Any) -> None:
            await liar.publish(question.reply, data)

        await liar.subscribe("ask.records.AskContact", cb=lie)
        await liar.flush()
        with pytest.raises(Unavailable):
            await ask(asker.service.bus, AskContact(client_id=uuid4()))
