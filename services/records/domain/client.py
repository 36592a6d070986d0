"""One client: who they are and how to reach them, until they are erased."""

from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.records.domain.events import SealedEvent
from shared.decider import Decider, Unknown
from shared.events.records import ClientErased, ClientRegistered
from shared.messages import Command


def stream(client_id: UUID) -> str:
    """The stream of a client."""
    return f"client-{client_id}"


class Details(Struct, frozen=True, kw_only=True):
    """Contact details as they stand. `phone` is E.164, `timezone` an IANA name; no consent means not asked."""

    name: str
    email: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    timezone: str | None = None
    language: str = "en"
    consents: dict[str, bool] = {}


# Events


class DetailsRecorded(SealedEvent, frozen=True, kw_only=True):
    """The client's details, all of them, as they stand from now on."""

    details: Details


ClientEvent = ClientRegistered | DetailsRecorded | ClientErased

# State


class Unregistered(Struct, frozen=True):
    """Nobody yet."""


class Registered(Struct, frozen=True):
    """A client of the practice."""

    client_id: UUID
    details: Details


class Erased(Struct, frozen=True):
    """Was a client; what is left is the id."""


Client = Unregistered | Registered | Erased


def evolve(state: Client, event: ClientEvent) -> Client:
    """Fold one event."""
    match event:
        case ClientRegistered():
            return state
        case DetailsRecorded():
            return Registered(event.client_id, event.details)
        case ClientErased():
            return Erased()
    assert_never(event)


# Commands


class RegisterClient(Command, frozen=True, kw_only=True):
    """A person becomes a client."""

    client_id: UUID
    details: Details


class ChangeDetails(Command, frozen=True, kw_only=True):
    """New values of some details. Consents are given by channel; those not named stay as they were."""

    changes: dict[str, Any]


class EraseClient(Command, frozen=True, kw_only=True):
    """Forget the person. Asked twice it is done once."""


class ConfirmErasure(Command, frozen=True, kw_only=True):
    """The client's key is gone: they were erased after the backup that the database was restored from."""

    client_id: UUID


ClientCommand = RegisterClient | ChangeDetails | EraseClient | ConfirmErasure


def decide(command: ClientCommand, state: Client) -> list[ClientEvent]:
    """What follows from a command; raises `Unknown` where there is no such client."""
    match command, state:
        case RegisterClient(), Unregistered():
            recorded = DetailsRecorded(client_id=command.client_id, details=command.details)
            return [ClientRegistered(client_id=command.client_id), recorded]
        case RegisterClient(), _:
            return []
        case ChangeDetails(), Registered():
            return _changed(state, command.changes)
        case ConfirmErasure(), Unregistered() | Registered():  # nothing sealed can be read, so nobody is known
            return [ClientErased(client_id=command.client_id)]
        case EraseClient(), Registered():
            return [ClientErased(client_id=state.client_id)]
        case EraseClient() | ConfirmErasure(), Erased():
            return []
    raise Unknown("There is no such client.")


def _changed(state: Registered, changes: dict[str, Any]) -> list[ClientEvent]:
    if consents := changes.get("consents"):
        changes = changes | {"consents": state.details.consents | consents}
    details = replace(state.details, **changes)
    return [] if details == state.details else [DetailsRecorded(client_id=state.client_id, details=details)]


def present(state: Client) -> Registered:
    """The client, if there is one; raises `Unknown` for an id nobody has or that was erased."""
    if isinstance(state, Registered):
        return state
    raise Unknown("There is no such client.")


decider: Decider[ClientCommand, ClientEvent, Client] = Decider(
    decide=decide, evolve=evolve, initial=Unregistered(), events=get_args(ClientEvent)
)
