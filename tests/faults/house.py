"""The four services inside the test, each of which can be stopped, restored from a backup and started again."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from shared.clock import Clock
from shared.config import Config, Practice
from shared.store.codec import prepare_connection
from tests import servers
from tests.backup import Cluster
from tests.faults import check_effects, check_logs, check_times
from tests.faults.evidence import Evidence, log_of
from tests.faults.stage import ROOT
from tests.harness import It, config_of, one
from tests.integration.notify.mail_server import mail_server

NAMES = ("notify", "protocol", "scheduling", "records")
"""In the order of their backups: each consumer before those it hears."""
NOW = "2026-03-02T14:00:00Z"


@dataclass
class House:
    """The practice's programs and where their backups lie."""

    bus: servers.Nats
    cluster: Cluster
    folder: Path
    configs: dict[str, Config]
    clock: Clock = field(default_factory=lambda: Clock(datetime.fromisoformat(NOW)))
    at_work: dict[str, It] = field(default_factory=dict)
    _stacks: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def start(self, *names: str) -> None:
        for name in names:
            self._stacks[name] = AsyncExitStack()
            it = await self._stacks[name].enter_async_context(one(name, self.configs[name], {}, self.clock))
            it.group, self.at_work[name] = self.at_work, it

    async def stop(self, *names: str) -> None:
        for name in names:
            del self.at_work[name]
            await self._stacks.pop(name).aclose()

    async def settled(self) -> None:
        await self.at_work["records"].settled(30)

    async def post(self, service: str, path: str, body: Any) -> Any:
        answer = await self.at_work[service].post(path, body)
        assert answer.status in (200, 201), answer.body
        return answer.body

    async def back_up(self, *names: str) -> None:
        for name in names:
            await self.cluster.dump(self._database(name), self.folder / f"{name}.dump")

    async def back_up_keys(self) -> None:
        await self.cluster.dump_keys(self._database("records"), self.folder / "keys.dump")

    async def put_back(self, *names: str) -> None:
        for name in names:
            keys = self.folder / "keys.dump" if name == "records" else None
            await self.cluster.restore(self._database(name), self.folder / f"{name}.dump", keys)

    async def say_restored(self, name: str, *words: str) -> tuple[int, str]:
        """`python -m services.<name> restored`, as an operator says it; gives the code and what it said."""
        given = msgspec.to_builtins(self.configs[name], enc_hook=str)
        there = os.environ | {variable: str(value) for variable, value in given.items() if value is not None}
        done = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{name}", "restored", *words, cwd=ROOT, env=there, stdout=-1, stderr=-1
        )
        said, complaint = await done.communicate()
        return int(done.returncode or 0), (said + complaint).decode()

    async def evidence(self) -> Evidence:
        """The logs as the checker sees them; there was no load generator and no letter."""
        logs = {}
        for name, it in self.at_work.items():
            connection = await asyncpg.connect(self.configs[name].database)
            await prepare_connection(connection)
            logs[name] = await log_of(connection, it.service.definition)
            await connection.close()
        practice = Practice(zone="America/New_York")
        return Evidence(logs, mails={}, questions=[], seen=[], away=[], now=self.clock.now(), practice=practice)  # type: ignore[arg-type]

    async def findings(self) -> list[str]:
        """What the checker says of logs, effects and times."""
        found = await self.evidence()
        return [finding for check in (check_logs, check_effects, check_times) for finding in check.check(found)]

    def _database(self, name: str) -> str:
        return self.configs[name].database.rpartition("/")[2]


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house at work; whatever is still running in the end is stopped."""
    (folder / "mail").mkdir()
    async with servers.fresh_nats() as bus, mail_server(folder / "mail") as (_, port):
        configs = {name: await config_of(name, bus, {"smtp": f"smtp://127.0.0.1:{port}"}) for name in NAMES}
        found = House(bus, await servers.cluster(), folder, configs)
        await found.start(*NAMES)
        try:
            yield found
        finally:
            await found.stop(*list(found.at_work))
