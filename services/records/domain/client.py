"""One client: who they are and how to reach them, until they are erased."""

from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.records.domain.consent import Agreements, Asked, answered, as_known
from services.records.domain.events import SealedEvent
from shared.decider import Decider, Unknown
from shared.events.records import ClientErased, ClientRegistered
from shared.messages import Command


def stream(client_id: UUID) -> str:
    """The stream of a client."""
    return f"client-{client_id}"


class Details(Struct, frozen=True, kw_only=True):
    """Contact details as they stand. `phone` is E.164, `timezone` an IANA name.

    A consent that is not here was never given. `agreements` say what each answers, since wordings are kept.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    timezone: str | None = None
    language: str = "en"
    consents: dict[str, bool] = {}
    agreements: Agreements = {}

    @property
    def agreed(self) -> Agreements:
        """What was said about each channel, also where the wording is not known."""
        return as_known(self.consents, self.agreements)


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
    """A person becomes a client; `asked` is the wording that their consents answer."""

    client_id: UUID
    details: Details
    asked: Asked | None = None


class ChangeDetails(Command, frozen=True, kw_only=True):
    """New values of some details. Consents are given by channel; those not named stay, an empty dict clears all."""

    changes: dict[str, Any]
    asked: Asked | None = None


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
            details = _consented(command.details, {}, command.details.consents, command.asked)
            recorded = DetailsRecorded(client_id=command.client_id, details=details)
            return [ClientRegistered(client_id=command.client_id), recorded]
        case RegisterClient(), _:
            return []
        case ChangeDetails(), Registered():
            return _changed(state, command)
        case ConfirmErasure(), Unregistered() | Registered():  # nothing sealed can be read, so nobody is known
            return [ClientErased(client_id=command.client_id)]
        case EraseClient(), Registered():
            return [ClientErased(client_id=state.client_id)]
        case EraseClient() | ConfirmErasure(), Erased():
            return []
    raise Unknown("There is no such client.")


def _changed(state: Registered, command: ChangeDetails) -> list[ClientEvent]:
    before, changes = state.details, dict(command.changes)
    said: dict[str, bool] | None = changes.pop("consents", None)
    details = replace(before, **changes)
    if said is not None:
        details = replace(details, consents=before.consents | said if said else {})
        withdrawn = {channel: False for channel, one in before.agreed.items() if one.given}
        details = _consented(details, before.agreed, said or withdrawn, command.asked)
    return [] if details == before else [DetailsRecorded(client_id=state.client_id, details=details)]


def _consented(details: Details, before: Agreements, said: dict[str, bool], asked: Asked | None) -> Details:
    return replace(details, agreements=answered(before, said, asked, details.language))


def present(state: Client) -> Registered:
    """The client, if there is one; raises `Unknown` for an id nobody has or that was erased."""
    if isinstance(state, Registered):
        return state
    raise Unknown("There is no such client.")


decider: Decider[ClientCommand, ClientEvent, Client] = Decider(
    decide=decide, evolve=evolve, initial=Unregistered(), events=get_args(ClientEvent), anew=(ClientErased,)
)
