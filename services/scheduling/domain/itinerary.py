"""One client's itinerary as a decider. Therapist and room are claims, see `claims.py`."""

from uuid import UUID

from services.scheduling.domain.attendance import ATTEND
from services.scheduling.domain.facts import FACTS
from services.scheduling.domain.placing import PLACE
from services.scheduling.domain.visits import EVOLVE, Itinerary, evolve
from shared.decider import Decider
from shared.messages import Command, Event


def stream(client_id: UUID) -> str:
    """The stream of one client's itinerary."""
    return f"itinerary-{client_id}"


DECIDE = {**PLACE, **ATTEND, **FACTS}


def decide(command: Command, state: Itinerary) -> list[Event]:
    """What follows from the command, by its class."""
    return DECIDE[type(command)](command, state)


decider: Decider[Command, Event, Itinerary] = Decider(
    decide=decide, evolve=evolve, initial=Itinerary(), events=tuple(EVOLVE)
)
