"""When a therapist gets the note for a visit: the evening before, again only if it changed (domain.md §3.8, rule 7)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, reduce
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.notify.domain import delivery
from services.notify.domain.due import Policy, note_due_at
from services.notify.domain.notes import EVENTS, Briefing, BriefingAlarmSet, NotePlanned, evolve
from shared.decider import Decider
from shared.events.notify import NoteDelivered
from shared.messages import Command, Event

# Commands --------------------------------------------------------------


class PlanNote(Command, frozen=True, kw_only=True):
    """The therapist is to give the visit, agreed or moved at `made_at`."""

    therapist_id: UUID
    client_id: UUID
    appointment_id: UUID
    course_id: UUID
    starts_at: datetime
    made_at: datetime


class DropNote(Command, frozen=True, kw_only=True):
    """The visit is off, or another therapist's; `reason` is a code."""

    appointment_id: UUID
    reason: str


class RenewNote(Command, frozen=True, kw_only=True):
    """At `at` the note of the visit's course became another one."""

    therapist_id: UUID
    appointment_id: UUID
    digest: str
    at: datetime


class RecordDelivered(Command, frozen=True, kw_only=True):
    """The mail server took the note with this digest."""

    therapist_id: UUID
    message_id: UUID
    digest: str


# Decisions -------------------------------------------------------------


def decide(policy: Policy, command: Command, state: Briefing) -> list[Event]:
    """What comes of the command, and the alarm for whatever then is due first."""
    events = _DECISIONS.get(type(command), _on_its_way)(policy, command, state)
    after = reduce(evolve, events, state)
    earliest = delivery.earliest(after.messages)
    if earliest == state.alarm or after.therapist_id is None:
        return events
    return [*events, BriefingAlarmSet(therapist_id=after.therapist_id, at=earliest)]


def _plan(policy: Policy, command: PlanNote, state: Briefing) -> list[Event]:
    known = state.notes.get(command.appointment_id)
    if known and known.starts_at == command.starts_at and state.messages[known.message_id].status != "withdrawn":
        return []
    number = known.number + 1 if known else 1
    planned = NotePlanned(
        client_id=command.client_id,
        message_id=note_id(command.appointment_id, command.therapist_id, number),
        therapist_id=command.therapist_id,
        appointment_id=command.appointment_id,
        course_id=command.course_id,
        number=number,
        starts_at=command.starts_at,
        due_at=note_due_at(command.starts_at, command.made_at, policy),
    )
    return [*_withdraw(state, command.appointment_id, "moved"), planned]


def note_id(appointment_id: UUID, therapist_id: UUID, number: int) -> UUID:
    """The same note always has the same id."""
    return uuid5(NAMESPACE_URL, f"note:{appointment_id}:{therapist_id}:{number}")


def _drop(_: Policy, command: DropNote, state: Briefing) -> list[Event]:
    return _withdraw(state, command.appointment_id, command.reason)


def _withdraw(state: Briefing, appointment_id: UUID, reason: str) -> list[Event]:
    note = state.notes.get(appointment_id)
    return delivery.withdraw(state.messages[note.message_id], reason) if note else []


def _renew(_: Policy, command: RenewNote, state: Briefing) -> list[Event]:
    note = state.notes.get(command.appointment_id)
    if note is None or note.digest in (None, command.digest) or command.at >= note.starts_at:
        return []
    if state.messages[note.message_id].status != "sent":
        return []  # a newer one is on its way already and will be read as it then stands
    number = note.number + 1
    return [
        NotePlanned(
            client_id=note.client_id,
            message_id=note_id(command.appointment_id, command.therapist_id, number),
            therapist_id=command.therapist_id,
            appointment_id=command.appointment_id,
            course_id=note.course_id,
            number=number,
            starts_at=note.starts_at,
            due_at=command.at,
        )
    ]


def _delivered(_: Policy, command: RecordDelivered, state: Briefing) -> list[Event]:
    sent = state.messages[command.message_id]
    if sent.status != "sending" or sent.appointment_id is None:
        return []
    return [
        NoteDelivered(
            therapist_id=command.therapist_id,
            client_id=sent.client_id,
            appointment_id=sent.appointment_id,
            course_id=state.notes[sent.appointment_id].course_id,
            digest=command.digest,
        )
    ]


def _on_its_way(_: Policy, command: Command, state: Briefing) -> list[Event]:
    return delivery.decide(command, state.messages)


_DECISIONS: dict[type[Command], Callable[[Policy, Any, Briefing], list[Event]]] = {
    PlanNote: _plan,
    DropNote: _drop,
    RenewNote: _renew,
    RecordDelivered: _delivered,
}


def decider(policy: Policy) -> Decider[Command, Event, Briefing]:
    """The decider of a therapist's briefing under the practice's settings."""
    return Decider(decide=partial(decide, policy), evolve=evolve, initial=Briefing(), events=EVENTS)
