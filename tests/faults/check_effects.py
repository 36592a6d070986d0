"""Every published event had its effect on every consumer, exactly once (found by `causation_id`)."""

from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

from msgspec import Struct

from services.notify.domain import events as notify
from services.notify.domain.notes import NotePlanned
from services.protocol.domain import events as protocol
from services.scheduling.domain import visits as scheduling
from shared.events.protocol import BreakStarted, CourseClosed, DeviationNoted, SessionCounted, SessionDiscounted
from shared.events.records import ClientErased, ExerciseLogged, SessionAmended, SessionCompleted, SessionWithdrawn
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentFulfilled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
    SlotOffered,
)
from shared.messages import Event, Recorded
from tests.faults.evidence import Evidence

STRAY = ("foreign_course", "closed")
TAKEN_BACK = (AppointmentReinstated, AppointmentMissed, AppointmentCancelled, scheduling.SessionStruck)


def _always(_: Event) -> bool:
    return True


def _with_course(event: Event) -> bool:
    return getattr(event, "course_id", None) is not None


def _flag(event: Event) -> bool:
    return not isinstance(event, DeviationNoted) or event.rule in STRAY


def _of_break(event: Event) -> bool:
    return isinstance(event, notify.ChangeGathered) and event.change.what == "break"


class Effect(Struct, frozen=True):
    """An event of `producer` has exactly one of `effects` in `consumer`."""

    producer: str
    cause: type[Event]
    consumer: str
    effects: tuple[type[Event], ...]
    where: Callable[[Event], bool] = _always
    counts: Callable[[Event], bool] = _flag


EFFECTS = (
    Effect("records", SessionCompleted, "protocol", (protocol.SessionObserved, DeviationNoted), _with_course),
    Effect("records", SessionCompleted, "protocol", (SessionCounted, DeviationNoted), _with_course),
    Effect("records", SessionAmended, "protocol", (protocol.SessionObserved, DeviationNoted), _with_course),
    Effect("records", SessionWithdrawn, "protocol", (SessionDiscounted,), _with_course),
    Effect("records", SessionCompleted, "scheduling", (AppointmentFulfilled, scheduling.SessionNoted)),
    Effect("records", SessionWithdrawn, "scheduling", TAKEN_BACK),
    Effect("records", ExerciseLogged, "protocol", (protocol.ExerciseObserved,)),
    Effect("records", ClientErased, "protocol", (protocol.ClientForgotten,)),
    Effect("records", ClientErased, "scheduling", (scheduling.ClientForgotten,)),
    Effect("records", ClientErased, "notify", (notify.ClientForgotten,)),
    Effect("scheduling", AppointmentBooked, "protocol", (protocol.VisitAgreed,), _with_course),
    Effect("scheduling", AppointmentMoved, "protocol", (protocol.VisitAgreed,), _with_course),
    Effect("scheduling", AppointmentReinstated, "protocol", (protocol.VisitAgreed,), _with_course),
    Effect("scheduling", AppointmentCancelled, "protocol", (protocol.VisitDropped,), _with_course),
    Effect("scheduling", AppointmentBooked, "notify", (notify.VisitNoted,)),
    Effect("scheduling", AppointmentMoved, "notify", (notify.VisitNoted,)),
    Effect("scheduling", AppointmentCancelled, "notify", (notify.VisitDropped,)),
    Effect("scheduling", AppointmentBooked, "notify", (NotePlanned,), _with_course),
    Effect("scheduling", SlotOffered, "notify", (notify.ChangeGathered,)),
    Effect("protocol", BreakStarted, "notify", (notify.ChangeGathered,), counts=_of_break),
)


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about effects."""
    erased = {one.event.client_id for one in evidence.logs["records"].of(ClientErased)}
    closed = {one.event.client_id for one in evidence.logs["protocol"].of(CourseClosed)}
    for effect in EFFECTS:
        may_be_late = closed if effect.cause is ExerciseLogged else erased
        yield from _once(evidence, effect, set() if effect.cause is ClientErased else may_be_late)
    yield from _visits_dropped(evidence, erased)
    yield from _called_off(evidence)
    yield from _visits_agree(evidence)


def _once(evidence: Evidence, effect: Effect, may_be_late: set[UUID]) -> Iterator[str]:
    """News of a client who is forgotten, or whose course is closed, when it is heard may have none."""
    found: Counter[UUID | None] = Counter(
        recorded.cause.causation_id for recorded in _effects(evidence, effect) if effect.counts(recorded.event)
    )
    for cause in evidence.logs[effect.producer].of(effect.cause):
        times, least = found[cause.event_id], 0 if cause.client_id in may_be_late else 1
        if effect.where(cause.event) and not least <= times <= 1:
            names = " or ".join(one.__name__ for one in effect.effects)
            yield f"{effect.consumer}: {cause.type} at {effect.producer} {cause.position} had {times} {names}"


def _effects(evidence: Evidence, effect: Effect) -> list[Recorded]:
    return evidence.logs[effect.consumer].of(*effect.effects)


def _visits_dropped(evidence: Evidence, erased: set[UUID]) -> Iterator[str]:
    """A visit that took place leaves its course once."""
    drops = Counter(
        (one.cause.causation_id, one.event.appointment_id)
        for one in evidence.logs["protocol"].of(protocol.VisitDropped)
    )
    for done in evidence.logs["scheduling"].of(AppointmentFulfilled):
        times = drops[done.event_id, done.event.appointment_id]
        if _with_course(done.event) and done.client_id not in erased and times != 1:
            yield f"protocol: {done.type} at scheduling {done.position} had {times} VisitDropped"


def _called_off(evidence: Evidence) -> Iterator[str]:
    """No visit to come is left of a course that was closed with its visits."""
    closed = {
        one.event.course_id: one.recorded_at
        for one in evidence.logs["protocol"].of(CourseClosed)
        if one.event.cancel_appointments
    }
    for itinerary in evidence.logs["scheduling"].states("itinerary").values():
        for one in itinerary.appointments.values():
            if one.course_id in closed and one.status == "booked" and one.starts_at > closed[one.course_id]:
                yield f"scheduling: the course {one.course_id} is closed and its visit {one.appointment_id} is not off"


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
