"""Looked at again at the moment of sending: may this message still go out (domain.md §3.8, rule 5)?"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from services.notify.domain import wishes
from services.notify.domain.delivery import Outcome, Postpone, ReportFailure, Withdraw
from services.notify.domain.due import Policy, sendable_at
from services.notify.domain.letter import Change, Contents
from services.notify.domain.message import Message
from services.notify.domain.state import Correspondence
from shared.messages import Command
from shared.questions.records import Contact
from shared.questions.scheduling import VisitFacts
from shared.values import is_zone

Facts = Mapping[UUID, VisitFacts]


class Situation(Struct, frozen=True, kw_only=True):
    """What is known at the moment of sending to one client."""

    policy: Policy
    state: Correspondence
    contact: Contact | None
    facts: Facts
    now: datetime

    @property
    def zone(self) -> str:
        """The zone the client lives in; the practice's unless they said otherwise."""
        return zone_of(self.contact, self.policy)


def zone_of(contact: Contact | None, policy: Policy) -> str:
    """The client's zone, if it is one; else the practice's."""
    named = contact.timezone if contact else None
    return named if named and is_zone(named) else policy.zone


def objection(message: Message, at: Situation) -> Command | None:
    """What to do instead of sending; nothing when it may go out."""
    if at.contact is None:
        return _withdraw(message, "erased")
    if message.channel != "email":
        return _fail(message, f"no_{message.channel}_gateway", at.now)
    if not at.contact.consents.get(message.channel, False):  # none given is none
        return _withdraw(message, "no_consent")
    if not at.contact.email:
        return _fail(message, "no_address", at.now)
    return _of_the_matter(message, at) or _of_the_hour(message, at)


def _of_the_matter(message: Message, at: Situation) -> Command | None:
    """Does it still say what is so, and is that of use?"""
    if message.lead is None:
        said = at.state.contents[message.message_id]
        return None if telling(said, at.facts, at.now) or message.covers else _withdraw(message, "past")
    fact = at.facts.get(message.appointment_id) if message.appointment_id else None
    if fact is None or fact.revision != message.revision:
        return _withdraw(message, "moved" if fact else "unknown_visit")
    return _withdraw(message, fact.status) if fact.status != "booked" else None


def _of_the_hour(message: Message, at: Situation) -> Command | None:
    if at.now > message.until:
        return _withdraw(message, "too_late")
    hours = wishes.hours(at.policy, at.state.preferences, at.zone)
    fact = at.facts.get(message.appointment_id) if message.appointment_id else None
    moment = sendable_at(at.now, hours, fact.starts_at if fact else None, at.policy)
    if moment is None:
        return _withdraw(message, "too_late")
    return Postpone(message_id=message.message_id, until=moment) if moment > at.now else None


def telling(said: Contents, facts: Facts, now: datetime) -> list[Change]:
    """What of a letter is still so and of use, by time: nothing that is over, no visit that fell out since."""
    kept = [change for change in said.values() if _of_use(change, facts, now)]
    return sorted(kept, key=lambda change: (change.starts_at is None, change.starts_at or now))


def _of_use(change: Change, facts: Facts, now: datetime) -> bool:
    if change.starts_at is None:
        return True
    if change.until and change.until <= now:
        return False
    fact = facts.get(change.about)
    called_off = change.what != "cancelled" and fact is not None and fact.status == "cancelled"
    return change.starts_at > now and not called_off


def _withdraw(message: Message, reason: str) -> Command:
    return Withdraw(message_ids=(message.message_id,), reason=reason)


def _fail(message: Message, error: str, now: datetime) -> Command:
    refused: Outcome = "refused"
    return ReportFailure(message_id=message.message_id, error=error, outcome=refused, now=now)
