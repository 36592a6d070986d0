"""Backups as docs/operations.md tells to make them: `pg_dump` and `pg_restore`, the keys apart."""

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.postgres import binaries

KEYS = ("public.client_key", "public.condemned_key")


@dataclass(frozen=True)
class Cluster:
    """A server as its superuser sees it."""

    port: int
    password: str

    async def dump(self, database: str, file: Path) -> None:
        """All of the database but the keys in it, as it stands at one moment."""
        without = [word for table in KEYS for word in ("--exclude-table-data", table)]
        await self._run("pg_dump", "-Fc", *without, "-f", str(file), database)

    async def dump_keys(self, database: str, file: Path) -> None:
        """The keys alone."""
        only = [word for table in KEYS for word in ("-t", table)]
        await self._run("pg_dump", "-Fc", "--data-only", *only, "-f", str(file), database)

    async def restore(self, database: str, file: Path, keys: Path | None = None) -> None:
        """Put the backup in place of what is there, and the newest keys over it."""
        await self._run("pg_restore", "--clean", "--if-exists", "--single-transaction", "-d", database, str(file))
        if keys:
            await self._run("pg_restore", "--data-only", "-d", database, str(keys))

    async def _run(self, program: str, *words: str) -> None:
        there = os.environ | {
            "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres", "PGPASSWORD": self.password,
        }  # fmt: skip
        command = [str(binaries() / program), *words]
        done = await asyncio.to_thread(subprocess.run, command, env=there, capture_output=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr.decode()
