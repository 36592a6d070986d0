"""What each service may do on the bus, and above all what it may not."""

import asyncio
import importlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import APIError

from deploy.databases import SERVICES
from deploy.nats import HEARS, SILENT
from shared.config import Config, Practice
from shared.questions.askers import ASKERS
from shared.questions.question import Question
from tests.servers import Nats, fresh_nats

PUBLISHING = [service for service in SERVICES if service not in SILENT]
PAIRS = [(service, producer) for service in SERVICES for producer in PUBLISHING]
REFUSED = (Error, APIError, TimeoutError)


@asynccontextmanager
async def connected(server: Nats, user: str) -> AsyncIterator[Client]:
    """A connection that collects what the server refuses in `refusals`."""
    client = Client()
    client.refusals = asyncio.Queue()
    await client.connect(server.url(user), inbox_prefix=f"_INBOX_{user}", error_cb=client.refusals.put)
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture
async def server() -> AsyncIterator[Nats]:
    """A bus on which every service has made its stream."""
    async with fresh_nats() as server:
        for service in PUBLISHING:
            async with connected(server, service) as client:
                stream = StreamConfig(name=service, subjects=[f"{service}.>"], allow_direct=True)
                await client.jetstream().add_stream(stream)
        yield server


async def answer(word: bytes, message: Msg) -> None:
    """Answer whoever asks."""
    await message.respond(word)


async def refusal(client: Client) -> str:
    """The server's next complaint."""
    return str(await asyncio.wait_for(client.refusals.get(), 5))


async def test_a_service_publishes_its_own_events_and_reads_them_back(server: Nats) -> None:
    async with connected(server, "records") as records:
        stream = records.jetstream()
        await stream.publish("records.ClientRegistered.x", b"1")
        assert (await stream.get_msg("records", 1)).data == b"1"
        assert (await stream.stream_info("records")).state.messages == 1


async def test_a_service_hears_anothers_events_as_a_durable_consumer_of_its_own_name(server: Nats) -> None:
    async with connected(server, "records") as records, connected(server, "protocol") as protocol:
        await records.jetstream().publish("records.ClientRegistered.x", b"1")
        stream = protocol.jetstream()
        await stream.add_consumer("records", ConsumerConfig(durable_name="protocol"))
        consumer = await stream.pull_subscribe_bind("protocol", "records")
        [message] = await consumer.fetch(1, timeout=2)
        await message.ack_sync()
        assert (await stream.consumer_info("records", "protocol")).ack_floor.stream_seq == 1
        await consumer.unsubscribe()
        await stream.delete_consumer("records", "protocol")


async def test_a_forged_event_of_another_service_is_refused(server: Nats) -> None:
    async with connected(server, "protocol") as protocol, connected(server, "records") as records:
        await protocol.publish("records.SessionCompleted.x", b"forged")
        assert "permissions violation" in (await refusal(protocol)).lower()
        assert (await records.jetstream().stream_info("records")).state.messages == 0


@pytest.mark.parametrize("subject", ["_INBOX_records.>", "_INBOX.>", "records.>", "ask.records.>", ">", "$JS.>"])
async def test_listening_to_what_is_anothers_is_refused(server: Nats, subject: str) -> None:
    async with connected(server, "protocol") as protocol:
        await protocol.subscribe(subject)
        assert "permissions violation" in (await refusal(protocol)).lower()


@pytest.mark.parametrize("stream", PUBLISHING)
async def test_no_stream_can_be_deleted_or_purged(server: Nats, stream: str) -> None:
    async with connected(server, "records") as records:
        with pytest.raises(REFUSED):
            await records.jetstream(timeout=0.3).delete_stream(stream)
        with pytest.raises(REFUSED):
            await records.jetstream(timeout=0.3).purge_stream(stream)
    async with connected(server, stream) as owner:
        assert (await owner.jetstream().stream_info(stream)).config.name == stream


async def test_a_consumer_under_another_services_name_is_refused(server: Nats) -> None:
    async with connected(server, "notify") as notify:
        with pytest.raises(REFUSED):
            await notify.jetstream(timeout=0.3).add_consumer("records", ConsumerConfig(durable_name="protocol"))
        with pytest.raises(REFUSED):
            await notify.jetstream(timeout=0.3).delete_consumer("records", "protocol")


async def test_a_stream_under_another_services_name_is_refused(server: Nats) -> None:
    async with connected(server, "notify") as notify:
        with pytest.raises(REFUSED):
            await notify.jetstream(timeout=0.3).update_stream(StreamConfig(name="records", subjects=["records.>"]))


