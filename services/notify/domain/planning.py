"""Which reminders a client's visits get, and when (domain.md §3.8, rules 1 to 3).

The decision needs the zone the client lives in, which only `records` knows, so it is not taken when a visit is heard
of but right after, when the zone has been asked: only then is a moment known that may lie earlier than the practice's
clock would put it. A new revision or a new wish makes the visit unplanned, and this runs again.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from services.notify.domain import delivery, wishes
from services.notify.domain.due import Policy, Quiet, reminder_at
from services.notify.domain.events import ReminderPlanned, VisitsPlanned
from services.notify.domain.message import Message
from services.notify.domain.state import Correspondence, Visit, reminder, reminder_id
from shared.clock import before
from shared.messages import Command, Event


class PlanReminders(Command, frozen=True, kw_only=True):
    """Plan what is unplanned, for a client who lives in this zone (an IANA name)."""

    client_id: UUID
    zone: str
    now: datetime


def plan(policy: Policy, command: PlanReminders, state: Correspondence) -> list[Event]:
    """Reminders for each coming visit that has none planned, and a mark that it was seen to."""
    unplanned = state.unplanned(command.now)
    if not unplanned or state.forgotten:
        return []
    hours = wishes.hours(policy, state.preferences, command.zone)
    planned = [event for key in unplanned for event in _plan_visit(policy, state, key, hours)]
    return [*planned, VisitsPlanned(client_id=command.client_id, appointment_ids=unplanned)]


def _plan_visit(policy: Policy, state: Correspondence, appointment_id: UUID, hours: Quiet) -> Iterator[Event]:
    leads = wishes.leads(policy, state.preferences) if state.channel else ()
    for lead in leads:
        yield from _plan_lead(policy, state, appointment_id, lead, hours)
    for key in state.reminders_of(appointment_id):
        if state.messages[key].lead not in leads:
            yield from delivery.withdraw(state.messages[key], "unwanted")


def _plan_lead(policy: Policy, state: Correspondence, appointment_id: UUID, lead: str, hours: Quiet) -> Iterator[Event]:
    visit = state.visits[appointment_id]
    known = state.messages.get(reminder_id(appointment_id, visit.revision, lead))
    if known and not _may_change(known):
        return
    moment = reminder_at(visit.starts_at, lead, _asked_at(state, visit, known), hours, policy)
    if moment == "not_made" or (known and (known.due_at, known.channel) == (moment, state.channel)):
        return
    due_at = before(visit.starts_at, lead, policy.tz) if moment == "too_late" else moment
    planned = _planned(policy, state, appointment_id, lead, due_at)
    yield planned
    if moment == "too_late":
        yield delivery.failed(reminder(planned), "too_late")


def _may_change(known: Message) -> bool:
    return known.status == "withdrawn" or (known.status == "planned" and not known.attempt)


def _asked_at(state: Correspondence, visit: Visit, known: Message | None) -> datetime:
    """Since when the reminder is wished for: that of a visit agreed earlier may be newer than the visit."""
    if state.preferences is None or (known and known.status == "planned"):
        return visit.made_at
    return max(visit.made_at, state.preferences.set_at)


def _planned(
    policy: Policy, state: Correspondence, appointment_id: UUID, lead: str, due_at: datetime
) -> ReminderPlanned:
    visit = state.visits[appointment_id]
    assert state.client_id  # noqa: S101 - whoever has a visit is known
    last_useful = visit.starts_at - policy.useful
    return ReminderPlanned(
        client_id=state.client_id,
        message_id=reminder_id(appointment_id, visit.revision, lead),
        appointment_id=appointment_id,
        revision=visit.revision,
        lead=lead,
        channel=state.channel or "email",
        due_at=due_at,
        until=last_useful if due_at < last_useful else visit.starts_at,
    )
