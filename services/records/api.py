"""The HTTP routes of `records`, and the handlers about clients."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from services.records import chart_api, sessions_api
from services.records.bodies import (
    Amendment,
    ExerciseGiven,
    OutcomeGiven,
    ScreeningGiven,
    SessionGiven,
    Withdrawal,
)
from services.records.chart_api import OutcomeAnswer, ScreeningAnswer
from services.records.charts import ChartView
from services.records.contact import ContactChanges, NewClient, details_given
from services.records.domain import chart, client
from services.records.domain.consent import Asked
from services.records.queries import ClientAgreed, ClientList, client_list, one_client
from services.records.shredding import forget_key
from shared.clock import day_of
from shared.http.problems import Malformed
from shared.http.routes import STAFF, Call, Missing, Route
from shared.store.unit import Tx
from shared.values import Limit
from shared.vocabulary import Role

PAGE = 200
LONGEST_PAGE = 500
LONGEST_SEARCH = 200
CLINICAL: tuple[Role, ...] = ("owner", "therapist")


class ClientId(Struct, frozen=True, kw_only=True):
    """Whom the answer is about."""

    client_id: UUID


class Search(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Beginnings of names, digits of a phone number, or the beginning of an e-mail address."""

    q: Annotated[str, Meta(max_length=LONGEST_SEARCH)]


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: Limit = PAGE
    cursor: UUID | None = None


async def register(call: Call) -> dict[str, Any]:
    """A new client, with a key of their own."""
    details = client.Details(**_details(call))
    client_id = call.new_id()
    command = client.RegisterClient(client_id=client_id, details=details, asked=asked_today(call))

    async def unit(tx: Tx) -> dict[str, Any]:
        await tx.decide(client.stream(client_id), command)
        tx.execute(
            "insert into public.client_key (client_id, wrapped, wrapping_key_id) values ($1, $2, $3)",
            client_id,
            *call.service.own.sealing.new_key(client_id),
        )
        return {"client_id": client_id}

    return await call.write(unit, streams=[client.stream(client_id)])  # type: ignore[no-any-return]


def asked_today(call: Call) -> Asked:
    """The practice's wording of today, asked by who sends the request."""
    consent = call.service.practice.consent
    return Asked(version=consent.version, wordings=consent.wording, at=call.now, by=call.who.actor)


def _details(call: Call) -> dict[str, Any]:
    practice = call.service.practice
    return details_given(call.body, day_of(call.now, practice.tz), practice.dials_in)


async def change(call: Call) -> dict[str, Any]:
    """Other contact details or consents."""
    client_id = call.path_id("client_id")
    command = client.ChangeDetails(changes=_details(call), asked=asked_today(call))

    async def unit(tx: Tx) -> dict[str, Any]:
        await tx.decide(client.stream(client_id), command)
        return {"client_id": client_id}

    return await call.write(unit, streams=[client.stream(client_id)])  # type: ignore[no-any-return]


async def erase(call: Call) -> dict[str, Any]:
    """Destroy the client's key, and soon after everything an old copy of it could be unwrapped with."""
    client_id = call.path_id("client_id")

    async def unit(tx: Tx) -> dict[str, Any]:
        # Erasing is how the record of a client ends that nobody can restore.
        surely = await tx.damaged(client.stream(client_id))
        erasing = client.ConfirmErasure(client_id=client_id) if surely else client.EraseClient()
        await tx.decide(client.stream(client_id), erasing)
        surely = await tx.damaged(chart.stream(client_id))
        await tx.decide(chart.stream(client_id), chart.EraseChart(client_id=client_id, surely=surely))
        forget_key(tx, client_id)
        return {"client_id": client_id}

    # It reads so that a client registered in the same batch has a row to delete.
    streams = [client.stream(client_id), chart.stream(client_id)]
    ids: dict[str, Any] = await call.write(unit, streams=streams, reads=True)
    call.service.own.names.forget(client_id)
    call.service.own.sweeping.due()
    return ids


async def show(call: Call) -> ClientAgreed:
    """One client's contact details."""
    return await one_client(call.service.store, call.path_id("client_id"))


async def shown_again(call: Call, ids: dict[str, Any]) -> ClientAgreed:
    """The client after a change."""
    return await one_client(call.service.store, UUID(str(ids["client_id"])))


async def listed(call: Call) -> ClientList:
    """All clients, in the order they were registered."""
    limit = min(call.query.limit, LONGEST_PAGE)
    return client_list(await call.service.own.names.all(call.query.cursor, limit + 1), limit)


async def search(call: Call) -> ClientList:
    """Clients found by name, phone or e-mail."""
    asked = call.body.q.strip()
    if not asked:
        raise Malformed("q", "Ask for something: a name, digits of a phone number, an e-mail address.")
    return client_list(await call.service.own.names.find(asked, PAGE), PAGE)


ROUTES: list[Route | Missing] = [
    Route("POST", "/clients", register, STAFF, "Register a client", takes=NewClient, gives=ClientId, status=201),
    Route("GET", "/clients", listed, STAFF, "All clients", query=Page, gives=ClientList),
    Route("POST", "/clients/search", search, STAFF, "Find clients", takes=Search, gives=ClientList),
    Route("GET", "/clients/{client_id}", show, (*STAFF, "client"), "One client", gives=ClientAgreed),
    Route("PATCH", "/clients/{client_id}", change, STAFF, "Change contact details or consents", takes=ContactChanges,
          gives=ClientAgreed, answer=shown_again),
    Route("DELETE", "/clients/{client_id}", erase, ("owner",), "Erase a client", gives=ClientId, status=202),
    Route("POST", "/clients/{client_id}/screenings", chart_api.screen, CLINICAL, "Screen a client",
          takes=ScreeningGiven, gives=ScreeningAnswer, status=201, answer=chart_api.screening_answer),
    Route("POST", "/clients/{client_id}/sessions", sessions_api.record_session, CLINICAL, "Record a session",
          takes=SessionGiven, gives=sessions_api.SessionId, status=201),
    Route("POST", "/sessions/{session_id}/amendments", sessions_api.amend_session, CLINICAL, "Correct a session",
          takes=Amendment, gives=sessions_api.SessionId, status=201),
    Route("POST", "/sessions/{session_id}/withdraw", sessions_api.withdraw_session, CLINICAL,
          "A session did not take place", takes=Withdrawal, gives=sessions_api.SessionId),
    Route("POST", "/clients/{client_id}/exercises", chart_api.log_exercise, (*CLINICAL, "client"),
          "Log exercise at home", takes=ExerciseGiven, gives=chart_api.ExerciseId, status=201),
    Route("POST", "/clients/{client_id}/outcomes", chart_api.measure, CLINICAL, "Measure an outcome",
          takes=OutcomeGiven, gives=OutcomeAnswer, status=201, answer=chart_api.outcome_answer),
    Route("GET", "/clients/{client_id}/chart", chart_api.show_chart, CLINICAL, "A client's chart", gives=ChartView),
    Missing("GET", "/clients/{client_id}/export", "FHIR export"),
]  # fmt: skip
