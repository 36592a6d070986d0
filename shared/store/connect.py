"""Connections to the database, with bounds: nothing waits for ever for a lock, a statement or a network gone silent."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from shared.store.codec import prepare_connection

VANISHED = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
            "tcp_user_timeout": "10000"}  # fmt: skip
"""By which the server finds that we are gone and lets go of our locks, should our machine vanish without a word."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Seconds. The server gives up before we do: its answer is sure, ours leaves open what it has done."""

    connect: float = 5
    idle: float = 5
    lock: float = 7
    statement: float = 8
    answer: float = 9

    def settings(self) -> dict[str, str]:
        """Those that the server keeps."""
        given = {"lock": self.lock, "statement": self.statement, "idle_in_transaction_session": self.idle}
        return {f"{name}_timeout": str(int(seconds * 1000)) for name, seconds in given.items()}


@dataclass(frozen=True, kw_only=True)
class Patience(Bounds):
    """For what takes as long as the log is: only getting a connection is bounded."""

    def settings(self) -> dict[str, str]:
        """No bounds, also where the server or the role has some."""
        return dict.fromkeys(super().settings(), "0")


def options(bounds: Bounds) -> dict[str, object]:
    """What a connection is asked for with."""
    settings = {"search_path": "read, public", **VANISHED, **bounds.settings()}
    answer = None if isinstance(bounds, Patience) else bounds.answer
    return {"timeout": bounds.connect, "command_timeout": answer, "server_settings": settings}


async def connect(dsn: str, bounds: Bounds) -> asyncpg.Connection:
    """A new connection, ready for JSON."""
    connection = await asyncpg.connect(dsn, **options(bounds))
    try:
        async with asyncio.timeout(bounds.connect):
            await prepare_connection(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def let_go(connection: asyncpg.Connection) -> None:
    """Close it; one that does not answer is dropped."""
    with suppress(Exception):
        await connection.close(timeout=1)
    connection.terminate()
