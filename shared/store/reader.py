"""Reading the log: rows to recorded events."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.messages import Cause, Recorded
from shared.store.codec import Codec, EventTypes

COLUMNS = "position, stream, version, event_id, type, data, client_id, actor, correlation_id, causation_id, recorded_at"


class Reader:
    """Turns rows of the log into events, whatever their age."""

    def __init__(self, types: EventTypes, codec: Codec) -> None:
        self.types = types
        self.codec = codec

    async def decode(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[Recorded]:
        """Events of these rows, in their order. An unknown type is an error: history must stay readable."""
        await self.codec.prepare(connection, {row["client_id"] for row in rows if row["client_id"]})
        return [self._recorded(row) for row in rows]

    def _recorded(self, row: asyncpg.Record) -> Recorded:
        event = self.codec.decode(
            row["data"],
            self.types.by_name[row["type"]],
            stream=row["stream"],
            version=row["version"],
            client_id=row["client_id"],
        )
        return Recorded(
            position=row["position"],
            stream=row["stream"],
            version=row["version"],
            event_id=UUID(int=row["event_id"].int),
            event=self.types.current(event),
            client_id=row["client_id"],
            cause=Cause(actor=row["actor"], correlation_id=row["correlation_id"], causation_id=row["causation_id"]),
            recorded_at=row["recorded_at"],
        )

    async def newer(self, connection: asyncpg.Connection, known: dict[str, int]) -> list[Recorded]:
        """Events of these streams after the version known of each, in order."""
        rows = await connection.fetch(
            f"""
            select {COLUMNS} from unnest($1::text[], $2::int[]) as known(name, seen)
              join public.event on stream = known.name and version > known.seen
             order by stream, version
            """,
            list(known),
            list(known.values()),
        )
        return await self.decode(connection, rows)
