"""Reading the log: rows to recorded events. One that is damaged is named in the log, and stops only its own stream."""

from collections.abc import Sequence

import asyncpg
import structlog

from shared import metrics
from shared.messages import Cause, Event, Recorded, Unreadable
from shared.store.codec import Codec, EventTypes

log = structlog.get_logger()

LONGEST = 1_000_000
"""No stream is longer; a limit makes the planner take the index, also before it has statistics of the table."""
COLUMNS = "position, stream, version, event_id, type, data, client_id, actor, correlation_id, causation_id, recorded_at"


class Damaged(Exception):  # noqa: N818 - an answer (409): waiting does not mend it
    """What is stored about something cannot be read: a row was damaged, or changed by hand. `where` holds no data."""

    def __init__(self, where: str) -> None:
        super().__init__(f"What is stored about this is damaged ({where}). Have it restored from a backup.")


class Reader:
    """Turns rows of the log into events, whatever their age."""

    def __init__(self, types: EventTypes, codec: Codec) -> None:
        self.types = types
        self.codec = codec
        self._sealed = {name for name, cls in types.by_name.items() if codec.seals(cls)}
        self._told: set[int] = set()

    async def decode(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[Recorded]:
        """Events of these rows, in their order; `Unreadable` for what is damaged or of a type unknown here."""
        sealed = {row["client_id"] for row in rows if row["type"] in self._sealed} if self._sealed else set()
        await self.codec.prepare(connection, sealed)
        return [self._recorded(row) for row in rows]

    def _recorded(self, row: asyncpg.Record) -> Recorded:
        position, stream, version, event_id, name, data, client_id, actor, correlation, causation, recorded_at = row
        try:
            event = self.codec.decode(data, self.types.by_name[name], stream, version, client_id)
            event = self.types.current(event) if self.types.upcasters else event
            self._told.discard(position)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this row, the others can be read
            event = self._damaged(name, stream, position, error)
        return Recorded(
            position=position,
            stream=stream,
            version=version,
            event_id=event_id,
            event=event,
            client_id=client_id,
            cause=Cause(actor=actor, correlation_id=correlation, causation_id=causation),
            recorded_at=recorded_at,
        )

    def _damaged(self, name: str, stream: str, position: int, error: Exception) -> Event:
        """Say once which row it is; what it holds is never said."""
        metrics.events_damaged.inc()
        if position not in self._told:
            self._told.add(position)
            log.error("record_damaged", stream=stream, position=position, type=name, error=type(error).__name__)
        return Unreadable(type=name)

    async def newer(self, connection: asyncpg.Connection, known: dict[str, int]) -> list[Recorded]:
        """Events of these streams after the version known of each, in order."""
        rows = await connection.fetch(
            f"""
            select found.* from unnest($1::text[], $2::int[]) as known(name, seen)
             cross join lateral (select {COLUMNS} from public.event
                                  where stream = known.name and version > known.seen
                                  order by version limit {LONGEST}) as found
             order by found.stream, found.version
            """,
            list(known),
            list(known.values()),
        )
        return await self.decode(connection, rows)
