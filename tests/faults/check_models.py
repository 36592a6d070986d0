"""Read models equal what their events say, projected one by one; courses that were looked at equal a fresh fold."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import msgspec

from services.protocol.app import protocols
from services.protocol.domain.note import prepare
from services.protocol.domain.state import Course
from services.protocol.views import view
from shared.service import Service
from shared.store.effects import Effects
from tests.faults.evidence import Evidence, Log, connected
from tests.faults.journal import Seen

NOT_FROM_EVENTS = ("sign_in",)


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about courses: what the API showed when all was settled is what their events say."""
    folded, definitions = evidence.logs["protocol"].states("course"), protocols(evidence.practice)
    for seen in evidence.seen:
        state: Course | None = folded.get(f"course-{seen.course_id}")
        if state is None or state.forgotten:
            if seen.course is not None:
                yield f"protocol: the course {seen.course_id} was shown and is none by its events"
            continue
        definition = definitions.of(state.opened.protocol, state.opened.version)
        told = view(cast("Service", evidence), definition, state, evidence.now)  # which needs the practice's zone only
        yield from _shown(seen, msgspec.json.decode(msgspec.json.encode(told)))
        digests = {seen.note["digest"], prepare(definition, state).digest, state.digest}
        if len(digests) > 1 and not state.closed:
            yield f"protocol: the note of course {seen.course_id} is not the one of its events"


def _shown(seen: Seen, fold: dict[str, Any]) -> Iterator[str]:
    """Status, phase, what is next, break, slips, lapses, every deviation with its rule, exercise: field by field."""
    shown = seen.course or {}
    for name in fold.keys() | shown.keys():
        if shown.get(name) != fold.get(name):
            told, wanted = shown.get(name), fold.get(name)
            yield f"protocol: course {seen.course_id} shows {name} {told}, its events say {wanted}"


async def check_projected(data: Path, evidence: Evidence) -> AsyncIterator[str]:
    """Findings about the read models of all services."""
    for name, log in evidence.logs.items():
        async with connected(data, name) as connection:
            async for finding in differences(connection, log):
                yield f"{name}: {finding}"


async def differences(connection: asyncpg.Connection, log: Log) -> AsyncIterator[str]:
    """Make each read model again beside the live one, compare row by row and how often; all is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        tables = await _shadows(connection)
        await _project(connection, log)
        for table in tables:
            for one, other, what in (("again", "read", "is missing"), ("read", "again", "is too much")):
                # "all": a table without key may hold equal rows, and one of them may be too much
                difference = f"select * from {one}.{table} except all select * from {other}.{table}"
                for [row] in await connection.fetch(f"select to_jsonb(row) from ({difference}) row"):
                    yield f"in the read model {table} a row {what}: {row.decode()}"
    finally:
        await transaction.rollback()


async def _shadows(connection: asyncpg.Connection) -> list[str]:
    """Make an empty copy of every read model in a schema of its own, where unqualified names now lead."""
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'read'")
    tables = [row["tablename"] for row in rows if row["tablename"] not in NOT_FROM_EVENTS]
    await connection.execute("create schema again; set local search_path = again, public")
    for table in tables:
        await connection.execute(f"create table again.{table} (like read.{table} including all)")
    return tables


async def _project(connection: asyncpg.Connection, log: Log) -> None:
    """Every statement by itself, in the order of the log: nothing here is shared with what the store makes of many."""
    effects = Effects(log.definition.projections)
    for recorded in log.events:
        for sql, args in effects.projected(recorded):
            await connection.execute(sql, *args)
