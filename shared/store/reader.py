"""Reading the log: rows to recorded events."""

from collections.abc import Sequence

import asyncpg

from shared.messages import Cause, Recorded
from shared.store.codec import Codec, EventTypes

LONGEST = 1_000_000
"""No stream is longer; a limit makes the planner take the index, also before it has statistics of the table."""
COLUMNS = "position, stream, version, event_id, type, data, client_id, actor, correlation_id, causation_id, recorded_at"


class Reader:
    """Turns rows of the log into events, whatever their age."""

    def __init__(self, types: EventTypes, codec: Codec) -> None:
        self.types = types
        self.codec = codec
        self._sealed = {name for name, cls in types.by_name.items() if codec.seals(cls)}

    async def decode(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[Recorded]:
        """Events of these rows, in their order. An unknown type is an error: history must stay readable."""
        sealed = {row["client_id"] for row in rows if row["type"] in self._sealed} if self._sealed else set()
        await self.codec.prepare(connection, sealed)
        return [self._recorded(row) for row in rows]

    def _recorded(self, row: asyncpg.Record) -> Recorded:
        position, stream, version, event_id, name, data, client_id, actor, correlation, causation, recorded_at = row
        event = self.codec.decode(data, self.types.by_name[name], stream, version, client_id)
        return Recorded(
            position=position,
            stream=stream,
            version=version,
            event_id=event_id,
            event=self.types.current(event) if self.types.upcasters else event,
            client_id=client_id,
            cause=Cause(actor=actor, correlation_id=correlation, causation_id=causation),
            recorded_at=recorded_at,
        )

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
