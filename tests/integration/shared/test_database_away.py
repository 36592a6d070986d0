"""What keeps a database from its work is told as such and over when it is over: nothing is lost, parked or poisoned."""

import asyncio
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import uuid_utils.compat as uuid

from shared import metrics
from shared.messages import Cause
from shared.running import Running
from shared.store import writer
from shared.store.batch import LOCK
from shared.store.connect import Bounds
from shared.store.unit import Tx
from shared.store.work import Doubtful, Unavailable
from tests import servers
from tests.harness import until
from tests.integration.shared.conftest import database
from tests.integration.shared.silence import network
from tests.integration.shared.tally import Strike, Struck
from tests.integration.shared.test_store import NOON, strike

SHORT = Bounds(connect=2, lock=0.5, statement=2, answer=2.5)
HEARS = {"records": [Struck]}
CAUSE = Cause(actor="test", correlation_id=uuid.uuid7())


@asynccontextmanager
async def somebody(dsn: str) -> Any:
    """Another session on the same database."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        connection.terminate()


async def hurried(replica: Running, bounds: Bounds = SHORT) -> Running:
    """Give the replica short bounds, from its next connections on."""
    store = replica.service.store
    await until(lambda: store.writer.connected)
    store.bounds = bounds
    store.writer._drop()
    await store.state(f"tally-{uuid4()}")
    await store._pool.expire_connections()
    await until(lambda: writes(replica))
    return replica


async def writes(replica: Running) -> bool:
    try:
        await strike(replica, uuid4())
    except Unavailable:
        return False
    return True


async def reads(replica: Running) -> bool:
    try:
        return bool(await replica.service.store.fetch("select 1"))
    except Unavailable:
        return False


async def unready(replica: Running, code: str) -> bool:
    return code in await replica.service.store.trouble()


async def as_owner(replica: Running, sql: str) -> None:
    async with servers.superuser(replica.service.config.database.rpartition("/")[2]) as connection:
        await connection.execute("set default_transaction_read_only = off")
        await connection.execute(sql)


async def setting(replica: Running, words: str) -> None:
    """A setting of the database, which new sessions take."""
    name = replica.service.config.database.rpartition("/")[2]
    await as_owner(replica, f"alter database {name} {words}")


@pytest.mark.parametrize("reads", [False, True], ids=["swift", "under the lock"])
async def test_a_lock_held_too_long_is_unavailable_and_poisons_nothing(start: Callable[..., Any], reads: bool) -> None:
    replica = await hurried(await start("records"))
    hour = {"holds": NOON} if reads else {}
    async with somebody(replica.service.config.database) as other, other.transaction():
        await other.execute(f"select pg_advisory_xact_lock({LOCK})")
        for _ in range(2):
            with pytest.raises(Unavailable):
                await strike(replica, uuid4(), **hour)
        assert await unready(replica, "database_away")
    assert (await strike(replica, uuid4(), **hour)).value == {"strokes": 1}
    await until(lambda: ready(replica))


async def ready(replica: Running) -> bool:
    return await replica.service.store.trouble() == []


async def test_two_replicas_write_again_at_once_after_a_lock_held_too_long(start: Callable[..., Any]) -> None:
    one = await hurried(await start("records"))
    other = await hurried(await start("records", dsn=one.service.config.database, leads=False))
    async with somebody(one.service.config.database) as third, third.transaction():
        await third.execute(f"select pg_advisory_xact_lock({LOCK})")
        outcomes = await asyncio.gather(*[strike(it, uuid4()) for it in (one, other) * 3], return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Unavailable}
    for it in (one, other, one, other):
        assert (await strike(it, uuid4())).value == {"strokes": 1}


async def test_a_read_only_database_is_unavailable_not_ready_and_written_again_afterwards(
    start: Callable[..., Any],
) -> None:
    replica = await start("records")
    await strike(replica, uuid4())
    await setting(replica, "set default_transaction_read_only = on")
    replica.service.store.writer._drop()
    outcomes = await asyncio.gather(*[strike(replica, uuid4()) for _ in range(4)], return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert await replica.service.store.trouble() == ["database_read_only"]
    await setting(replica, "reset default_transaction_read_only")
    assert (await strike(replica, uuid4())).value == {"strokes": 1}
    await until(lambda: ready(replica))


CODES = ["25006", "53100", "53200", "53300", "55P03", "57014", "58030", "25P02", "40P01", "42P01", "42703", "42501"]


@pytest.mark.parametrize("code", CODES)
async def test_what_the_database_cannot_do_just_now_is_nobodys_fault(start: Callable[..., Any], code: str) -> None:
    """In the append, and in what a unit looks up: several units at once, each gets its answer, and the next works."""
    replica = await start("records")
    raising = f"begin raise exception 'no' using errcode = '{code}'; end"
    await as_owner(replica, f"create function read.fails() returns int language plpgsql as $$ {raising} $$")
    await as_owner(replica, f"create function read.stops() returns trigger language plpgsql as $$ {raising} $$")

    async def looks(tx: Tx) -> None:
        await tx.fetch("select read.fails()")

    store = replica.service.store
    with pytest.raises(Unavailable):
        await store.write(looks, CAUSE, reads=True)
    await as_owner(replica, "create trigger stops before insert on public.event execute function read.stops()")
    outcomes = await asyncio.gather(*[strike(replica, uuid4()) for _ in range(3)], return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    await as_owner(replica, "drop trigger stops on public.event")
    assert (await strike(replica, uuid4())).value == {"strokes": 1}


async def test_an_event_waits_for_a_table_that_is_missing_instead_of_being_parked(start: Callable[..., Any]) -> None:
    producer = await start("records")
    consumer = await start("notify", hears=HEARS)
    await as_owner(consumer, "alter table read.tally rename to elsewhere")
    await strike(producer, uuid4())
    await until(lambda: unready(consumer, "schema_wrong"))
    assert await consumer.service.store.fetch("select 1 from public.parked") == []
    await as_owner(consumer, "alter table read.elsewhere rename to tally")
    await until(lambda: consumer.consumers["records"].position == 1)
    assert await consumer.service.store.fetch("select 1 from public.parked") == []


async def test_a_value_no_column_takes_is_a_fault_of_its_unit_alone(start: Callable[..., Any]) -> None:
    replica = await start("records")

    async def odd(tx: Tx) -> None:
        await tx.fetch("select 1 from public.event where position = $1", 2**70)

    async def odder(tx: Tx) -> None:
        tx.execute("delete from public.timer where kind = $1", "\ud800")

    for unit in (odd, odder):
        outcomes = await asyncio.gather(
            strike(replica, uuid4()), replica.service.store.write(unit, CAUSE), strike(replica, uuid4()),
            return_exceptions=True,
        )  # fmt: skip
        assert isinstance(outcomes[1], asyncpg.DataError)
        assert [outcome.value for outcome in (outcomes[0], outcomes[2])] == [{"strokes": 1}] * 2


async def test_a_silent_network_is_unavailable_in_time_and_a_new_connection_works(start: Callable[..., Any]) -> None:
    async with network(await database("records")) as (it, dsn):
        replica = await hurried(await start("records", dsn=dsn))
        store = replica.service.store
        it.silent = True
        started = time.monotonic()
        tries = [strike(replica, uuid4()), strike(replica, uuid4(), holds=NOON), store.fetch("select 1")]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        outcomes += await asyncio.gather(strike(replica, uuid4()), store.fetch("select 1"), return_exceptions=True)
        assert all(isinstance(outcome, Unavailable) for outcome in outcomes), outcomes
        assert time.monotonic() - started < 2 * (writer.PATIENCE + SHORT.answer + SHORT.connect)
        assert await unready(replica, "database_away")
        it.silent = False
        await until(lambda: writes(replica))  # a connection begun in the silence is waited for first
        await until(lambda: reads(replica))
        await until(lambda: ready(replica))


def test_the_bounds_keep_an_answer_within_fifteen_seconds() -> None:
    bounds = Bounds()
    assert bounds.lock < bounds.statement < bounds.answer
    assert bounds.answer + writer.PATIENCE <= 15
    assert bounds.connect + bounds.answer <= 15


@pytest.mark.parametrize("reads", [False, True], ids=["swift", "under the lock"])
async def test_an_answer_lost_in_the_commit_is_found_out(start: Callable[..., Any], reads: bool) -> None:
    async with network(await database("records")) as (it, dsn):
        replica, client = await hurried(await start("records", dsn=dsn)), uuid4()

        async def unit(tx: Tx) -> None:
            await decides(tx, client)
            it.deaf_to_answers = True
            asyncio.get_running_loop().call_later(SHORT.answer * (5 if reads else 1), hear_again)

        def hear_again() -> None:
            it.deaf_to_answers = False

        if reads:
            with pytest.raises(Unavailable):
                await replica.service.store.write(unit, CAUSE, reads=True)
            it.deaf_to_answers = False
            assert (await strike(replica, client)).value == {"strokes": 1}
        else:
            outcome = await replica.service.store.write(unit, CAUSE)
            assert len(outcome.events) == 1
            assert (await strike(replica, client)).value == {"strokes": 2}


async def decides(tx: Tx, client: UUID) -> None:
    await tx.decide(f"tally-{client}", Strike(client_id=client))


async def test_what_cannot_be_found_out_is_not_said_to_be_lost(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.5)
    async with network(await database("records")) as (it, dsn):
        replica, client = await hurried(await start("records", dsn=dsn)), uuid4()

        async def unit(tx: Tx) -> None:
            await decides(tx, client)
            it.deaf_to_answers = True

        with pytest.raises(Doubtful):
            await replica.service.store.write(unit, CAUSE)
        it.deaf_to_answers = False
        assert (await strike(replica, client)).value == {"strokes": 2}


async def test_a_session_that_hangs_before_its_commit_cannot_commit_after_the_answer(
    start: Callable[..., Any],
) -> None:
    """It waits in the server for longer than we wait for it: it is ended before anybody says what was stored."""
    replica, client = await start("records"), uuid4()
    await hurried(replica, Bounds(connect=2, lock=60, statement=60, answer=1))
    async with somebody(replica.service.config.database) as other, other.transaction():
        await other.execute(f"select pg_advisory_xact_lock({LOCK})")
        with pytest.raises(Unavailable) as told:
            await strike(replica, client)
        assert not isinstance(told.value, Doubtful)
    await until(lambda: writes(replica))
    assert (await strike(replica, client)).value == {"strokes": 1}


@pytest.mark.parametrize("where", ["database", "role"])
async def test_a_database_that_does_not_sync_is_not_written_to(start: Callable[..., Any], where: str) -> None:
    replica = await start("records")
    name = replica.service.config.database.rpartition("/")[2]
    target = f"database {name}" if where == "database" else f"role records in database {name}"
    await strike(replica, uuid4())
    await as_owner(replica, f"alter {target} set synchronous_commit = off")
    replica.service.store.writer._drop()
    for _ in range(2):
        with pytest.raises(Unavailable, match="synchronous_commit"):
            await strike(replica, uuid4())
    assert replica.service.store.unsafe == "database_does_not_sync"
    assert await replica.service.store.trouble() == ["database_does_not_sync"]
    await as_owner(replica, f"alter {target} reset synchronous_commit")
    assert (await strike(replica, uuid4())).value == {"strokes": 1}
    assert replica.service.store.unsafe is None


async def test_a_cluster_without_fsync_is_not_written_to_unless_it_says_of_itself_that_it_forgets(
    start: Callable[..., Any],
) -> None:
    replica = await start("records")
    await setting(replica, "set seriatim.forgets = off")
    replica.service.store.writer._drop()
    with pytest.raises(Unavailable, match="fsync"):
        await strike(replica, uuid4())
    await setting(replica, "reset seriatim.forgets")
    assert (await strike(replica, uuid4())).value == {"strokes": 1}


async def test_a_setting_changed_under_a_standing_connection_is_noticed_by_the_proof(start: Callable[..., Any]) -> None:
    replica = await start("records")
    await strike(replica, uuid4())
    await as_owner(replica, "alter system set synchronous_commit = off")
    try:
        await as_owner(replica, "select pg_reload_conf()")
        await until(lambda: unready(replica, "database_does_not_sync"))
        assert not await writes(replica)
    finally:
        await as_owner(replica, "alter system reset synchronous_commit")
        await as_owner(replica, "select pg_reload_conf()")
    await until(lambda: ready(replica))


async def test_a_database_without_room_for_a_connection_is_away(start: Callable[..., Any]) -> None:
    replica = await start("records")
    await strike(replica, uuid4())
    name = replica.service.config.database.rpartition("/")[2]
    await setting(replica, "connection limit 0")
    async with servers.superuser() as connection:
        await connection.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    assert not await writes(replica)
    with pytest.raises(Unavailable):
        await replica.service.store.fetch("select 1")
    await setting(replica, "connection limit -1")
    await until(lambda: writes(replica))
    await until(lambda: ready(replica))


async def test_no_listener_turns_what_is_stored_into_an_error(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise OSError("No space left on device")

    replica = await start("records")
    replica.service.store.writer.on_commit.insert(0, breaks)
    told: list[Any] = []
    replica.service.store.writer.on_commit.append(told.append)
    monkeypatch.setattr(metrics.events_appended, "inc", breaks)
    monkeypatch.setattr(metrics.batch_seconds, "observe", breaks)
    monkeypatch.setattr(writer, "log", None)
    for _ in range(3):
        assert (await strike(replica, uuid4())).value == {"strokes": 1}
    assert len(told) == 3


async def test_whatever_breaks_in_the_writer_each_unit_gets_an_answer_and_the_next_is_stored(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = await start("records")

    def breaks(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(replica.service.store.writer, "keep", breaks)
        outcomes = await asyncio.gather(*[strike(replica, uuid4()) for _ in range(3)], return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Doubtful}
    assert (await strike(replica, uuid4())).value == {"strokes": 1}


async def test_a_writer_that_is_no_more_is_told_of_and_never_waited_for(start: Callable[..., Any]) -> None:
    replica = await start("records")
    store = replica.service.store
    async with somebody(replica.service.config.database) as other, other.transaction():
        await other.execute(f"select pg_advisory_xact_lock({LOCK})")
        started = time.monotonic()
        answers = await asyncio.gather(*[store.trouble() for _ in range(20)])
        assert time.monotonic() - started < 4
        assert answers == [["writer_stuck"]] * 20
    await until(lambda: ready(replica))


async def test_those_who_ask_for_trouble_share_one_proof_that_stores_nothing(start: Callable[..., Any]) -> None:
    replica = await start("records")
    store = replica.service.store
    before = store.writer.head
    assert await asyncio.gather(*[store.trouble() for _ in range(50)]) == [[]] * 50
    assert store.writer.head == before
    assert await store.fetch("select 1 from public.event") == []


async def test_sessions_are_let_go_by_the_server_when_we_vanish(start: Callable[..., Any]) -> None:
    replica = await start("records")
    for name, value in (("tcp_keepalives_idle", "5"), ("tcp_keepalives_count", "3"), ("tcp_user_timeout", "10000")):
        assert await replica.service.store.fetch(f"select current_setting('{name}') as it") == [(value,)]
