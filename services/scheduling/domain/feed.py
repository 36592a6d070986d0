"""A calendar feed: who may read it by which key. Only a hash of the key is ever stored."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.decider import Decider
from shared.messages import Command, Event

FeedKind = Literal["therapist", "client"]


def stream(owner_id: UUID) -> str:
    """The stream of the feed of one therapist or client."""
    return f"feed-{owner_id}"


class FeedKeyMade(Event, frozen=True, kw_only=True):
    """Whoever has the key with this SHA-256 may read the feed; a key made before may not any more."""

    owner_id: UUID
    kind: FeedKind
    key_hash: str


class FeedKeyRevoked(Event, frozen=True, kw_only=True):
    """Nobody may read the feed."""

    owner_id: UUID


class Feed(Struct, frozen=True, kw_only=True):
    """What the decisions need."""

    key_hash: str | None = None


class MakeFeedKey(Command, frozen=True, kw_only=True):
    """Let the feed be read by a new key."""

    owner_id: UUID
    kind: FeedKind
    key_hash: str


class RevokeFeedKey(Command, frozen=True, kw_only=True):
    """Let the feed be read by nobody."""

    owner_id: UUID


def evolve(_state: Feed, event: FeedKeyMade | FeedKeyRevoked) -> Feed:
    """Fold one event into the state."""
    return Feed(key_hash=event.key_hash if isinstance(event, FeedKeyMade) else None)


def decide(command: MakeFeedKey | RevokeFeedKey, state: Feed) -> list[FeedKeyMade | FeedKeyRevoked]:
    """A new key takes the place of the old one; revoking where there is none changes nothing."""
    if isinstance(command, MakeFeedKey):
        return [FeedKeyMade(owner_id=command.owner_id, kind=command.kind, key_hash=command.key_hash)]
    return [FeedKeyRevoked(owner_id=command.owner_id)] if state.key_hash else []


decider: Decider[MakeFeedKey | RevokeFeedKey, FeedKeyMade | FeedKeyRevoked, Feed] = Decider(
    decide=decide, evolve=evolve, initial=Feed(), events=(FeedKeyMade, FeedKeyRevoked)
)
