"""Versions of definitions that were ever in force, kept for good: a running course keeps the one it started with."""

from collections.abc import Mapping

from services.protocol.domain.parsing import parse
from shared.decider import Decider, refuse
from shared.messages import Command, Event

STREAM = "shelf-00000000-0000-0000-0000-000000000001"
"""All adopted versions are in one stream: at the start it is read whole."""
Adopted = Mapping[tuple[str, int], str]


class ProtocolAdopted(Event, frozen=True, kw_only=True):
    """A version of a definition came into force; `text` is its file."""

    protocol: str
    version: int
    text: str


class AdoptProtocol(Command, frozen=True, kw_only=True):
    """A file with this version of a definition is there at the start."""

    protocol: str
    version: int
    text: str


def decide(command: AdoptProtocol, state: Adopted) -> list[Event]:
    """The same content again is nothing new; another under the same number is refused: courses may follow the first."""
    known = state.get((command.protocol, command.version))
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
    return 1 + max(version for name, version in state if name == protocol)


def evolve(state: Adopted, event: Event) -> Adopted:
    """Every version there was."""
    if not isinstance(event, ProtocolAdopted):
        return state
    return {**state, (event.protocol, event.version): event.text}


EVENTS: tuple[type[Event], ...] = (ProtocolAdopted,)
decider: Decider[AdoptProtocol, Event, Adopted] = Decider(decide=decide, evolve=evolve, initial={}, events=EVENTS)
