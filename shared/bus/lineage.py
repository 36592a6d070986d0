"""Whether the log is the one the stream was filled from: a database restored from a backup knows less than the bus."""

from uuid import UUID

from shared.messages import Event
from shared.store.store import Store


class LogRestored(Event, frozen=True, kw_only=True):
    """The database was restored from a backup; what others had heard after position `after` is lost here.

    It stands in a service's own log, at a position beyond all that were given before, and is never published.
    """

    after: int


class Estranged(Exception):  # noqa: N818 - a state that an operator ends
    """The stream ends with an event that the log does not know: the database was restored, and nobody has said so."""


GOES_ON = """
select case when exists (select from public.event where position = $1 and event_id = $2) then $1
            else (select min(position) from public.event where position > $1 and type = 'LogRestored') end
"""


async def goes_on(store: Store, position: int, event_id: UUID) -> int:
    """Where the log goes on after the stream's last event: there, or where it was taken up after a restore.

    Raises `Estranged` when the event was lost and nobody has said so yet.
    """
    [row] = await store.fetch(GOES_ON, position, event_id)
    if row[0] is None:
        raise Estranged(f"position {position} of the stream is another event here, or none")
    return int(row[0])
