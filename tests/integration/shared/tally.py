"""A tiny service to try the framework on: strokes counted per stream, no more than five, with a claim and a timer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from shared.bus.hearing import Found, React
from shared.clock import Clock
from shared.config import Config, Practice
from shared.decider import Decider, refuse
from shared.messages import Command, Event, Instant, Recorded
from shared.service import Definition, Service
from shared.store.claims import Claim
from shared.store.timers import SetTimer
from shared.store.unit import Statement


class Struck(Event, frozen=True, kw_only=True):
    client_id: UUID
    number: int
    holds: str | None = None
    due_at: Instant | None = None


class Rang(Event, frozen=True, kw_only=True):
    client_id: UUID


class Strike(Command, frozen=True, kw_only=True):
    client_id: UUID
    holds: str | None = None
    due_at: Instant | None = None
    most: int = 5


class Ring(Command, frozen=True, kw_only=True):
    client_id: UUID


class Tally(Struct, frozen=True):
    strokes: int = 0
    rung: int = 0


def decide(command: Strike | Ring, state: Tally) -> list[Struck | Rang]:
    if isinstance(command, Ring):
        return [Rang(client_id=command.client_id)]
    if state.strokes >= command.most:
        raise refuse("full", "The tally is full. Start another.")
    return [Struck(client_id=command.client_id, number=state.strokes + 1, holds=command.holds, due_at=command.due_at)]


def evolve(state: Tally, event: Struck | Rang) -> Tally:
    return Tally(state.strokes + isinstance(event, Struck), state.rung + isinstance(event, Rang))


tally = Decider(decide=decide, evolve=evolve, initial=Tally(), events=(Struck, Rang))


def on_struck(recorded: Recorded) -> Iterator[Statement]:
    yield (
        """
        insert into tally (client_id, strokes) values ($1, 1)
        on conflict (client_id) do update set strokes = tally.strokes + 1
        """,
        (recorded.event.client_id,),
    )


def holds(event: Struck) -> Iterator[Claim]:
    if event.holds:
        start = datetime.fromisoformat(event.holds)
        yield Claim(resource="room:1", starts_at=start, ends_at=start + timedelta(hours=1), holder=event.client_id)


def rings(event: Struck) -> Iterator[SetTimer]:
    if event.due_at:
        yield SetTimer(kind="ring", key=event.client_id, due_at=event.due_at)


def echo(heard: Recorded, found: Found) -> list[tuple[str, Command]]:
    return [(f"tally-{heard.event.client_id}", Strike(client_id=heard.event.client_id))]


def echo_first(heard: Recorded, found: Found) -> list[tuple[str, Command]]:
    """Only where there is no tally yet."""
    return [] if found else echo(heard, found)


def row_of(heard: Recorded) -> tuple[str, tuple[object, ...]]:
    return "select strokes from tally where client_id = $1", (heard.client_id,)


def echo_more(heard: Recorded, found: Found) -> list[tuple[str, Command]]:
    """The next version of `echo`, in which a tally is never full."""
    return [(f"tally-{heard.event.client_id}", Strike(client_id=heard.event.client_id, most=1000))]


TABLE = "create table if not exists read.tally (client_id uuid primary key, strokes int not null)"


def definition(name: str, hears: dict[str, Any] | None = None, reaction: Any = echo) -> Definition:
    """The service under one of the real services' names, because names own databases and rights on the bus."""
    return Definition(
        name=name,
        package=f"services.{name}",
        deciders={"tally": tally},
        events=(Struck, Rang),
        published=(Struck,),
        projections={Struck: on_struck},
        claims={Struck: holds},
        timers={Struck: rings},
        due={"ring": lambda timer, now: (f"tally-{timer.key}", Ring(client_id=timer.key))},
        hears=hears or {},
        reactions={Struck: React(reaction, find=row_of if reaction is echo_first else None)},
    )


def make(name: str, config: Config, clock: Clock, hears: dict[str, Any] | None = None, reaction: Any = echo) -> Service:
    return Service(definition(name, hears, reaction), config, Practice(zone="America/New_York"), clock)
