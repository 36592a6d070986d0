"""A unit of work: what one command, one heard event or one timer changes, all or nothing."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import structlog
import uuid_utils.compat as uuid

from shared.decider import Decider
from shared.messages import Cause, Command, Event, Recorded, Redacted, Unreadable, category
from shared.store.reader import Damaged, Reader

log = structlog.get_logger()

Statement = tuple[str, tuple[object, ...]]
HeardUpto = tuple[str, int, int]
"""Producer, the position its checkpoint stood at, and the one it moves to."""
Projections = dict[type[Event], Callable[[Recorded], Iterable[Statement]]]


@dataclass(frozen=True)
class Pending:
    """An event decided but not yet stored."""

    stream: str
    version: int
    event: Event
    event_id: UUID
    cause: Cause

    @property
    def client_id(self) -> UUID | None:
        """The client the event is about, if any."""
        return getattr(self.event, "client_id", None)


@dataclass
class Folded:
    """A stream's state as of a version."""

    version: int
    state: Any


@dataclass
class Changes:
    """What a unit wants stored: events, checkpoints moved, and statements of its own that belong to no stream."""

    folded: dict[str, Folded] = field(default_factory=dict)
    events: list[Pending] = field(default_factory=list)
    heard: list[HeardUpto] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    def take_over(self, other: "Changes") -> None:
        """Add what came after."""
        self.folded |= other.folded
        self.events += other.events
        self.heard += other.heard
        self.statements += other.statements


def fold(decider: Decider[Any, Any, Any], folded: Folded, events: Sequence[Recorded]) -> Folded:
    """The state after these events; what was redacted leaves no trace in it. Raises `Damaged`."""
    if not events:
        return folded
    if decider.anew and (begins := [n for n, one in enumerate(events) if type(one.event) in decider.anew]):
        folded, events = Folded(0, decider.initial), events[begins[-1] :]
    known = [recorded.event for recorded in readable(events) if not isinstance(recorded.event, Redacted)]
    last = events[-1]
    try:
        return Folded(last.version, decider.fold(folded.state, known))
    except Exception as error:  # what reads, and yet does not follow from what came before
        log.exception("record_damaged", stream=last.stream, position=last.position, error=type(error).__name__)
        raise damaged(last) from error


def readable(events: Sequence[Recorded]) -> Sequence[Recorded]:
    """The same, all of which can be read. Raises `Damaged`."""
    for recorded in events:
        if isinstance(recorded.event, Unreadable):
            raise damaged(recorded)
    return events


def damaged(recorded: Recorded) -> Damaged:
    """The error that names the row."""
    return Damaged(f"stream {recorded.stream}, event {recorded.position}")


class Tx:
    """What a unit may do. Reads see everything committed and everything earlier in the same unit."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        reader: Reader,
        deciders: dict[str, Decider[Any, Any, Any]],
        cause: Cause,
        *,
        base: dict[str, Folded],
        kept: Mapping[str, Folded],
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._deciders = deciders
        self._base = base
        self._kept = kept
        self.cause = cause
        self.changes = Changes()

    async def damaged(self, stream: str) -> bool:
        """Whether the stream is damaged; then the unit goes on as if nothing were known, to do what must be done."""
        try:
            await self.folded(stream)
        except Damaged:
            events = await self._reader.newer(self._connection, {stream: 0})
            self.changes.folded[stream] = Folded(events[-1].version, self._decider(stream).initial)
            return True
        return False

    async def folded(self, stream: str) -> Folded:
        """State and version of a stream, loaded if need be."""
        if known := self.changes.folded.get(stream) or self._base.get(stream) or self._kept.get(stream):
            return known
        events = await self._reader.newer(self._connection, {stream: 0})
        self._base[stream] = fold(self._decider(stream), Folded(0, self._decider(stream).initial), events)
        return self._base[stream]

    async def state(self, stream: str) -> Any:
        """The stream's state."""
        return (await self.folded(stream)).state

    async def decide(self, stream: str, command: Command, *, cause: Cause | None = None) -> list[Event]:
        """Put the command to the stream's decider; its events are stored with the unit. Raises `Refused`, `Unknown`."""
        before, decider = await self.folded(stream), self._decider(stream)
        events: list[Event] = decider.decide(command, before.state)
        for version, event in enumerate(events, before.version + 1):
            self.changes.events.append(Pending(stream, version, event, uuid.uuid7(), cause or self.cause))
        self.changes.folded[stream] = Folded(before.version + len(events), decider.fold(before.state, events))
        return events

    async def decide_each(self, commands: Mapping[str, Command]) -> None:
        """Put each command to its stream's decider. Raises the same."""
        for stream, command in commands.items():
            await self.decide(stream, command)

    def execute(self, sql: str, *args: object) -> None:
        """A statement of the unit's own, run after its events are stored, in the same transaction."""
        self.changes.statements.append((sql, args))

    def heard(self, producer: str, after: int, upto: int) -> None:
        """The events of a producer after one position and up to another are dealt with."""
        self.changes.heard.append((producer, after, upto))

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows as of now; ask for `reads=True` so that earlier units of the batch are in the tables."""
        rows: list[asyncpg.Record] = await self._connection.fetch(sql, *args)
        return rows

    @contextmanager
    def attempt(self) -> Iterator["Tx"]:
        """Changes made inside are dropped if it raises."""
        before, self.changes = self.changes, Changes(folded=dict(self.changes.folded))
        try:
            yield self
        except BaseException:
            self.changes = before
            raise
        before.take_over(self.changes)
        self.changes = before

    def _decider(self, stream: str) -> Decider[Any, Any, Any]:
        return self._deciders[category(stream)]


Run = Callable[[Tx], Awaitable[Any]]
