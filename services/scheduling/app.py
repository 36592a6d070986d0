"""Scheduling, put together."""

from typing import Any

import structlog

from services.scheduling.api import ROUTES
from services.scheduling.claims import CLAIMS
from services.scheduling.domain import closure, feed, hold, holiday, itinerary, regular, room, therapist, waitlist
from services.scheduling.holidays import check, missing_region
from services.scheduling.keeper import keeping
from services.scheduling.projections import PROJECTIONS
from services.scheduling.queries import ANSWERS
from services.scheduling.reactions import REACTIONS
from services.scheduling.timers import DUE, TIMERS
from shared.config import Config, Practice
from shared.decider import Decider
from shared.events import protocol, records, scheduling
from shared.service import Definition

log = structlog.get_logger()

DECIDERS: dict[str, Decider[Any, Any, Any]] = {
    "itinerary": itinerary.decider,
    "therapist": therapist.decider,
    "room": room.decider,
    "closure": closure.decider,
    "holiday": holiday.decider,
    "feed": feed.decider,
    "hold": hold.decider,
    "waiting": waitlist.decider,
    "rolling": regular.decider,
}


def build(_config: Config, practice: Practice) -> Definition:
    """The definition `shared` runs. Raises `ValueError` for a region whose holidays are not known."""
    check(practice.holidays)
    if missing := missing_region(practice.holidays):
        log.warning("holidays_missing", reason=missing)
    return Definition(
        name="scheduling",
        package=__package__,
        deciders=DECIDERS,
        events=[event for decider in DECIDERS.values() for event in decider.events],
        published=scheduling.PUBLISHED,
        projections=PROJECTIONS,
        reactions=REACTIONS,
        hears={"records": records.PUBLISHED, "protocol": protocol.PUBLISHED},
        claims=CLAIMS,
        timers=TIMERS,
        due=DUE,
        routes=ROUTES,
        answers=ANSWERS,
        own=keeping,
    )
