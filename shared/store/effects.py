"""What follows from stored events in the same transaction: claims, timers, read models."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from uuid import UUID

import asyncpg

from shared.messages import Recorded, Redacted
from shared.store.claims import Claim, Claims, Release
from shared.store.claims import statement as claim_statement
from shared.store.many import together
from shared.store.timers import Timers
from shared.store.timers import statement as timer_statement
from shared.store.unit import Pending, Projections, Statement


@dataclass(frozen=True)
class Effects:
    """The dicts a service registers: event class → what follows from it."""

    projections: Projections = field(default_factory=dict)
    claims: Claims = field(default_factory=dict)
    timers: Timers = field(default_factory=dict)

    def claimed(self, events: Iterable[Pending]) -> tuple[list[Claim], set[UUID]]:
        """What these events want to hold, and whose holds they let go first."""
        changes = [change for pending in events for change in self._claims_of(pending.event)]
        return (
            [change for change in changes if isinstance(change, Claim)],
            {change.holder for change in changes if isinstance(change, Release)},
        )

    def _claims_of(self, event: object) -> Iterable[Claim | Release]:
        follow = self.claims.get(type(event))  # type: ignore[arg-type]
        return follow(event) if follow else ()

    def releases(self, recorded: Recorded) -> Iterator[Statement]:
        """Rows to let go before anything is claimed."""
        for change in self._claims_of(recorded.event):
            if isinstance(change, Release):
                yield claim_statement(change)

    def of(self, recorded: Recorded) -> Iterator[Statement]:
        """Everything that follows from one stored event but the releases, in order."""
        event = recorded.event
        yield from (claim_statement(c) for c in self._claims_of(event) if isinstance(c, Claim))
        if follow := self.timers.get(type(event)):
            yield from map(timer_statement, follow(event))
        yield from self.projected(recorded)

    def projected(self, recorded: Recorded) -> Iterable[Statement]:
        """Rows of read models."""
        project = self.projections.get(type(recorded.event))
        return project(recorded) if project and not isinstance(recorded.event, Redacted) else ()


async def execute(connection: asyncpg.Connection, lanes: Iterable[Iterable[Statement]]) -> None:
    """Run statements lane by lane in step: each lane keeps its order, equal statements of a step go as one.

    A lane holds what belongs to one stream. Lanes do not depend on each other, so one round trip serves them all.
    """
    for step in zip_longest(*lanes):
        for statements in (await together(connection, filter(None, step))).values():
            sql, arguments = statements[0]
            if len(statements) == 1:
                await connection.execute(sql, *arguments)
            else:
                await connection.executemany(sql, [args for _, args in statements])
