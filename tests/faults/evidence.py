"""Everything the checker looks at: the services' databases, the mail folder, the load generator's log, the clock."""

import json
import mailbox
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from deploy import postgres
from deploy.place import Place
from deploy.secret import password
from shared.clock import Clock
from shared.config import Config, Practice, read_practice
from shared.decider import Decider
from shared.messages import Recorded, category
from shared.service import OF_EVERY_LOG, Definition
from shared.store.codec import EventTypes, PlainCodec, prepare_connection
from shared.store.reader import COLUMNS, Reader
from shared.store.unit import Folded, fold
from tests.faults import journal
from tests.faults.journal import Away, Question, Seen

SERVICES = ("records", "protocol", "scheduling", "notify")


@dataclass
class Log:
    """One service as its database shows it: its definition, its events in order of position, and some tables."""

    definition: Definition
    events: list[Recorded]
    checkpoints: dict[str, int]
    parked: list[tuple[str, int, str]]
    claims: Counter[tuple[str, datetime, datetime, UUID]]
    timers: dict[tuple[str, UUID], datetime]
    requests: dict[str, Any]

    def of(self, *classes: type) -> list[Recorded]:
        """Events of these classes."""
        return [recorded for recorded in self.events if type(recorded.event) in classes]

    def states(self, kind: str) -> dict[str, Any]:
        """The folded state of every stream of a category."""
        streams: dict[str, list[Recorded]] = {}
        for recorded in self.events:
            if category(recorded.stream) == kind:
                streams.setdefault(recorded.stream, []).append(recorded)
        decider: Decider[Any, Any, Any] = self.definition.deciders[kind]
        return {name: fold(decider, Folded(0, decider.initial), events).state for name, events in streams.items()}


@dataclass
class Evidence:
    """What was left behind. `mails` counts letters by Message-ID (the message's id), `now` is the simulated time."""

    logs: dict[str, Log]
    mails: Counter[UUID]
    questions: list[Question]
    seen: list[Seen]
    away: list[Away]
    now: datetime
    practice: Practice
    unreadable: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """The practice's clock, where it stands."""
        return Clock(self.now)


async def gather(data: Path, log: Path) -> Evidence:
    """Read all of it; nothing is changed."""
    place = Place(port=0, data=data)
    practice = read_practice(Config(settings=place.settings, zone=place.zone))
    questions, seen, away = journal.read(log)
    return Evidence(
        logs={name: await _log(data, name, practice) for name in SERVICES},
        mails=mails(place.mail),
        questions=questions,
        seen=seen,
        away=away,
        now=datetime.fromisoformat((data / "clock").read_text()),
        practice=practice,
    )


def define(data: Path, service: str, practice: Practice) -> Definition:
    """The service's definition, as its own `app.py` builds it."""
    config = Config(wrapping_key=data / "secrets" / "wrapping.key")
    found: Definition = import_module(f"services.{service}.app").build(config, practice)
    return found


@asynccontextmanager
async def connected(data: Path, service: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to a service's database."""
    port = json.loads((data / "stack.json").read_text())["ports"]["postgres"]
    address = postgres.url("postgres", password(data / "secrets", "postgres"), port, service)
    connection = await asyncpg.connect(address)
    try:
        await prepare_connection(connection)
        yield connection
    finally:
        await connection.close()


def reader(definition: Definition) -> Reader:
    """What reads the service's log."""
    return Reader(
        EventTypes((*definition.events, *OF_EVERY_LOG), definition.upcasters), definition.codec or PlainCodec()
    )


async def _log(data: Path, service: str, practice: Practice) -> Log:
    async with connected(data, service) as connection:
        return await log_of(connection, define(data, service, practice))


async def log_of(connection: asyncpg.Connection, definition: Definition) -> Log:
    """The log and the tables in this database."""
    rows = await connection.fetch(f"select {COLUMNS} from public.event order by position")
    claims = await connection.fetch("select resource, lower(during), upper(during), holder from public.claim")
    parked = await connection.fetch("select producer, position, error from public.parked")
    timers = await connection.fetch("select kind, key, due_at from public.timer")
    return Log(
        definition=definition,
        events=await reader(definition).decode(connection, rows),
        checkpoints=dict(await connection.fetch("select producer, position from public.checkpoint")),
        parked=[tuple(row) for row in parked],
        claims=Counter((row[0], row[1], row[2], UUID(int=row[3].int)) for row in claims),
        timers={(row[0], UUID(int=row[1].int)): row[2] for row in timers},
        requests=dict(await connection.fetch("select key, ids from public.request")),
    )


def mails(folder: Path) -> Counter[UUID]:
    """How often each message lies in the Maildir."""
    box = mailbox.Maildir(folder, create=False)
    return Counter(UUID(message["Message-ID"].strip("<>").partition("@")[0]) for message in box)
