"""What the pages read from `records`: who a client is."""

from uuid import UUID

from msgspec import Struct


class Client(Struct, frozen=True, kw_only=True):
    """A client's contact data."""

    client_id: UUID
    name: str
    email: str | None = None
    phone: str | None = None
    timezone: str | None = None
    language: str | None = None


class Clients(Struct, frozen=True, kw_only=True):
    """A list of clients."""

    clients: list[Client]
    next_cursor: str | None = None
