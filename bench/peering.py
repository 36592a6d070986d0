"""The peer's environment, made once, and runs of the peer on our PostgreSQL."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from bench.aggregate import TEXT
from bench.measure import SECONDS, Sample
from bench.servers import Ground
from deploy.secret import password

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
PLACE = HERE / ".venv"
CONNECTIONS = 32


class Peer:
    """The peer with a database of its own."""

    def __init__(self, ground: Ground, database: str) -> None:
        self._environment = {
            "PATH": os.environ["PATH"],
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(ground.ports["postgres"]),
            "POSTGRES_DBNAME": database,
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": password(ground.secrets, "postgres"),
            "POSTGRES_POOL_SIZE": str(CONNECTIONS),
        }

    async def run(self, task: str, *, callers: int = 1, streams: int = 0) -> Sample:
        """One run of bench/peer.py."""
        given = [task, "--callers", str(callers), "--streams", str(streams), "--seconds", str(SECONDS), "--text", TEXT]
        process = await asyncio.create_subprocess_exec(
            str(interpreter()), str(HERE / "peer.py"), *given, env=self._environment, stdout=subprocess.PIPE
        )
        out, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"the peer ended with code {process.returncode}")
        return msgspec.json.decode(out, type=Sample)


async def open_peer(ground: Ground) -> Peer:
    """The peer on an empty database."""
    await asyncio.to_thread(interpreter)
    return Peer(ground, await ground.empty_database())


def interpreter() -> Path:
    """The peer's Python; its environment is made on first use and again when the lock changes."""
    python, copy = PLACE / "bin" / "python", PLACE / "lock"
    if not copy.exists() or copy.read_bytes() != LOCK.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(PLACE)], check=True)
        install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        subprocess.run([str(python), *install, "-r", str(LOCK)], check=True)
        copy.write_bytes(LOCK.read_bytes())
    return python
