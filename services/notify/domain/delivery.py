"""Bringing one message on its way: claim, retry, give up, withdraw. Both streams of this service use these rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.notify.domain.letter import Contents
from services.notify.domain.message import (
    AttemptFailed,
    Message,
    MessageDue,
    MessagePostponed,
    MessageWithdrawn,
    SendingStarted,
)
from shared.events.notify import MessageFailed
from shared.messages import Command, Event

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Pauses after the first, second, … failed attempt; the last one repeats."""
LEASE = timedelta(minutes=5)
"""A sender that has not reported back after this long is taken for dead: whether the message went out is unknown."""
UNKNOWN_ALLOWED = 1
"""How often a message may go out again though the first one may have arrived (security.md §3.1)."""

Outcome = Literal["refused", "later", "unknown"]
"""Of a failed attempt: the server said never, said not now (or was not there), or may have taken the message."""

# Commands --------------------------------------------------------------


class FallDue(Command, frozen=True, kw_only=True):
    """The alarm rang: whatever is due by `now` is handed to the senders."""

    now: datetime


class StartSending(Command, frozen=True, kw_only=True):
    """Claim the message as it was read: `seen` is what a letter said; `covers` are other messages it stands for."""

    message_id: UUID
    now: datetime
    seen: Contents | None = None
    covers: tuple[UUID, ...] = ()


class ReportFailure(Command, frozen=True, kw_only=True):
    """The attempt failed with this code."""

    message_id: UUID
    error: str
    outcome: Outcome
    now: datetime


class Postpone(Command, frozen=True, kw_only=True):
    """Send it at `until`, not now."""

    message_id: UUID
    until: datetime


class Withdraw(Command, frozen=True, kw_only=True):
    """Do not send these."""

    message_ids: tuple[UUID, ...]
    reason: str


def fall_due(messages: dict[UUID, Message], now: datetime) -> list[Event]:
    """Planned messages become due; a claim that lapsed is an attempt of unknown outcome."""
    events: list[Event] = []
    for message in sorted(messages.values(), key=lambda message: message.due_at):
        if message.status == "planned" and message.due_at <= now:
            events.append(MessageDue(client_id=message.client_id, message_id=message.message_id))
        elif message.status == "sending" and message.due_at <= now:
            events += fail(message, "interrupted", "unknown", now)
    return events


def start(messages: dict[UUID, Message], command: StartSending) -> list[Event]:
    """The claim, if nobody else has it; what the message stands for is withdrawn with it."""
    message = messages.get(command.message_id)
    covered = [messages[key] for key in command.covers]
    if message is None or any(one.status != "due" for one in (message, *covered)):
        return []
    claim = SendingStarted(
        client_id=message.client_id,
        message_id=message.message_id,
        attempt=message.attempt + 1,
        started_at=command.now,
        lapses_at=command.now + LEASE,
        covers=tuple(one.appointment_id for one in covered if one.appointment_id),
    )
    return [claim, *(event for one in covered for event in withdraw(one, "covered"))]


def fail(message: Message, error: str, outcome: Outcome, now: datetime) -> list[Event]:
    """Another try after a pause, or the end: refused, no longer of use, or perhaps received already."""
    if message.status not in ("due", "sending"):
        return []
    if outcome == "unknown" and message.unknown >= UNKNOWN_ALLOWED:
        return [failed(message, "maybe_sent")]
    retry_at = now + BACK_OFF[min(max(message.attempt, message.failures + 1), len(BACK_OFF)) - 1]
    if outcome == "refused" or retry_at > message.until:
        return [failed(message, error)]
    return [
        AttemptFailed(
            client_id=message.client_id,
            message_id=message.message_id,
            error=error,
            retry_at=retry_at,
            unknown=outcome == "unknown",
        )
    ]


def failed(message: Message, error: str) -> MessageFailed:
    """The end of a message that could not be sent."""
    return MessageFailed(
        client_id=message.client_id,
        message_id=message.message_id,
        kind=message.kind,
        channel=message.channel,
        error=error,
    )


def postpone(message: Message, until: datetime) -> list[Event]:
    """Put it off, unless it is on its way or done."""
    if message.status not in ("planned", "due"):
        return []
    return [MessagePostponed(client_id=message.client_id, message_id=message.message_id, due_at=until)]


def withdraw(message: Message, reason: str) -> list[Event]:
    """Take it back, unless it is on its way or done."""
    if message.status not in ("planned", "due"):
        return []
    if reason == "too_late":
        return [failed(message, reason)]  # published, so that the front desk is told
    return [MessageWithdrawn(client_id=message.client_id, message_id=message.message_id, reason=reason)]


def withdraw_all(messages: dict[UUID, Message], message_ids: Iterable[UUID], reason: str) -> list[Event]:
    """Take back what of these can be."""
    return [event for key in message_ids for event in withdraw(messages[key], reason)]


def earliest(messages: dict[UUID, Message]) -> datetime | None:
    """When the next message needs attention."""
    return min((m.due_at for m in messages.values() if m.status in ("planned", "sending")), default=None)


def together(due: list[Message], now: datetime, merge: timedelta) -> list[tuple[Message, list[Message]]]:
    """Due messages of one person as they go out: each by itself, or after an outage one for all (rule 6).

    An outage is over when one of several is late by `merge` or more. A letter leads, else the first that was due.
    """
    fresh = sorted((one for one in due if one.open), key=lambda one: (one.lead is not None, one.due_at))
    if len(fresh) < 2 or all(now - one.due_at < merge for one in fresh):
        return [(one, []) for one in due]
    return [(fresh[0], fresh[1:]), *((one, []) for one in due if not one.open)]


def decide(command: Command, messages: dict[UUID, Message]) -> list[Event]:
    """What comes of a command about messages on their way."""
    match command:
        case FallDue():
            return fall_due(messages, command.now)
        case StartSending():
            return start(messages, command)
        case ReportFailure():
            return fail(messages[command.message_id], command.error, command.outcome, command.now)
        case Postpone():
            return postpone(messages[command.message_id], command.until)
        case Withdraw():
            return withdraw_all(messages, command.message_ids, command.reason)
    raise TypeError(type(command).__name__)
