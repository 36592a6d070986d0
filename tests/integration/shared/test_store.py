"""The store: one writer, contiguous versions, all or nothing, claims and repeats."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import uuid_utils.compat as uuid

from shared.decider import Refused
from shared.messages import Cause
from shared.running import Running
from shared.service import Service
from shared.store.claims import Taken
from shared.store.unit import Tx
from shared.store.work import KeyReused, Outcome, Request
from tests.integration.shared.tally import Ring, Strike

NOON = "2026-03-02T12:00:00Z"


async def strike(replica: Running, client: UUID, *args: Any, **more: Any) -> Outcome:
    return await strike_at(replica.service, client, *args, **more)


async def strike_at(
    service: Service, client: UUID, times: int = 1, request: Request | None = None, **more: Any
) -> Outcome:
    async def unit(tx: Tx) -> dict[str, int]:
        for _ in range(times):
            await tx.decide(f"tally-{client}", Strike(client_id=client, **more))
        return {"strokes": (await tx.state(f"tally-{client}")).strokes}

    cause = Cause(actor="owner:test", correlation_id=uuid.uuid7())
    return await service.store.write(unit, cause, streams=(f"tally-{client}",), request=request)


async def rows(replica: Running, sql: str, *args: object) -> list[asyncpg.Record]:
    return await replica.service.store.fetch(sql, *args)


async def test_positions_are_in_order_without_gaps_whoever_is_refused(start: Callable[..., Any]) -> None:
    replica = await start("records")
    clients = [uuid4() for _ in range(20)]
    outcomes = await asyncio.gather(
        *[strike(replica, client) for client in clients for _ in range(8)], return_exceptions=True
    )
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 20 * 3
    stored = await rows(replica, "select position, stream, version from public.event order by position")
    assert [row["position"] for row in stored] == list(range(1, 101))
    for client in clients:
        assert [row["version"] for row in stored if row["stream"] == f"tally-{client}"] == [1, 2, 3, 4, 5]


async def test_the_read_model_is_there_when_the_caller_is_answered(start: Callable[..., Any]) -> None:
    replica, client = await start("records"), uuid4()
    outcome = await strike(replica, client, 3)
    assert outcome.value == {"strokes": 3}
    assert outcome.position == 3
    assert (await rows(replica, "select strokes from tally where client_id = $1", client))[0]["strokes"] == 3


async def test_a_unit_is_all_or_nothing(start: Callable[..., Any]) -> None:
    replica, client = await start("records"), uuid4()
    with pytest.raises(Refused):
        await strike(replica, client, 6)
    assert await rows(replica, "select 1 from public.event") == []
    assert (await strike(replica, client)).value == {"strokes": 1}


async def test_two_claims_on_one_hour_give_one_winner_and_the_batch_goes_on(start: Callable[..., Any]) -> None:
    replica = await start("records")
    outcomes = await asyncio.gather(
        strike(replica, uuid4(), holds=NOON),
        strike(replica, uuid4()),
        strike(replica, uuid4(), holds="2026-03-02T12:59:00Z"),
        strike(replica, uuid4(), holds="2026-03-02T13:00:00Z"),
        return_exceptions=True,
    )
    taken = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert [error.rule for error in taken] == ["room_taken"]
    assert len(await rows(replica, "select 1 from public.claim")) == 2


async def test_a_repeat_under_the_same_key_has_no_second_effect(start: Callable[..., Any]) -> None:
    replica, client = await start("records"), uuid4()
    request = Request(key="k", hash=b"one")
    outcomes = await asyncio.gather(*[strike(replica, client, request=request) for _ in range(4)])
    again = await strike(replica, client, request=request)
    assert {outcome.value["strokes"] for outcome in [*outcomes, again]} == {1}
    with pytest.raises(KeyReused):
        await strike(replica, client, request=Request(key="k", hash=b"two"))


async def test_a_bug_in_one_unit_fails_it_alone(start: Callable[..., Any]) -> None:
    replica, client = await start("records"), uuid4()

    async def broken(tx: Tx) -> None:
        await tx.decide(f"tally-{client}", Ring(client_id=client))
        tx.execute("select 1 / 0")

    cause = Cause(actor="owner:test", correlation_id=uuid.uuid7())
    outcomes = await asyncio.gather(
        strike(replica, client), replica.service.store.write(broken, cause), strike(replica, client),
        return_exceptions=True,
    )  # fmt: skip
    assert [type(outcome) for outcome in outcomes] == [Outcome, asyncpg.DivisionByZeroError, Outcome]
    assert (await strike(replica, client)).value == {"strokes": 3}


async def test_two_replicas_share_one_log(start: Callable[..., Any]) -> None:
    one = await start("records")
    other = await start("records", dsn=one.service.config.database, leads=False)
    client = uuid4()
    outcomes = await asyncio.gather(*[strike(replica, client, most=100) for _ in range(25) for replica in (one, other)])
    assert sorted(outcome.value["strokes"] for outcome in outcomes) == list(range(1, 51))
    assert not other.leads


async def test_events_cannot_be_changed(start: Callable[..., Any]) -> None:
    replica = await start("records")
    await strike(replica, uuid4())
    for statement in ("update public.event set type = 'x'", "delete from public.event", "truncate public.event"):
        with pytest.raises(asyncpg.PostgresError):
            await replica.service.store.fetch(statement)


async def test_a_replica_never_refuses_on_what_another_has_changed(start: Callable[..., Any]) -> None:
    one = await start("records")
    other = await start("records", dsn=one.service.config.database, leads=False)
    client, busy = uuid4(), uuid4()
    await strike(other, client, 5, most=5)  # `other` keeps a full tally in memory

    async def emptied(tx: Tx) -> None:
        await tx.decide(f"tally-{client}", Ring(client_id=client))

    cause = Cause(actor="owner:test", correlation_id=uuid.uuid7())
    await one.service.store.write(emptied, cause)
    outcomes = await asyncio.gather(strike(other, busy), strike(other, client, most=6))
    outcomes += await asyncio.gather(strike(one, busy), strike(one, client, most=7))
    assert [outcome.value["strokes"] for outcome in outcomes] == [1, 6, 2, 7]
    versions = await rows(
        one, "select version from public.event where stream = $1 order by position", f"tally-{client}"
    )
    assert [row["version"] for row in versions] == list(range(1, 9))


async def test_a_state_once_read_follows_what_other_replicas_write(start: Callable[..., Any]) -> None:
    one = await start("records")
    other = await start("records", dsn=one.service.config.database, leads=False)
    client = uuid4()
    for strokes in range(1, 5):
        await strike(other, client, most=100)
        for _ in range(2):
            assert (await one.service.store.state(f"tally-{client}")).strokes == strokes
    assert (await strike(one, client, most=100)).value == {"strokes": 5}


async def test_what_was_read_while_others_wrote_is_not_kept(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, client, written = await start("records"), uuid4(), asyncio.Event()
    store = replica.service.store
    await strike(replica, client)
    store.writer.states.clear()
    newer = store.engine.reader.newer

    async def late(*args: Any) -> Any:
        events = await newer(*args)
        await written.wait()
        return events

    with monkeypatch.context() as patched:
        patched.setattr(store.engine.reader, "newer", late)
        reading = asyncio.create_task(store.state(f"tally-{client}"))
        await asyncio.sleep(0.1)
    await strike(replica, client)
    written.set()
    assert (await reading).strokes == 1
    assert (await strike(replica, client)).value == {"strokes": 3}


async def test_an_event_is_stored_whole_with_its_envelope(start: Callable[..., Any]) -> None:
    replica, client = await start("records"), uuid4()
    outcome = await strike(replica, client)
    [stored] = await replica.service.store.read(f"tally-{client}")
    assert stored == outcome.events[0]
    assert stored.cause.actor == "owner:test"
    assert stored.client_id == client
