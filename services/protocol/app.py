"""Where the service is put together."""

import sys

from services.protocol.api import ROUTES
from services.protocol.domain import adopting
from services.protocol.domain.course import EVENTS, course_decider
from services.protocol.domain.parsing import UnreadableError
from services.protocol.domain.shelf import Shelf
from services.protocol.projections import PROJECTIONS
from services.protocol.queries import ANSWERS
from services.protocol.reactions import REACTIONS
from services.protocol.shelving import Keeper, definitions, found, settings_text
from services.protocol.timers import DUE, TIMERS
from shared.config import Config, Practice
from shared.events import protocol, records, scheduling
from shared.service import Definition


def protocols(practice: Practice) -> Shelf:
    """The shipped definitions with the practice's own policy values, by id."""
    return Shelf(definitions(found(Config(), practice), practice))


def build(config: Config, practice: Practice) -> Definition:
    """The service for this practice. A bad definition ends the process, naming file, line and key."""
    try:
        keeper = Keeper(found(config, practice), practice, settings_text(config))
    except UnreadableError as error:
        sys.exit(str(error))
    return Definition(
        name="protocol",
        package=__package__,
        deciders={"course": course_decider(keeper.shelf, practice.tz), "shelf": adopting.decider},
        events=(*EVENTS, *adopting.EVENTS),
        published=protocol.PUBLISHED,
        projections=PROJECTIONS,
        reactions=REACTIONS,
        hears={"records": records.PUBLISHED, "scheduling": scheduling.PUBLISHED},
        timers=TIMERS,
        due=DUE,
        routes=ROUTES,
        answers=ANSWERS,
        own=keeper.own,
    )
