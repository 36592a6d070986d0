"""Sweeps in their time: in the background after each erasure, or by hand with `shred`."""

import asyncio
import sys

import asyncpg
import structlog

from services.records.shredding import KeysDamaged, sweep
from services.records.wrapping import WrappingKeyMissing, WrappingKeys
from shared.config import Config
from shared.loops import Pulse
from shared.store.store import Store
from shared.tasks import woken

log = structlog.get_logger()

PAUSE = 5.0
"""Seconds until a sweep that failed is tried again."""
LONG_PAUSE = 60.0
"""Seconds until one is tried again that waits for an operator; an erasure wakes it earlier."""


class Sweeping:
    """Sweeps at the start, because an earlier process may have been stopped in one, and whenever one is due."""

    def __init__(self, store: Store, wrapping: WrappingKeys) -> None:
        self._store = store
        self._wrapping = wrapping
        self._due = asyncio.Event()
        self._due.set()
        self.pulse = Pulse()

    def due(self) -> None:
        """A client was erased."""
        self._due.set()

    async def run(self) -> None:
        """Sweep whenever it is due, until cancelled; a sweep that fails stays due."""
        while True:
            await woken(self._due, PAUSE)
            if self._due.is_set():
                await self._once()
            self.pulse.turned()

    async def _once(self) -> None:
        """One sweep; what it fails on, an erasure is not forgotten."""
        self._due.clear()
        try:
            await self._sweep()
        except KeysDamaged as error:
            _tell(error)
            asyncio.get_running_loop().call_later(LONG_PAUSE, self._due.set)
        except Exception as error:
            self._due.set()
            log.warning("sweep_failed", error=type(error).__name__)
            raise

    async def _sweep(self) -> None:
        async with self._store.apart() as connection:
            if destroyed := await sweep(connection, self._wrapping):
                log.info("wrapping_keys_destroyed", count=destroyed)


def _tell(error: KeysDamaged) -> None:
    for client_id in error.client_ids:
        log.error("client_key_damaged", client_id=str(client_id))


async def _swept(connection: asyncpg.Connection, wrapping: WrappingKeys) -> int:
    try:
        return await sweep(connection, wrapping)
    except KeysDamaged as error:
        sys.exit(str(error))


async def shred(config: Config) -> None:
    """Sweep now; with the owner's address also make the table of keys anew, so that its old pages are gone."""
    wrapping = WrappingKeys(config.wrapping_key)
    try:
        wrapping.load()
    except WrappingKeyMissing as error:
        sys.exit(str(error))
    connection = await asyncpg.connect(config.owner_database or config.database)
    try:
        destroyed = await _swept(connection, wrapping)
        sys.stdout.write(f"{destroyed} wrapping keys destroyed\n")
        if await connection.fetchval("select tableowner = current_user from pg_tables where tablename = 'client_key'"):
            await connection.execute("vacuum full public.client_key")
            sys.stdout.write("the table of keys was written anew\n")
        else:
            sys.stdout.write("the table of keys keeps its old pages: give SERIATIM_OWNER_DATABASE to write it anew\n")
    finally:
        await connection.close()
