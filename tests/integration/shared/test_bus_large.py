"""No event is stored that cannot be published; one that an earlier version stored does not hold up those behind it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import uuid_utils.compat as uuid

from shared.bus.relay import BATCH_BYTES
from shared.clock import Clock
from shared.events.compact import compact
from shared.events.records import ExerciseLogged, RegionWorked, SessionCompleted
from shared.messages import Cause, Event
from shared.operators import unpublished
from shared.store.append import LARGEST
from shared.store.unit import Pending, Tx
from shared.store.work import TooLarge
from tests import servers
from tests.harness import config_of, one, running_one, until
from tests.integration.shared.tally import Struck
from tests.integration.shared.test_bus import HEARS, heard
from tests.integration.shared.test_store import rows, strike

OLD = """
insert into public.event
    (position, stream, version, event_id, type, data, client_id, actor, correlation_id, recorded_at)
values ((select coalesce(max(position), 0) + 1 from public.event), $1, 1, $2, $3, $4, $5, 'owner:test', $2, now())
"""


async def store_old(store: Any, event: Event, stream: str) -> None:
    """Put an event into the log as an earlier version would have."""
    data = msgspec.json.encode(event)
    await store.fetch(OLD, stream, uuid4(), type(event).__name__, data, event.client_id)


def large(size: int) -> Struck:
    return Struck(client_id=uuid4(), number=1, holds="x" * size)


async def test_an_event_that_is_too_large_is_refused_and_nobody_else(start: Callable[..., Any]) -> None:
    replica = await start("records")

    cause = Cause(actor="owner:test", correlation_id=uuid.uuid7())

    async def unit(tx: Tx) -> None:
        event = large(LARGEST)
        tx.changes.events.append(Pending(f"tally-{event.client_id}", 1, event, uuid4(), cause))

    works = [strike(replica, uuid4()), replica.service.store.write(unit, cause), strike(replica, uuid4())]
    first, refused, last = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(refused, TooLarge)
    assert {first.position, last.position} == {1, 2}
    await until(lambda: replica.relay.position == 2)


async def test_many_large_events_are_published_though_one_batch_would_not_hold_them(start: Callable[..., Any]) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    number = 2 * BATCH_BYTES // LARGEST
    assert number > 13
    for _ in range(number):
        await store_old(producer.service.store, large(LARGEST - 1000), f"tally-{uuid4()}")
    await strike(producer, uuid4())
    await until(lambda: consumer.consumers["records"].position == number + 1, 30)
    assert await rows(consumer, "select * from public.parked") == []


async def test_what_the_bus_does_not_take_is_set_aside_and_what_is_behind_it_is_heard(
    start: Callable[..., Any],
) -> None:
    producer, consumer = await start("records"), await start("notify", hears=HEARS)
    client = uuid4()
    await strike(producer, client)
    await until(lambda: consumer.consumers["records"].position == 1)
    await store_old(producer.service.store, large(2 * 2**20), "tally-large")
    await strike(producer, client)
    await until(lambda: consumer.consumers["records"].position == 3)
    assert await heard(consumer) == {str(client): 2}
    [line] = await unpublished(producer.service)
    assert line.split()[0] == "2"
    assert "Struck  tally-large" in line


async def test_a_list_that_says_the_same_many_times_is_published_in_fewer_words(bus: servers.Nats) -> None:
    config = await config_of("records", bus, {})
    clock, client = Clock(datetime(2026, 3, 2, 13, tzinfo=UTC)), uuid4()
    async with one("records", config, {}, clock) as records:
        await store_old(records.service.store, exercise(client), f"diary-{client}")
        await store_old(records.service.store, session(client), f"chart-{client}")
        made = await records.post("/clients", {"name": "Ana Ruiz"})
        await until(lambda: records.replica.relay.position >= 3 and records.replica.relay.at_head)
        js = records.service.bus.client.jetstream()
        first, second = [await js.get_msg("records", n) for n in (1, 2)]
    assert made.status == 201
    assert msgspec.json.decode(first.data, type=ExerciseLogged).regions == ["neck", "hips"]
    regions = msgspec.json.decode(second.data, type=SessionCompleted).regions
    assert regions == [RegionWorked(region="neck", minutes=70_000, techniques=["kneading", "pir"])]


def exercise(client: UUID) -> ExerciseLogged:
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    return ExerciseLogged(
        client_id=client, exercise_id=uuid4(), date=day, regions=["neck"] * 150_000 + ["hips"], minutes=5
    )


def session(client: UUID) -> SessionCompleted:
    worked = [RegionWorked(region="neck", minutes=2, techniques=[how]) for how in ("kneading", "pir")]
    began = datetime(2026, 3, 1, 13, tzinfo=UTC)
    return SessionCompleted(
        client_id=client, session_id=uuid4(), therapist_id=uuid4(), started_at=began, ended_at=began.replace(hour=14),
        pain_before=3, pain_after=2, regions=worked * 17_500,
    )  # fmt: skip


def test_fewer_words_keep_sides_apart() -> None:
    sides = [RegionWorked(region="knee", minutes=3, side=side) for side in ("left", "right", "left")]
    merged = compact(msgspec.structs.replace(session(uuid4()), regions=sides)).regions
    assert [(worked.side, worked.minutes) for worked in merged] == [("left", 6), ("right", 3)]


async def test_a_body_that_would_make_too_large_an_event_is_refused_over_http() -> None:
    async with running_one("records") as records:
        client = (await records.post("/clients", {"name": "Ana Ruiz"})).body["client_id"]
        regions = ["neck"] * 140_000
        body = {"date": "2026-03-01", "regions": regions, "minutes": 5}
        refused = await records.post(f"/clients/{client}/exercises", body, role="client", client_id=client)
        assert refused.status in (413, 422)
        assert refused.headers["Content-Type"].startswith("application/problem+json")
        body["regions"] = ["neck"]
        assert (await records.post(f"/clients/{client}/exercises", body)).status == 201
        await until(lambda: records.replica.relay.at_head)
