"""What a service makes of another's events: commands of its own, decided in the same transaction as the checkpoint."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import structlog

from shared import metrics
from shared.bus.envelope import Heard
from shared.messages import Cause, Command, Event, Recorded
from shared.store.unit import Tx

log = structlog.get_logger()

Found = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class React:
    """`then(heard, found)` gives `(stream, command)` pairs; `find(heard)` a query whose rows are `found`."""

    then: Callable[[Recorded, Found], Iterable[tuple[str, Command]]]
    find: Callable[[Recorded], tuple[str, tuple[object, ...]]] | None = None


Reactions = dict[type[Event], React]


class Gap(Exception):  # noqa: N818 - a reason to start the consumer again
    """An event before this one has not been heard."""


class UnknownType(Exception):  # noqa: N818 - a reason to wait for an update
    """The producer is newer than this service."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(heard.event_type)
        self.heard = heard


PASSED_OVER = "passed_over"
"""The code of an event that somebody decided to go on without."""


@dataclass
class Aside:
    """Whether events of the service may be parked: then the table tells whose events have to wait."""

    any: bool = True


class Hearing:
    """Applies events of one producer, each exactly once: the checkpoint moves in the transaction of the effects.

    `position` is where the checkpoint stands, as far as this replica knows; another replica's is met when it moves.
    """

    def __init__(
        self,
        service: str,
        producer: str,
        published: Sequence[type[Event]],
        reactions: Reactions,
        aside: Aside | None = None,
    ) -> None:
        self.producer = producer
        self.position = 0
        self._aside = aside or Aside()
        self._service = service
        self._classes = {cls.__name__: cls for cls in published}
        self._reactions = reactions

    def known(self, batch: Sequence[Heard]) -> tuple[list[Heard], Heard | None]:
        """What comes before the first new event of a type that is not known here, and that event."""
        for n, heard in enumerate(batch):
            if heard.position > self.position and heard.event_type not in self._classes:
                return list(batch[:n]), heard
        return list(batch), None

    def in_order(self, batch: Sequence[Heard]) -> Iterator[Heard]:
        """The batch without what claims that something came before it which did not: the stream goes on behind it.

        Where it does not go on, something is missing, which `apply` finds out.
        """
        at = self.position
        for n, heard in enumerate(batch):
            if heard.previous > at and any(_goes_on(at, heard, later) for later in batch[n + 1 :]):
                malformed(heard.producer, heard.sequence, "previous")
                continue
            at = max(at, heard.position)
            yield heard

    def pieces(self, batch: Sequence[Heard]) -> Iterator[list[Heard]]:
        """The batch cut before each event that looks something up: what it finds includes all that came before it."""
        piece: list[Heard] = []
        for heard in batch:
            if piece and self._looks_up(heard):
                yield piece
                piece = []
            piece.append(heard)
        if piece:
            yield piece

    def reads(self, piece: Sequence[Heard]) -> bool:
        """Whether this piece can only be applied with a look into the tables."""
        return self._aside.any or self._looks_up(piece[0])

    def _looks_up(self, heard: Heard) -> bool:
        cls = self._classes.get(heard.event_type)
        reaction = self._reactions.get(cls) if cls else None
        return reaction is not None and reaction.find is not None

    def streams(self, batch: Sequence[Heard]) -> tuple[str, ...]:
        """The streams the batch will touch as far as that can be told beforehand, to be loaded in one round trip."""
        found: list[str] = []
        for heard in batch:
            with suppress(Exception):  # what fails here fails again when it is applied, and is parked there
                found += self._streams(heard)
        return tuple(found)

    def _streams(self, heard: Heard) -> list[str]:
        cls = self._classes.get(heard.event_type)
        reaction = self._reactions.get(cls) if cls else None
        if cls is None or reaction is None or reaction.find:
            return []
        return [stream for stream, _ in reaction.then(heard.recorded(cls), ())]

    async def apply(self, tx: Tx, batch: Sequence[Heard]) -> int:
        """Apply what is new of the batch; gives the position reached. One that fails is parked, with its followers."""
        position, waiting = self.position, await self._waiting(tx)
        for heard in batch:
            if heard.position <= position:
                continue
            if heard.previous > position:
                raise Gap(f"{self.producer}: {heard.previous} was not heard")
            if heard.client_id in waiting:
                self.park(tx, heard, "waits_behind_another")
            elif not await self._handled(tx, heard):
                waiting |= {heard.client_id} - {None}
            position = heard.position
        tx.heard(self.producer, self.position, position)
        return position

    async def pass_over(self, tx: Tx, heard: Heard, error: str) -> int:
        """Park an event that the database would not take; gives the position reached."""
        self.park(tx, heard, error)
        tx.heard(self.producer, self.position, heard.position)
        return heard.position

    def park(self, tx: Tx, heard: Heard, error: str) -> None:
        """Keep the event aside until somebody has mended what it failed on."""
        self._aside.any = True
        headers, data = msgspec.json.encode(heard.headers), heard.data
        if error == UNFIT:
            data = msgspec.json.encode({"base64": base64.b64encode(data).decode()})
        tx.execute(PARK, heard.producer, heard.position, heard.client_id, heard.event_type, error, headers, data)

    async def _waiting(self, tx: Tx) -> set[UUID | None]:
        """Clients of whom an event is parked."""
        if not self._aside.any:
            return set()
        rows = await tx.fetch("select distinct client_id from public.parked")
        self._aside.any = bool(rows)
        return {row["client_id"] for row in rows} - {None}

    async def _handled(self, tx: Tx, heard: Heard) -> bool:
        try:
            with tx.attempt():
                await self.react(tx, heard)
        except (OSError, EOFError):
            raise
        except Exception as error:
            if type(error).__module__.startswith("asyncpg"):
                raise
            log.exception("event_parked", **heard.names())
            self.park(tx, heard, code_of(error))
            return False
        return True

    async def react(self, tx: Tx, heard: Heard) -> None:
        """Put the commands that follow from the event to their deciders."""
        cls = self._classes.get(heard.event_type)
        if cls is None:
            raise UnknownType(heard)
        reaction = self._reactions.get(cls)
        if reaction is None:
            return
        recorded = heard.recorded(cls)
        cause = Cause(actor=self._service, correlation_id=recorded.cause.correlation_id, causation_id=recorded.event_id)
        found = await _find(tx, reaction, recorded)
        for stream, command in reaction.then(recorded, found):
            await tx.decide(stream, command, cause=cause)


