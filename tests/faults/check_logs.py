"""Of every service's log: positions without gaps, versions in order, consumers at the head, nothing parked."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec

from shared.bus.lineage import LogRestored
from tests.faults.evidence import Evidence, Log


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about the logs and about how far they were heard."""
    for name, log in evidence.logs.items():
        yield from _order(name, log)
        yield from _doubled(name, log)
        yield from (f"{name}: {producer} {position} is parked ({error})" for producer, position, error in log.parked)
        for producer in log.definition.hears:
            yield from _heard(name, log, producer, evidence.logs[producer])


def _order(name: str, log: Log) -> Iterator[str]:
    versions: dict[str, int] = defaultdict(int)
    expected = 0
    for recorded in log.events:
        expected += 1
        if isinstance(recorded.event, LogRestored):
            expected = recorded.position  # the log was taken up anew, beyond all that was ever heard
        if recorded.position != expected:
            yield f"{name}: position {recorded.position} stands where {expected} should"
            return
        versions[recorded.stream] += 1
        if recorded.version != versions[recorded.stream]:
            yield f"{name}: {recorded.stream} has version {recorded.version} at position {recorded.position}"
            return


def _doubled(name: str, log: Log) -> Iterator[str]:
    """The same thing twice from one cause."""
    effects = Counter(
        (recorded.cause.causation_id, recorded.stream, recorded.type, msgspec.json.encode(recorded.event))
        for recorded in log.events
        if recorded.cause.causation_id
    )
    for (cause, stream, kind, _), times in effects.items():
        if times > 1:
            yield f"{name}: {cause} had the effect {kind} on {stream} {times} times"


def _heard(name: str, log: Log, producer: str, told: Log) -> Iterator[str]:
    published = log.definition.hears[producer]
    last = max((recorded.position for recorded in told.of(*published)), default=0)
    if log.checkpoints.get(producer, 0) != last:
        yield f"{name}: has heard {producer} up to {log.checkpoints.get(producer, 0)}, published is {last}"
