"""Every published event had its effect on every consumer, exactly once (found by `causation_id`)."""

from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

from msgspec import Struct

from services.notify.domain.events import VisitDropped, VisitNoted
from services.notify.domain.notes import NotePlanned
from services.protocol.domain.events import ExerciseObserved, SessionObserved, VisitAgreed
from services.scheduling.domain.visits import SessionNoted
from shared.events.protocol import DeviationNoted, SessionCounted
from shared.events.records import ExerciseLogged, SessionCompleted
from shared.events.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentFulfilled, AppointmentMoved
from shared.messages import Event, Recorded
from tests.faults.evidence import Evidence

STRAY = ("foreign_course", "closed")


def _always(_: Event) -> bool:
    return True


def _with_course(event: Event) -> bool:
    return getattr(event, "course_id", None) is not None


def _flag(event: Event) -> bool:
    return not isinstance(event, DeviationNoted) or event.rule in STRAY


class Effect(Struct, frozen=True):
    """An event of `producer` has exactly one of `effects` in `consumer`."""

    producer: str
    cause: type[Event]
    consumer: str
    effects: tuple[type[Event], ...]
    where: Callable[[Event], bool] = _always


EFFECTS = (
    Effect("records", SessionCompleted, "protocol", (SessionObserved, DeviationNoted), _with_course),
    Effect("records", SessionCompleted, "protocol", (SessionCounted, DeviationNoted), _with_course),
    Effect("records", SessionCompleted, "scheduling", (AppointmentFulfilled, SessionNoted)),
    Effect("records", ExerciseLogged, "protocol", (ExerciseObserved,)),
    Effect("scheduling", AppointmentBooked, "protocol", (VisitAgreed,), _with_course),
    Effect("scheduling", AppointmentMoved, "protocol", (VisitAgreed,), _with_course),
    Effect("scheduling", AppointmentBooked, "notify", (VisitNoted,)),
    Effect("scheduling", AppointmentMoved, "notify", (VisitNoted,)),
    Effect("scheduling", AppointmentCancelled, "notify", (VisitDropped,)),
    Effect("scheduling", AppointmentBooked, "notify", (NotePlanned,), _with_course),
)


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about effects."""
    for effect in EFFECTS:
        yield from _once(evidence, effect)
    yield from _visits_agree(evidence)


def _once(evidence: Evidence, effect: Effect) -> Iterator[str]:
    found: Counter[UUID | None] = Counter(
        recorded.cause.causation_id for recorded in _effects(evidence, effect) if _flag(recorded.event)
    )
    for cause in evidence.logs[effect.producer].of(effect.cause):
        times = found[cause.event_id]
        if effect.where(cause.event) and times != 1:
            names = " or ".join(one.__name__ for one in effect.effects)
            yield f"{effect.consumer}: {cause.type} at {effect.producer} {cause.position} had {times} {names}"


def _effects(evidence: Evidence, effect: Effect) -> list[Recorded]:
    return evidence.logs[effect.consumer].of(*effect.effects)


def _visits_agree(evidence: Evidence) -> Iterator[str]:
    """The visits a course knows of are the open appointments scheduling has for it, until it is forgotten."""
    agreed = {
        (visit.appointment_id, visit.starts_at)
        for course in evidence.logs["protocol"].states("course").values()
        if course and not course.forgotten
        for visit in course.visits
    }
    open_visits = {
        (one.appointment_id, one.starts_at)
        for itinerary in evidence.logs["scheduling"].states("itinerary").values()
        for one in itinerary.appointments.values()
        if one.open and one.course_id
    }
    for appointment_id, starts_at in agreed ^ open_visits:
        yield f"protocol and scheduling disagree about the visit {appointment_id} at {starts_at}"
