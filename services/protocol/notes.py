"""Notes as they were: what a therapist could know at the time.

An event holds a note's digest; the note is computed again from the course as it stood, with the protocol's version and
the practice's own values of then. `as_prepared` says whether it is the same byte for byte.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.protocol import queries
from services.protocol.domain.course import stream
from services.protocol.domain.state import Course
from shared.decider import Unknown
from shared.events.protocol import NotePrepared
from shared.http.routes import Call
from shared.messages import Instant, Recorded
from shared.service import Service
from shared.store.unit import Folded, fold


class Prepared(Struct, frozen=True, kw_only=True):
    """A note that was prepared; `digest` leads to it, `recorded_at` is when it could be seen."""

    ordinal: int
    prepared_at: Instant
    recorded_at: Instant
    digest: str


class Notes(Struct, frozen=True, kw_only=True):
    """All notes of a course, the first one first."""

    notes: list[Prepared]


async def show(call: Call) -> dict[str, Any]:
    """The note for the next session, now or as of an instant (inclusive)."""
    state = await queries.course(call.service, call.path_id("course_id"), call.query.as_of)
    return queries.note_view(call.service, state, then=call.query.as_of is not None)


async def every(call: Call) -> Notes:
    """All notes there have been."""
    events = await _events(call)
    return Notes(notes=[_prepared(recorded) for recorded in events if isinstance(recorded.event, NotePrepared)])


async def earlier(call: Call) -> dict[str, Any]:
    """One of them, as it was."""
    digest = call.request.match_info["digest"]
    events = await _events(call)
    last = next((n for n, recorded in enumerate(events) if _is(recorded, digest)), None)
    if last is None:
        raise Unknown("There is no such note.")
    state: Course = _folded(call.service, call.path_id("course_id"), events[: last + 1])
    return queries.note_view(call.service, state, then=True)


async def _events(call: Call) -> list[Recorded]:
    course_id = call.path_id("course_id")
    await queries.course(call.service, course_id)
    return await call.service.store.read(stream(course_id))


def _folded(service: Service, course_id: UUID, events: Sequence[Recorded]) -> Any:
    return fold(service.store.engine.decider(stream(course_id)), Folded(0, None), events).state


def _is(recorded: Recorded, digest: str) -> bool:
    return isinstance(recorded.event, NotePrepared) and recorded.event.digest == digest


def _prepared(recorded: Recorded) -> Prepared:
    event = recorded.event
    return Prepared(
        ordinal=event.ordinal, prepared_at=event.prepared_at, recorded_at=recorded.recorded_at, digest=event.digest
    )
