"""The aggregate that is measured: strokes counted per stream, each an event of 300 bytes of JSON."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from shared.clock import Clock
from shared.decider import Decider
from shared.messages import Command, Event, Recorded
from shared.store.codec import EventTypes, PlainCodec
from shared.store.effects import Effects
from shared.store.reader import Reader
from shared.store.unit import Projections, Statement
from shared.store.work import Engine

TEXT = "a line of two hundred and thirty-odd letters " * 5
"""Makes the JSON of one event 300 bytes."""


class Struck(Event, frozen=True, kw_only=True):
    """One stroke more."""

    client_id: UUID
    number: int
    text: str


class Strike(Command, frozen=True, kw_only=True):
    """Count one."""

    client_id: UUID


class Tally(Struct, frozen=True):
    """Strokes so far."""

    strokes: int = 0


def decide(command: Strike, state: Tally) -> list[Struck]:
    """Every stroke counts."""
    return [Struck(client_id=command.client_id, number=state.strokes + 1, text=TEXT)]


def evolve(state: Tally, event: Struck) -> Tally:  # noqa: ARG001 - the number is not believed, it is counted
    """Fold one event."""
    return Tally(state.strokes + 1)


def on_struck(recorded: Recorded) -> Iterator[Statement]:
    """The read model: one row a stream."""
    yield (
        """
        insert into tally (client_id, strokes) values ($1, 1)
        on conflict (client_id) do update set strokes = tally.strokes + 1
        """,
        (recorded.event.client_id,),
    )


tally = Decider(decide=decide, evolve=evolve, initial=Tally(), events=(Struck,))
PROJECTIONS: Projections = {Struck: on_struck}


def stream(client_id: UUID) -> str:
    """The stream of a tally."""
    return f"tally-{client_id}"


def engine(projections: Projections) -> Engine:
    """What the store works with."""
    return Engine(Reader(EventTypes([Struck]), PlainCodec()), {"tally": tally}, Effects(projections), Clock())
