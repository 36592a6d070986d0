"""Nobody is in two places: held times from the events alone; claims and timers equal to the fold of their events."""

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
from shared.store.claims import Claim, Release
from shared.store.timers import SetTimer
from tests.faults.evidence import Evidence, Log

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
    for name, log in evidence.logs.items():
        yield from _timers(name, log, evidence.now)


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
            changes = list(follow(recorded.event))
            for gone in {one.holder for one in changes if isinstance(one, Release)}:
                wanted.pop(gone, None)
            for one in changes:
                if isinstance(one, Claim):
                    wanted.setdefault(one.holder, []).append(one)
    fold = Counter((one.resource, one.starts_at, one.ends_at, one.holder) for some in wanted.values() for one in some)
    for claim in (fold - log.claims) + (log.claims - fold):
        yield f"scheduling: the claim {claim[0]} of {claim[3]} at {claim[1]} is not the fold of the events"


def _timers(name: str, log: Log, now: datetime) -> Iterator[str]:
    """What is due next is what the events say; what was due by now has fired."""
    fold: dict[tuple[str, UUID], datetime] = {}
    for recorded in log.events:
        for change in log.definition.timers.get(type(recorded.event), lambda _: ())(recorded.event):
            fold.pop((change.kind, change.key), None)
            if isinstance(change, SetTimer):
                fold[change.kind, change.key] = change.due_at
    coming = {(*timer, due_at) for timer, due_at in fold.items() if due_at > now}
    for kind, key, due_at in coming ^ {(*timer, due_at) for timer, due_at in log.timers.items()}:
        yield f"{name}: the timer {kind} of {key} at {due_at} is not the fold of the events"
