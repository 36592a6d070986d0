"""Nobody is in two places: held times from the events alone, and the table of claims equal to their fold."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from services.scheduling.claims import CLAIMS
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
)
from shared.messages import Recorded
from shared.store.claims import Claim
from tests.faults.evidence import Evidence

HOLDING = (AppointmentBooked, AppointmentMoved, AppointmentReinstated)
LETTING_GO = (AppointmentCancelled, AppointmentMissed)

Span = tuple[datetime, datetime]


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about times: at no position of the log did two visits overlap."""
    held: dict[str, dict[UUID, Span]] = defaultdict(dict)
    for recorded in evidence.logs["scheduling"].of(*HOLDING, *LETTING_GO):
        for spans in held.values():
            spans.pop(recorded.event.appointment_id, None)
        if isinstance(recorded.event, HOLDING):
            yield from _hold(recorded, held)
    yield from _claims(evidence)


def _hold(recorded: Recorded, held: dict[str, dict[UUID, Span]]) -> Iterator[str]:
    event = recorded.event
    free_at = event.ends_at + timedelta(minutes=event.buffer_minutes)
    ends = {"therapist": free_at, "room": event.ends_at, "client": event.ends_at}
    for kind, ends_at in ends.items():
        name = f"{kind} {getattr(event, f'{kind}_id')}"
        for other, (begins, over) in held[name].items():
            if event.starts_at < over and begins < ends_at:
                yield f"scheduling: {name} is in two places at {event.starts_at}: {event.appointment_id} and {other}"
        held[name][event.appointment_id] = event.starts_at, ends_at


def _claims(evidence: Evidence) -> Iterator[str]:
    log = evidence.logs["scheduling"]
    wanted: dict[UUID, list[Claim]] = {}
    for recorded in log.events:
        if follow := CLAIMS.get(type(recorded.event)):
            wanted[recorded.event.appointment_id] = [one for one in follow(recorded.event) if isinstance(one, Claim)]
    fold = Counter((one.resource, one.starts_at, one.ends_at, one.holder) for some in wanted.values() for one in some)
    for claim in (fold - log.claims) + (log.claims - fold):
        yield f"scheduling: the claim {claim[0]} of {claim[3]} at {claim[1]} is not the fold of the events"
