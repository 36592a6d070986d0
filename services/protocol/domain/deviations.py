"""What a session went against, with its figure, the limit and the source of the rule (domain.md §3.3, §3.7)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from services.protocol.domain.cadence import Cadence, fullest, near, refusals, stand
from services.protocol.domain.catalogue import Gate, Limit
from services.protocol.domain.definition import Definition
from services.protocol.domain.events import CourseOpened
from services.protocol.domain.gates import has_come, in_time, seen
from shared.events.records import SessionCompleted
from shared.vocabulary import CadenceRule, DeviationRule, Region

POLICY = "policy"
A_MINUTE = timedelta(minutes=1)
Sessions = Sequence[SessionCompleted]


class Against(Struct, frozen=True, kw_only=True, gc=False):
    """A rule that was gone against: `figure` went past `limit`, in minutes, sessions or days as the rule has it."""

    rule: DeviationRule
    figure: int | None = None
    limit: int | None = None
    source: str = POLICY
    region: Region | None = None


def deviations(
    definition: Definition, place: int, before: Sessions, session: SessionCompleted, *, series: bool
) -> Iterator[Against]:
    """Every rule the session's figures went against. A fact stays a fact: it is flagged, never refused."""
    limits, minutes = definition.limits, _minutes(session)
    for region, spent in minutes.items():
        yield from _over(limits.region_minutes, spent, region)
    yield from _over(limits.prone_minutes, session.prone_minutes or 0)
    done: set[str] = {name for worked in session.regions for name in worked.techniques}
    done |= {"full_body"} & {worked.region for worked in session.regions}
    for gate in definition.gates:
        if gate.what in done:
            yield from _of_gate(gate, place, [*before, session], series=series)


def _minutes(session: SessionCompleted) -> Counter[Region]:
    """Minutes by region; entries and sides of one region add up, the whole body is no region (policy)."""
    minutes: Counter[Region] = Counter()
    for worked in session.regions:
        if worked.region != "full_body":
            minutes[worked.region] += worked.minutes
    return minutes


def _over(limit: Limit | None, minutes: int, region: Region | None = None) -> Iterator[Against]:
    if limit and limit.deviation and minutes > limit.most:
        yield Against(rule=limit.deviation, figure=minutes, limit=limit.most, source=limit.source, region=region)


def _of_gate(gate: Gate, place: int, sessions: Sessions, *, series: bool) -> Iterator[Against]:
    """The last session is the one judged: a threshold the therapist finds risen in it counts for it."""
    if gate.deviation and not (in_time(gate, place, series=series) and has_come(gate, sessions)):
        yield Against(rule=gate.deviation, figure=place, limit=gate.from_session, source=gate.source)
    last = sessions[-gate.absent_in - 1 :]
    if gate.deviation_absent and (count := sum(seen(gate, [session]) for session in last)):
        yield Against(rule=gate.deviation_absent, figure=count, limit=0, source=gate.source)


def too_early(definition: Definition, sessions: int) -> Against:
    """Exercise at home when so many sessions were done."""
    gate = definition.gate("exercise")
    source = gate.source if gate else POLICY
    return Against(rule="exercise_too_early", figure=sessions, limit=definition.exercise_after, source=source)


def against_cadence(cadence: Cadence, day: date) -> Iterator[Against]:
    """The rules of the cadence this day goes against, as deviations are called (domain.md §3.1)."""
    for rule in refusals(cadence, day, stand(cadence)):
        yield _of_cadence(cadence, day, rule)


def against_event(definition: Definition, opened: CourseOpened, day: date, ends_at: datetime) -> Iterator[Against]:
    """A session for an event belongs on its day and is over when the event begins: `figure` is minutes past that."""
    anchor, begins_at = definition.anchor, opened.event_at
    if anchor is None or begins_at is None:
        return
    if day != opened.event_on:
        yield Against(rule="event_day", source=anchor.source)
    elif minutes := max((ends_at - begins_at) // A_MINUTE, 0):
        yield Against(rule="event_day", figure=minutes, limit=0, source=anchor.source)


def _of_cadence(cadence: Cadence, day: date, rule: CadenceRule) -> Against:
    definition, standing = cadence.definition, stand(cadence)
    if rule == "break" and standing.pause:
        started_on, first_day = standing.pause.started_on, standing.pause.first_day
        phase = next(one for one in definition.phases if one.kind == "break" and one.number == standing.pause.number)
        figure, limit = (day - started_on).days, (first_day - started_on).days
        return Against(rule="session_in_break", figure=figure, limit=limit, source=phase.source or POLICY)
    if rule == "min_gap":
        figure = min(abs((day - other).days) for other in near(cadence, day))
        return Against(rule="min_gap", figure=figure, limit=definition.policy.min_gap_days)
    if rule == "too_many_in_7_days" and standing.phase:
        figure, limit = fullest(cadence.recent(standing), day), standing.phase.max_in_7_days
        return Against(rule=rule, figure=figure, limit=limit)
    return Against(rule="session_in_break" if rule == "break" else rule)
