"""What `records` answers about clients: to people over HTTP, to `notify` over the bus."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.records.charts import ChartView, chart_view
from services.records.domain import chart, client, diary
from services.records.domain.consent import Agreements
from services.records.names import Entry
from shared.decider import Unknown
from shared.events.records import OutcomeMeasured, ScreeningRecorded
from shared.questions.question import Question
from shared.questions.records import AskContact, AskScreening, Contact, Screened
from shared.service import Service
from shared.store.store import Store


class ClientView(Struct, frozen=True, kw_only=True):
    """A client's contact details."""

    client_id: UUID
    name: str
    email: str | None
    phone: str | None
    birth_date: date | None
    timezone: str | None
    language: str
    consents: dict[str, bool]


class ClientAgreed(ClientView, frozen=True, kw_only=True):
    """A client's contact details with what was agreed to about each channel, and when; null where it is not known."""

    agreements: Agreements


class ClientList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Clients, and where the next page starts."""

    clients: list[ClientView]
    next_cursor: UUID | None = None


def client_view(client_id: UUID, details: client.Details) -> ClientView:
    """The details as lists show them."""
    return ClientView(client_id=client_id, **_shown(details))


def _shown(details: client.Details) -> dict[str, Any]:
    return {name: getattr(details, name) for name in ClientView.__struct_fields__ if name != "client_id"}


def client_list(entries: Sequence[Entry], limit: int) -> ClientList:
    """A page of clients; `entries` may hold one more than the page, which says that there is another."""
    shown = entries[:limit]
    return ClientList(
        clients=[client_view(entry.client_id, entry.details) for entry in shown],
        next_cursor=shown[-1].client_id if len(entries) > limit else None,
    )


async def one_client(store: Store, client_id: UUID) -> ClientAgreed:
    """One client. Raises `Unknown`, also for an erased one."""
    details = client.present(await store.state(client.stream(client_id))).details
    return ClientAgreed(client_id=client_id, **_shown(details), agreements=details.agreed)


async def whole_chart(store: Store, client_id: UUID) -> ChartView:
    """A client's chart and diary. Raises `Unknown`."""
    born = client.present(await store.state(client.stream(client_id))).details.birth_date
    sessions, exercises = await store.read(chart.stream(client_id)), await store.read(diary.stream(client_id))
    return chart_view(client_id, sessions, exercises, born)


async def screening(store: Store, client_id: UUID, screening_id: UUID) -> ScreeningRecorded:
    """One screening. Raises `Unknown`."""
    client.present(await store.state(client.stream(client_id)))
    for recorded in await store.read(chart.stream(client_id)):
        if isinstance(recorded.event, ScreeningRecorded) and recorded.event.screening_id == screening_id:
            return recorded.event
    raise Unknown("There is no such screening.")


async def outcome(store: Store, client_id: UUID, outcome_id: UUID) -> OutcomeMeasured:
    """One outcome. Raises `Unknown`."""
    client.present(await store.state(client.stream(client_id)))
    for recorded in await store.read(chart.stream(client_id)):
        if isinstance(recorded.event, OutcomeMeasured) and recorded.event.outcome_id == outcome_id:
            return recorded.event
    raise Unknown("There is no such outcome.")


async def answer_contact(service: Service, question: AskContact) -> Contact | None:
    """How to reach a client; nobody when unknown or erased."""
    match await service.store.state(client.stream(question.client_id)):
        case client.Registered(details=details):
            return Contact(
                name=details.name,
                email=details.email,
                phone=details.phone,
                timezone=details.timezone,
                language=details.language,
                consents=details.consents,
            )
    return None


async def answer_screening(service: Service, question: AskScreening) -> Screened | None:
    """The last screening's tender points; none of a client who is unknown or erased."""
    if not isinstance(await service.store.state(client.stream(question.client_id)), client.Registered):
        return None
    chart_so_far = await service.store.read(chart.stream(question.client_id))
    found = [recorded for recorded in chart_so_far if isinstance(recorded.event, ScreeningRecorded)]
    if not found:
        return None
    return Screened(at=found[-1].recorded_at, tender_points=found[-1].event.tender_points)


ANSWERS: dict[type[Question], Callable[[Service, Any], Awaitable[Any]]] = {
    AskContact: answer_contact,
    AskScreening: answer_screening,
}
