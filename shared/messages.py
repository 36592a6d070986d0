"""The base of every event and command, and the envelope an event is stored in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]
"""A point in time; a naive datetime is refused by the decoder."""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened, in the past tense. The class name is its type in the store, on the bus, in the logs.

    `gc=False`, here and below: what never changes holds no cycles, and the collector need not look at a whole log.
    """


class Command(Struct, frozen=True, kw_only=True):
    """Something somebody asks for, in the imperative. Ids and the time are already in it."""


class Redacted(Event, frozen=True, kw_only=True):
    """What is left of a sealed event once the client's key has been destroyed."""

    type: str


class Unreadable(Event, frozen=True, kw_only=True):
    """In place of a stored event that is damaged, where the others matter. `type` is that of the row."""

    type: str


class ReadModelsRebuilt(Event, frozen=True, kw_only=True):
    """The rows of all read models were made again. It stands in a service's own log and is never published.

    The log ends elsewhere by it: who was about to change rows that are gone decides again and meets the new ones.
    """


class Cause(Struct, frozen=True, kw_only=True, gc=False):
    """Who is behind a change and what led to it: `actor` is `<role>:<id>` or the service's name."""

    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None


class Recorded(Struct, frozen=True, kw_only=True, gc=False):
    """An event with its envelope, as the store and the bus hand it out."""

    position: int
    stream: str
    version: int
    event_id: UUID
    event: Any
    client_id: UUID | None
    cause: Cause
    recorded_at: Instant

    @property
    def type(self) -> str:
        """The event's class name."""
        return self.event.type if isinstance(self.event, (Redacted, Unreadable)) else type(self.event).__name__


def category(stream: str) -> str:
    """`itinerary-<client>` belongs to the category `itinerary`."""
    return stream.partition("-")[0]
