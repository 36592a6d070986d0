"""Everything one client is told: visits noted, reminders planned, letters gathered, each message sent once."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, reduce
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from services.notify.domain import delivery
from services.notify.domain.delivery import StartSending
from services.notify.domain.due import Policy
from services.notify.domain.events import (
    EVENTS,
    AlarmSet,
    Channel,
    ClientForgotten,
    PreferencesSet,
    VisitDropped,
    VisitNoted,
)
from services.notify.domain.letter import Change
from services.notify.domain.planning import PlanReminders, plan
from services.notify.domain.state import Correspondence, evolve
from services.notify.domain.telling import Tell, Untell, tell, untell
from shared.decider import Decider
from shared.events.notify import MessageSent
from shared.messages import Command, Event

# Commands --------------------------------------------------------------


class NoteVisit(Command, frozen=True, kw_only=True):
    """A visit was agreed (revision 0) or moved (`was_at` is the time before) at `made_at`, by the event `change_id`."""

    client_id: UUID
    appointment_id: UUID
    revision: int
    starts_at: datetime
    made_at: datetime
    change_id: UUID
    was_at: datetime | None = None


class DropVisit(Command, frozen=True, kw_only=True):
    """A visit was called off at `at`, by the event `change_id`."""

    client_id: UUID
    appointment_id: UUID
    starts_at: datetime
    at: datetime
    change_id: UUID


class SetPreferences(Command, frozen=True, kw_only=True):
    """The client's wishes; see `PreferencesSet`."""

    client_id: UUID
    now: datetime
    channels: list[Channel] | None = None
    lead_times: list[str] | None = None
    quiet_from: str | None = None
    quiet_to: str | None = None
    language: str | None = None


class RecordSent(Command, frozen=True, kw_only=True):
    """The mail server took the message, which spoke of these visits."""

    message_id: UUID
    appointment_ids: tuple[UUID, ...]


class ForgetClient(Command, frozen=True, kw_only=True):
    """The client was erased."""

    client_id: UUID


# Decisions -------------------------------------------------------------


def decide(policy: Policy, command: Command, state: Correspondence) -> list[Event]:
    """What comes of the command, and the alarm for whatever then is due first."""
    events = _DECISIONS.get(type(command), _on_its_way)(policy, command, state)
    after = reduce(evolve, events, state)
    earliest = delivery.earliest(after.messages)
    if earliest == state.alarm or after.client_id is None:
        return events
    return [*events, AlarmSet(client_id=after.client_id, at=earliest)]


def _note(policy: Policy, command: NoteVisit, state: Correspondence) -> list[Event]:
    known = state.visits.get(command.appointment_id)
    if state.forgotten or (known and (known.dropped or known.revision >= command.revision)):
        return []
    noted = VisitNoted(
        client_id=command.client_id,
        appointment_id=command.appointment_id,
        revision=command.revision,
        starts_at=command.starts_at,
        made_at=command.made_at,
    )
    news = Change(
        what="moved" if command.was_at else "booked",
        about=command.appointment_id,
        starts_at=command.starts_at,
        was_at=command.was_at,
    )
    told = tell(policy, _news(command, news, command.made_at), state)
    return [noted, *_withdraw(command, state, "moved"), *told]


def _drop(policy: Policy, command: DropVisit, state: Correspondence) -> list[Event]:
    known = state.visits.get(command.appointment_id)
    if known is None or known.dropped:
        return []
    dropped = VisitDropped(client_id=command.client_id, appointment_id=command.appointment_id)
    news = Change(what="cancelled", about=command.appointment_id, starts_at=command.starts_at)
    told = tell(policy, _news(command, news, command.at), state)
    return [dropped, *_withdraw(command, state, "cancelled"), *told]


def _news(command: NoteVisit | DropVisit, change: Change, at: datetime) -> Tell:
    return Tell(client_id=command.client_id, change=change, at=at, change_id=command.change_id)


def _withdraw(command: NoteVisit | DropVisit, state: Correspondence, reason: str) -> list[Event]:
    return delivery.withdraw_all(state.messages, state.reminders_of(command.appointment_id), reason)


def _prefer(_: Policy, command: SetPreferences, state: Correspondence) -> list[Event]:
    wish = PreferencesSet(
        client_id=command.client_id,
        set_at=command.now,
        channels=command.channels,
        lead_times=command.lead_times,
        quiet_from=command.quiet_from,
        quiet_to=command.quiet_to,
        language=command.language,
    )
    same = state.preferences and replace(state.preferences, set_at=command.now) == wish
    return [] if same else [wish]


def _forget(_: Policy, command: ForgetClient, state: Correspondence) -> list[Event]:
    if state.forgotten:
        return []
    return [
        ClientForgotten(client_id=command.client_id),
        *delivery.withdraw_all(state.messages, state.messages, "erased"),
    ]


def _record_sent(_: Policy, command: RecordSent, state: Correspondence) -> list[Event]:
    message = state.messages[command.message_id]
    if message.status != "sending":
        return []
    return [
        MessageSent(
            client_id=message.client_id,
            message_id=message.message_id,
            kind=message.kind,
            channel=message.channel,
            appointment_ids=list(command.appointment_ids),
        )
    ]


def _on_its_way(_: Policy, command: Command, state: Correspondence) -> list[Event]:
    if isinstance(command, StartSending) and command.seen != state.contents.get(command.message_id):
        return []  # the letter says something else by now: read it again
    return delivery.decide(command, state.messages)


_DECISIONS: dict[type[Command], Callable[[Policy, Any, Correspondence], list[Event]]] = {
    NoteVisit: _note,
    DropVisit: _drop,
    Tell: tell,
    Untell: untell,
    PlanReminders: plan,
    SetPreferences: _prefer,
    RecordSent: _record_sent,
    ForgetClient: _forget,
}


def decider(policy: Policy) -> Decider[Command, Event, Correspondence]:
    """The decider of a client's correspondence under the practice's settings."""
    return Decider(decide=partial(decide, policy), evolve=evolve, initial=Correspondence(), events=EVENTS)
