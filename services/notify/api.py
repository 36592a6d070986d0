"""The HTTP routes of notify."""

from typing import Any
from uuid import UUID

from services.notify.bodies import PageQuery, PreferencesBody
from services.notify.domain import state
from services.notify.domain.correspondence import SetPreferences
from services.notify.queries import Briefings, Messages, briefings_of, messages_of
from shared.decider import Unknown
from shared.http.routes import Call, Missing, Route
from shared.questions.records import AskContact
from shared.store.unit import Tx


async def show_messages(call: Call) -> Messages:
    """A client's messages; a client nobody knows has none to show."""
    client_id = call.path_id("client_id")
    found = await messages_of(call.service.store, client_id, call.query.size, call.query.cursor)
    if not found.messages:
        await _known(call, client_id)
    return found


async def set_preferences(call: Call) -> dict[str, Any]:
    """A client's wishes replace the earlier ones; reminders still to come are planned anew."""
    client_id, body = call.path_id("client_id"), call.body
    await _known(call, client_id)
    wish = SetPreferences(
        client_id=client_id,
        now=call.now,
        channels=body.channels,
        lead_times=body.lead_times,
        quiet_from=body.quiet.begins if body.quiet else None,
        quiet_to=body.quiet.ends if body.quiet else None,
        language=body.language,
    )

    async def unit(tx: Tx) -> dict[str, Any]:
        await tx.decide(state.stream(client_id), wish)
        return {"client_id": client_id}

    ids: dict[str, Any] = await call.write(unit, streams=[state.stream(client_id)])
    return ids


async def show_briefings(call: Call) -> Briefings:
    """Notes delivered to a therapist."""
    therapist_id = call.path_id("therapist_id")
    return await briefings_of(call.service.store, therapist_id, call.query.size, call.query.cursor)


async def _known(call: Call, client_id: UUID) -> None:
    if await call.service.ask(AskContact(client_id=client_id)) is None:
        raise Unknown("There is no client with this id.")


ROUTES: list[Route | Missing] = [
    Route(
        "GET",
        "/clients/{client_id}/messages",
        show_messages,
        roles=("owner", "front_desk", "client"),
        query=PageQuery,
        gives=Messages,
        summary="What a client was and will be told",
    ),
    Route(
        "PUT",
        "/clients/{client_id}/preferences",
        set_preferences,
        roles=("owner", "front_desk", "client"),
        takes=PreferencesBody,
        gives=dict[str, UUID],
        summary="A client's wishes for messages",
    ),
    Route(
        "GET",
        "/therapists/{therapist_id}/briefings",
        show_briefings,
        roles=("owner", "front_desk", "therapist"),
        query=PageQuery,
        gives=Briefings,
        summary="Notes delivered to a therapist",
    ),
    Missing("POST", "/replies", "A client's answer"),
]
