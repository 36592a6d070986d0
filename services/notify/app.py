"""The only place that builds `notify`."""

from datetime import timedelta
from functools import partial
from typing import Any

from services.notify.api import ROUTES
from services.notify.domain import briefing, correspondence
from services.notify.domain.due import Policy
from services.notify.projections import PROJECTIONS
from services.notify.reactions import REACTIONS
from services.notify.sender import sending
from services.notify.timers import DUE, TIMERS
from shared.config import Config, Practice
from shared.decider import Decider
from shared.events import notify, protocol, records, scheduling
from shared.service import Definition

HEARS = {"records": records.PUBLISHED, "protocol": protocol.PUBLISHED, "scheduling": scheduling.PUBLISHED}


def policy_of(practice: Practice) -> Policy:
    """The practice's settings for messages."""
    wish = practice.reminders
    return Policy(
        zone=practice.zone,
        lead_times=wish.lead_times,
        quiet_from=wish.quiet_from,
        quiet_to=wish.quiet_to,
        useful=timedelta(minutes=wish.useful_minutes),
        merge=timedelta(minutes=wish.merge_minutes),
        undo=timedelta(minutes=wish.undo_minutes),
        note_at=wish.note_at,
    )


def build(config: Config, practice: Practice) -> Definition:  # noqa: ARG001 - every service is built so
    """The service's parts."""
    policy = policy_of(practice)
    deciders: dict[str, Decider[Any, Any, Any]] = {
        "correspondence": correspondence.decider(policy),
        "briefing": briefing.decider(policy),
    }
    return Definition(
        name="notify",
        package=__package__,
        deciders=deciders,
        events=list(dict.fromkeys(event for decider in deciders.values() for event in decider.events)),
        published=notify.PUBLISHED,
        projections=PROJECTIONS,
        reactions=REACTIONS,
        hears=HEARS,
        timers=TIMERS,
        due=DUE,
        routes=ROUTES,
        own=partial(sending, policy),
    )
