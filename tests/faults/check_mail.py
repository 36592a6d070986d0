"""Every message sent lies in the mail folder once; every reminder that fell due went out; nothing else did."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from services.notify.app import policy_of
from services.notify.domain.due import Policy, quiet, reminder_at
from services.notify.domain.message import Message
from services.notify.domain.state import reminder_id
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentFulfilled,
    AppointmentMissed,
    AppointmentMoved,
    ClientArrived,
)
from shared.messages import Recorded
from tests.faults.evidence import Evidence
from tests.faults.journal import Away

CHANGING = (
    AppointmentBooked,
    AppointmentMoved,
    AppointmentCancelled,
    AppointmentFulfilled,
    AppointmentMissed,
    ClientArrived,
)


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about letters."""
    messages = _messages(evidence)
    for message in messages.values():
        yield from _letters(message, evidence.mails[message.message_id])
        yield from _waiting(message, evidence.now)
    for message_id in evidence.mails.keys() - messages.keys():
        yield f"mail: {message_id} is no message of notify"
    yield from _reminders(evidence, messages)


def _messages(evidence: Evidence) -> dict[UUID, Message]:
    """Every message to a client and every note to a therapist, as its stream says."""
    log = evidence.logs["notify"]
    states = [*log.states("correspondence").values(), *log.states("briefing").values()]
    return {message.message_id: message for state in states for message in state.messages.values()}


def _letters(message: Message, letters: int) -> Iterator[str]:
    """Once; where the mail server's answer was lost perhaps once more, with the same Message-ID."""
    least = 1 if message.status == "sent" else 0
    most = least + message.unknown + (message.status == "sending")
    if not least <= letters <= most:
        yield f"mail: {message.kind} {message.message_id} is {message.status} and lies {letters} times in the folder"


def _waiting(message: Message, now: datetime) -> Iterator[str]:
    """Nothing that is due is left lying once all is settled."""
    if message.status == "due" or (message.status in ("planned", "sending") and message.due_at <= now):
        yield f"notify: {message.kind} {message.message_id} was due at {message.due_at} and is {message.status}"


def _reminders(evidence: Evidence, messages: dict[UUID, Message]) -> Iterator[str]:
    """From scheduling's events alone: which reminders must have gone out by now."""
    policy = policy_of(evidence.practice)
    covered = {key for message in messages.values() if message.status == "sent" for key in message.covers}
    for recorded, until in _standing(evidence):
        for lead in policy.lead_times:
            due_at = _due(recorded, lead, policy)
            if due_at is None or due_at > evidence.now or (until and until <= due_at):
                continue
            event = recorded.event
            key = reminder_id(event.appointment_id, getattr(event, "revision", 0), lead)
            message = messages.get(key)
            if (message is None or not _done(message, evidence.away)) and event.appointment_id not in covered:
                status = message.status if message else "unknown"
                yield f"notify: the reminder {lead} of {event.appointment_id}, due at {due_at}, is {status}"


def _done(message: Message, away: Sequence[Away]) -> bool:
    """Sent; or given up, and the desk told, since it may be out already or there was no mail server to take it."""
    if message.status != "failed":
        return message.status == "sent"
    tried = message.started_at
    return message.unknown > 0 or any(tried and one.since <= tried <= one.until for one in away)


def _due(recorded: Recorded, lead: str, policy: Policy) -> datetime | None:
    hours = quiet(policy.quiet_from, policy.quiet_to, policy.zone)
    moment = reminder_at(recorded.event.starts_at, lead, recorded.recorded_at, hours, policy)
    return None if isinstance(moment, str) else moment


def _standing(evidence: Evidence) -> Iterator[tuple[Recorded, datetime | None]]:
    """Each agreed time of a visit, and when it was changed (nothing: it still stands)."""
    last: dict[UUID, Recorded] = {}
    for recorded in evidence.logs["scheduling"].of(*CHANGING):
        key = recorded.event.appointment_id
        if before := last.pop(key, None):
            yield before, recorded.recorded_at
        if isinstance(recorded.event, AppointmentBooked | AppointmentMoved):
            last[key] = recorded
    for recorded in last.values():
        yield recorded, None
