"""What was ever in force, kept for good: versions of definitions, and a practice's own values.

A running course keeps the version it started with, and a note can be made again as it was.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from services.protocol.domain.parsing import parse
from shared.decider import Decider, refuse
from shared.messages import Command, Event

STREAM = "shelf-00000000-0000-0000-0000-000000000001"
"""All of it is in one stream: at the start it is read whole."""


class ProtocolAdopted(Event, frozen=True, kw_only=True):
    """A version of a definition came into force; `text` is its file."""

    protocol: str
    version: int
    text: str


class SettingsAdopted(Event, frozen=True, kw_only=True):
    """A practice's own values for a protocol came into force, as `written` gives them."""

    protocol: str
    values: str


class AdoptProtocol(Command, frozen=True, kw_only=True):
    """A file with this version of a definition is there at the start."""

    protocol: str
    version: int
    text: str


class AdoptSettings(Command, frozen=True, kw_only=True):
    """`practice.toml` has these values for a protocol at the start."""

    protocol: str
    values: str


class Adopted(Struct, frozen=True):
    """Files by protocol and version, and all values there ever were, by protocol."""

    texts: dict[tuple[str, int], str] = {}
    values: frozenset[tuple[str, str]] = frozenset()


def written(values: Mapping[str, Any]) -> str:
    """A practice's own values as JSON, always in the same order."""
    return msgspec.json.encode(values, order="deterministic").decode()


def short(values: str) -> str:
    """A digest of the values, by which a note names them; empty where the practice has none of its own."""
    return "" if values == written({}) else hashlib.sha256(values.encode()).hexdigest()[:12]


def decide(command: AdoptProtocol | AdoptSettings, state: Adopted) -> list[Event]:
    """What is in force already is nothing new."""
    if isinstance(command, AdoptProtocol):
        return _adopt(command, state)
    known = short(command.values) == "" or (command.protocol, command.values) in state.values
    return [] if known else [SettingsAdopted(protocol=command.protocol, values=command.values)]


def _adopt(command: AdoptProtocol, state: Adopted) -> list[Event]:
    """Another content under the same number is refused: courses may follow the first."""
    known = state.texts.get((command.protocol, command.version))
    if known is None:
        return [ProtocolAdopted(protocol=command.protocol, version=command.version, text=command.text)]
    if known != command.text and parse(known.encode(), {}) != parse(command.text.encode(), {}):
        raise refuse(
            "version_taken",
            f"{command.protocol} says version {command.version}, but another content is in force under that number. "
            f"Courses may follow it. Give the changed file the version {_next(command.protocol, state)}.",
        )
    return []


def _next(protocol: str, state: Adopted) -> int:
    return 1 + max(version for name, version in state.texts if name == protocol)


def evolve(state: Adopted, event: Event) -> Adopted:
    """Everything there ever was."""
    match event:
        case ProtocolAdopted(protocol=protocol, version=version, text=text):
            return Adopted({**state.texts, (protocol, version): text}, state.values)
        case SettingsAdopted(protocol=protocol, values=values):
            return Adopted(state.texts, state.values | {(protocol, values)})
    return state


EVENTS: tuple[type[Event], ...] = (ProtocolAdopted, SettingsAdopted)
decider: Decider[AdoptProtocol | AdoptSettings, Event, Adopted] = Decider(
    decide=decide, evolve=evolve, initial=Adopted(), events=EVENTS
)
