"""Whether a database keeps what it acknowledges: one that may forget it is not written to."""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from shared.messages import Cause
from shared.store.append import END, End
from shared.store.unit import Tx
from shared.store.work import UNSAFE, Untrusted, Work

KEEPS = """
current_setting('synchronous_commit') <> 'off'
 and (current_setting('fsync') = 'on' or coalesce(current_setting('seriatim.forgets', true), '') = 'on')
"""
"""A cluster of tests says of itself that it forgets (`deploy/postgres.py`)."""

SESSION = f"""
select pid, backend_start, {KEEPS} as keeps, last.position, last.event_id
  from pg_stat_get_activity(pg_backend_pid()) left join ({END}) as last on true
"""
PROOF = f"with tried as (insert into public.event select * from public.event where false) select {KEEPS} as keeps"
"""What a read-only database refuses, or one whose rights are gone. It writes nothing: its commit waits for nothing."""
END_IT = """
select coalesce(bool_and(pg_terminate_backend(pid, 1000)), true) from pg_stat_get_activity(null)
 where pid = $1 and backend_start = $2
"""


class Session(NamedTuple):
    """A session of the server, by which it is found again when its connection is lost."""

    pid: int
    since: datetime


async def look_over(connection: asyncpg.Connection) -> tuple[Session, End]:
    """Which session it is, and where the log ends. Raises `Untrusted`."""
    pid, since, keeps, position, event_id = await connection.fetchrow(SESSION)
    _insist(keeps)
    return Session(pid, since), End(position or 0, event_id)


async def ended(connection: asyncpg.Connection, session: Session) -> bool:
    """End another session; false while it is still at something that cannot be broken off."""
    return bool(await connection.fetchval(END_IT, *session))


def proof(cause: Cause) -> Work:
    """A unit that does all a unit does but store anything."""

    async def unit(tx: Tx) -> None:
        [row] = await tx.fetch(PROOF)
        _insist(row["keeps"])

    return Work(unit, cause, reads=True)


def _insist(keeps: bool) -> None:
    if not keeps:
        raise Untrusted(UNSAFE, "the database may forget what it acknowledges: set synchronous_commit and fsync to on")