@pytest.mark.parametrize(("service", "producer"), PAIRS)
async def test_a_service_reads_whom_it_hears_and_nobody_else(server: Nats, service: str, producer: str) -> None:
    async with connected(server, service) as client:
        js, config = client.jetstream(timeout=1), ConsumerConfig(durable_name=service)
        if producer in HEARS[service]:
            assert (await js.add_consumer(producer, config)).name == service
            return
        with pytest.raises(REFUSED):
            await js.add_consumer(producer, config)
        assert "permissions violation" in (await refusal(client)).lower()


@pytest.mark.parametrize("service", SERVICES)
async def test_who_hears_whom_is_what_the_service_is_made_of(service: str) -> None:
    build = importlib.import_module(f"services.{service}.app").build
    definition = build(Config(), Practice(zone="America/New_York"))
    assert set(definition.hears) == set(HEARS[service])
    assert bool(definition.published) == (service not in SILENT)


def test_who_may_ask_what_is_what_the_code_asks() -> None:
    """A question is made where its class is called."""
    found: dict[str, set[str]] = {question.__name__: set() for question in ASKERS}
    for file in Path("services").rglob("*.py"):
        for question in re.findall(r"\b(Ask[A-Za-z]+)\(", file.read_text()):
            found.get(question, set()).add(file.parts[1])
    answering = {question.__name__: question.to for question in ASKERS}
    for question, askers in found.items():
        assert askers - {answering[question]} == set(ASKERS_BY_NAME[question]), question


ASKERS_BY_NAME = {question.__name__: askers for question, askers in ASKERS.items()}
QUESTIONS = [(service, question) for service in (*SERVICES, "clock") for question in ASKERS]


@pytest.mark.parametrize(("service", "question"), QUESTIONS, ids=lambda it: it if isinstance(it, str) else it.__name__)
async def test_who_may_ask_is_answered_and_nobody_else(server: Nats, service: str, question: type[Question]) -> None:
    subject = f"ask.{question.to}.{question.__name__}"
    async with connected(server, service) as asker, connected(server, question.to) as asked:
        await asked.subscribe(subject, queue=question.to, cb=partial(answer, b"yes"))
        await asked.flush()
        if service in ASKERS[question]:
            assert (await asker.request(subject, b"?", timeout=2)).data == b"yes"
            return
        await asker.publish(subject, b"?")
        assert "permissions violation" in (await refusal(asker)).lower()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_asks_itself_and_the_time(server: Nats, service: str) -> None:
    async with connected(server, service) as client, connected(server, "clock") as clock:
        await client.subscribe(f"ask.{service}.Ping", cb=partial(answer, b"here"))
        await clock.subscribe("clock.now", cb=partial(answer, b"now"))
        await asyncio.gather(client.flush(), clock.flush())
        assert (await client.request(f"ask.{service}.Ping", timeout=2)).data == b"here"
        assert (await client.request("clock.now", timeout=2)).data == b"now"
        assert b"memory" in (await client.request("$JS.API.INFO", timeout=2)).data


@pytest.mark.parametrize("subject", ["clock.now", "clock.settle.records", "ask.web.>", "$JS.ACK.>", "_INBOX_clock.>"])
async def test_nobody_listens_to_what_is_the_clocks_or_anothers(server: Nats, subject: str) -> None:
    async with connected(server, "notify") as notify:
        await notify.subscribe(subject)
        assert "permissions violation" in (await refusal(notify)).lower()


async def test_web_publishes_nothing_and_has_no_stream(server: Nats) -> None:
    async with connected(server, "web") as web:
        for subject in ("web.AccountMade.x", "$JS.API.STREAM.CREATE.web", "$JS.API.STREAM.INFO.records"):
            await web.publish(subject, b"{}")
            assert "permissions violation" in (await refusal(web)).lower()


async def test_nobody_answers_who_was_not_asked(server: Nats) -> None:
    async with connected(server, "records") as records:
        await records.publish("_INBOX_scheduling.guess", b"forged answer")
        assert "permissions violation" in (await refusal(records)).lower()


async def test_the_clock_moves_services_and_nothing_else(server: Nats) -> None:
    async with connected(server, "clock") as clock, connected(server, "notify") as notify:
        await notify.subscribe("clock.settle.notify", cb=partial(answer, b"settled"))
        await clock.subscribe("clock.now", cb=partial(answer, b"now"))
        await asyncio.gather(notify.flush(), clock.flush())
        assert (await clock.request("clock.settle.notify", timeout=2)).data == b"settled"
        assert (await notify.request("clock.now", timeout=2)).data == b"now"
        await clock.publish("records.SessionCompleted.x", b"forged")
        assert "permissions violation" in (await refusal(clock)).lower()


async def test_no_service_may_move_the_clock(server: Nats) -> None:
    async with connected(server, "notify") as notify:
        await notify.publish("clock.settle.records", b"{}")
        assert "permissions violation" in (await refusal(notify)).lower()


async def test_nobody_connects_without_a_password(server: Nats) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"CONNECT {}\r\nPING\r\n")
    assert b"Authorization Violation" in await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
