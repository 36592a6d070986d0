"""A client's turn: plan the reminders of new visits, send what is due."""

from collections.abc import Iterable
from uuid import UUID

from services.notify import writing
from services.notify.checks import Situation, objection, telling, zone_of
from services.notify.domain import delivery
from services.notify.domain.correspondence import RecordSent
from services.notify.domain.delivery import StartSending
from services.notify.domain.message import Message
from services.notify.domain.planning import PlanReminders
from services.notify.domain.state import Correspondence, stream
from services.notify.sending import Desk
from shared.questions.records import AskContact, Contact
from shared.questions.scheduling import AskVisits, VisitFacts


async def plan(desk: Desk, client_id: UUID) -> None:
    """Ask where the client lives and plan the reminders of the visits noted since (domain.md §3.8, rule 2)."""
    contact: Contact | None = await desk.service.ask(AskContact(client_id=client_id))
    zone = zone_of(contact, desk.policy)
    now = desk.service.clock.now()
    await desk.put(stream(client_id), PlanReminders(client_id=client_id, zone=zone, now=now), look=desk.warn_of)


async def send_due(desk: Desk, client_id: UUID) -> None:
    """Send the client's due messages."""
    state: Correspondence = await desk.service.store.state(stream(client_id))
    due = [message for message in state.messages.values() if message.status == "due"]
    at = await _situation(desk, client_id, state, due)
    willing = []
    for message in due:
        async with desk.making(stream(client_id), message):
            if command := objection(message, at):
                await desk.put(stream(client_id), command)
            else:
                willing.append(message)
    for message, covered in delivery.together(willing, at.now, desk.policy.merge):
        async with desk.making(stream(client_id), message):
            await _send(desk, message, covered, at)


async def _situation(desk: Desk, client_id: UUID, state: Correspondence, due: Iterable[Message]) -> Situation:
    contact: Contact | None = await desk.service.ask(AskContact(client_id=client_id))
    ids = {key for message in due for key in _visits_of(message, state)}
    facts: list[VisitFacts] = []
    if ids:
        facts = await desk.service.ask(AskVisits(appointment_ids=sorted(ids)))
    return Situation(
        policy=desk.policy,
        state=state,
        contact=contact,
        facts={fact.appointment_id: fact for fact in facts},
        now=desk.service.clock.now(),
    )


def _visits_of(message: Message, state: Correspondence) -> list[UUID]:
    said = state.contents.get(message.message_id, {})
    own = [message.appointment_id] if message.appointment_id else []
    return [*own, *message.covers, *(key for key, change in said.items() if change.of_visit)]


async def _send(desk: Desk, message: Message, covered: list[Message], at: Situation) -> None:
    covers = {*message.covers, *(one.appointment_id for one in covered if one.appointment_id)}
    write = writing.reminder if message.lead else writing.letter
    mail = write(message, covers, at, desk.service.practice)
    said = at.state.contents.get(message.message_id)
    spoken_of = {change.about for change in telling(said, at.facts, at.now) if change.of_visit} if said else set()
    own = {message.appointment_id} if message.appointment_id else set()
    assert at.contact is not None  # noqa: S101 - else there was an objection
    assert at.contact.email  # noqa: S101 - as above
    await desk.send(
        stream(message.client_id),
        StartSending(
            message_id=message.message_id, now=at.now, seen=said, covers=tuple(one.message_id for one in covered)
        ),
        mail,
        name=at.contact.name,
        address=at.contact.email,
        delivered=RecordSent(message_id=message.message_id, appointment_ids=tuple(sorted(own | spoken_of | covers))),
    )
