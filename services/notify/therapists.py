"""A therapist's turn: the notes that are due."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from services.notify import writing
from services.notify.domain.briefing import RecordDelivered
from services.notify.domain.delivery import ReportFailure, StartSending, Withdraw
from services.notify.domain.message import Message
from services.notify.domain.notes import Briefing, Note, stream
from services.notify.sending import Desk
from services.notify.words import Voice
from shared.messages import Command
from shared.questions.protocol import AskNote
from shared.questions.records import AskContact, Contact
from shared.questions.scheduling import AskVisits, VisitFacts
from shared.store.reader import Damaged


async def send_due(desk: Desk, therapist_id: UUID) -> None:
    """Send the therapist's due notes."""
    state: Briefing = await desk.service.store.state(stream(therapist_id))
    for note in state.notes.values():
        message = state.messages[note.message_id]
        if message.status == "due":
            with suppress(Damaged):  # a client who cannot be read keeps no other client's note from the therapist
                async with desk.making(stream(therapist_id), message):
                    await _send(desk, therapist_id, note, message)


async def _send(desk: Desk, therapist_id: UUID, note: Note, message: Message) -> None:
    assert message.appointment_id is not None  # noqa: S101 - a note is for a visit
    visits: list[VisitFacts] = await desk.service.ask(AskVisits(appointment_ids=[message.appointment_id]))
    contact: Contact | None = await desk.service.ask(AskContact(client_id=note.client_id))
    found: dict[str, Any] | None = await desk.service.ask(AskNote(course_id=note.course_id))
    visit = next(iter(visits), None)
    if reason := _objection(desk, therapist_id, note, visit, found):
        await desk.put(stream(therapist_id), Withdraw(message_ids=(message.message_id,), reason=reason))
    elif contact is None:
        await desk.put(stream(therapist_id), Withdraw(message_ids=(message.message_id,), reason="erased"))
    elif visit and found:
        await _hand_over(desk, message, visit, contact, found)


def _objection(
    desk: Desk, therapist_id: UUID, note: Note, visit: VisitFacts | None, found: dict[str, Any] | None
) -> str | None:
    """Why the note is not sent, as a code."""
    if visit is None or visit.status not in ("booked", "arrived"):
        return visit.status if visit else "unknown_visit"
    if visit.therapist_id != therapist_id or visit.starts_at != note.starts_at:
        return "moved"
    if desk.service.clock.now() >= visit.starts_at:
        return "past"
    if found is None:
        return "no_note"
    return "unchanged" if found.get("digest") == note.digest else None


async def _hand_over(desk: Desk, message: Message, visit: VisitFacts, contact: Contact, found: dict[str, Any]) -> None:
    therapist_id, now = visit.therapist_id, desk.service.clock.now()
    if not visit.therapist_email:
        no_address: Command = ReportFailure(
            message_id=message.message_id, error="no_address", outcome="refused", now=now
        )
        await desk.put(stream(therapist_id), no_address)
        return
    voice = Voice(practice=desk.service.practice, zone=desk.service.practice.tz, now=now)
    digest = str(found.get("digest", ""))
    await desk.send(
        stream(therapist_id),
        StartSending(message_id=message.message_id, now=now),
        writing.note(visit, contact, found, voice),
        name=visit.therapist_name,
        address=visit.therapist_email,
        delivered=RecordDelivered(therapist_id=therapist_id, message_id=message.message_id, digest=digest),
    )
