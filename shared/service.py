"""A service as its `app.py` describes it, and everything that runs it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from shared.bus.ask import ask
from shared.bus.connection import Bus
from shared.bus.hearing import Reactions
from shared.bus.lineage import LogRestored
from shared.clock import Clock
from shared.config import Config, Practice
from shared.decider import Decider
from shared.http.routes import AnyRoute
from shared.loops import Loops
from shared.messages import Command, Event, ReadModelsRebuilt
from shared.migrate import fits
from shared.questions.question import Question
from shared.store.claims import Claims
from shared.store.codec import Codec, EventTypes, PlainCodec, Upcast
from shared.store.effects import Effects
from shared.store.reader import Reader
from shared.store.store import Store
from shared.store.timers import Due, Timers
from shared.store.unit import Projections
from shared.store.work import Engine


@dataclass(frozen=True)
class Amends:
    """What a service puts right after a restore: commands, what the operator must be sure of, what to tell."""

    commands: Sequence[tuple[str, Command]] = ()
    question: str = ""
    told: Sequence[str] = ()


@dataclass(frozen=True)
class Definition:
    """What a service is made of. `hears` maps a producer to the events it publishes.

    `own(service)` opens what only this service has (a keyring, a sender) as `service.own`; `pages` adds handlers
    that are not JSON routes; `amends` says what a restored database lacks; `needs` names the variables this service
    alone cannot serve without.
    """

    name: str
    package: str
    deciders: dict[str, Decider[Any, Any, Any]]
    events: Sequence[type[Event]]
    published: Sequence[type[Event]] = ()
    projections: Projections = field(default_factory=dict)
    reactions: Reactions = field(default_factory=dict)
    hears: Mapping[str, Sequence[type[Event]]] = field(default_factory=dict)
    claims: Claims = field(default_factory=dict)
    timers: Timers = field(default_factory=dict)
    due: Due = field(default_factory=dict)
    upcasters: dict[type[Event], Upcast] = field(default_factory=dict)
    routes: Sequence[AnyRoute] = ()
    answers: Mapping[type[Question], Callable[["Service", Any], Awaitable[Any]]] = field(default_factory=dict)
    own: Callable[["Service"], AbstractAsyncContextManager[Any]] | None = None
    pages: Callable[[web.Application, "Service"], None] | None = None
    codec: Codec | None = None
    amends: Callable[["Service"], Awaitable[Amends]] | None = None
    needs: tuple[str, ...] = ()


class Service:
    """A service at work: what handlers and background tasks reach for."""

    def __init__(self, definition: Definition, config: Config, practice: Practice, clock: Clock) -> None:
        self.definition = definition
        self.name = definition.name
        self.config = config
        self.practice = practice
        self.clock = clock
        self.bus = Bus(definition.name, config.nats, config.nats_monitor)
        self.store = Store(config.database, _engine(definition, clock), partial(fits, definition.package))
        self.loops = Loops()
        self.own: Any = None

    async def ask(self, question: Question) -> Any:
        """Another service's answer, within a second. Raises `Unavailable`."""
        return await ask(self.bus, question)


OF_EVERY_LOG = (LogRestored, ReadModelsRebuilt)
"""What operators' commands write into a service's own log."""


def _engine(definition: Definition, clock: Clock) -> Engine:
    types = EventTypes((*definition.events, *OF_EVERY_LOG), definition.upcasters)
    effects = Effects(definition.projections, definition.claims, definition.timers)
    return Engine(Reader(types, definition.codec or PlainCodec()), definition.deciders, effects, clock)