PARK = """
insert into public.parked (producer, position, client_id, type, error, headers, data, parked_at)
values ($1, $2, $3, $4, $5, $6, $7, now())
on conflict (producer, position) do update
   set client_id = excluded.client_id, type = excluded.type, error = excluded.error,
       headers = excluded.headers, data = excluded.data, parked_at = excluded.parked_at
"""
UNFIT = "unfit"
"""The code of an event that PostgreSQL cannot keep as JSON."""


def malformed(producer: str, sequence: int, reason: str) -> None:
    """Tell of a message that is no event: nobody waits for it."""
    log.error("message_malformed", producer=producer, sequence=sequence, reason=reason)
    metrics.messages_malformed.labels(producer).inc()


def _goes_on(at: int, odd: Heard, later: Heard) -> bool:
    """Whether a message that stands later in the stream goes on from a position, as if the odd one were not there."""
    return later.sequence > odd.sequence and later.previous <= at < later.position


def code_of(error: Exception) -> str:
    """The error's class, and the rule of a refusal; never its text, which may hold values."""
    rule = getattr(error, "rule", None)
    return f"{type(error).__name__}:{rule}" if rule else type(error).__name__


async def _find(tx: Tx, reaction: React, recorded: Recorded) -> Found:
    if reaction.find is None:
        return ()
    sql, args = reaction.find(recorded)
    return await tx.fetch(sql, *args)
