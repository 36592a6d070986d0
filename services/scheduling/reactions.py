"""What scheduling does when a session took place or did not, and when a client was erased."""

from collections.abc import Iterator

from services.scheduling.domain import feed, itinerary, rolling, waiting
from services.scheduling.domain.facts import CallOffCourse, ForgetClient, FulfilAppointment, WithdrawSession
from services.scheduling.domain.feed import RevokeFeedKey
from services.scheduling.domain.regular import EndRolling, LookAhead
from services.scheduling.domain.waitlist import ForgetWaiting, LeaveForCourse
from shared.bus.hearing import Found, React, Reactions
from shared.events.protocol import CourseClosed, CourseResumed, MaintenanceStarted
from shared.events.records import ClientErased, SessionAmended, SessionCompleted, SessionWithdrawn
from shared.messages import Command, Recorded


def fulfil(heard: Recorded, _found: Found) -> Iterator[tuple[str, Command]]:
    """The session's appointment is done; an amendment may name it for the first time."""
    event: SessionCompleted = heard.event
    yield (
        itinerary.stream(event.client_id),
        FulfilAppointment(
            client_id=event.client_id,
            session_id=event.session_id,
            started_at=event.started_at,
            course_id=event.course_id,
            appointment_id=event.appointment_id,
        ),
    )


def withdraw(heard: Recorded, _found: Found) -> Iterator[tuple[str, Command]]:
    """The session's appointment is open again."""
    event: SessionWithdrawn = heard.event
    yield itinerary.stream(event.client_id), WithdrawSession(client_id=event.client_id, session_id=event.session_id)


def forget(heard: Recorded, found: Found) -> Iterator[tuple[str, Command]]:
    """Nothing is agreed with an erased client, and the calendar is closed."""
    event: ClientErased = heard.event
    yield itinerary.stream(event.client_id), ForgetClient(client_id=event.client_id)
    yield feed.stream(event.client_id), RevokeFeedKey(owner_id=event.client_id)
    yield waiting.stream(event.client_id), ForgetWaiting(client_id=event.client_id)
    for row in found:
        yield rolling.stream(row["course_id"]), EndRolling(reason="erased")


def call_off(heard: Recorded, _found: Found) -> Iterator[tuple[str, Command]]:
    """A course was closed: if so asked, its visits to come are called off in one go (domain.md §3.1)."""
    event: CourseClosed = heard.event
    if event.cancel_appointments:
        off = CallOffCourse(
            client_id=event.client_id, course_id=event.course_id, reason=event.reason, now=heard.recorded_at
        )
        yield itinerary.stream(event.client_id), off
    yield waiting.stream(event.client_id), LeaveForCourse(course_id=event.course_id)
    yield rolling.stream(event.course_id), EndRolling(reason="closed")


def look_ahead(heard: Recorded, _found: Found) -> Iterator[tuple[str, Command]]:
    """Weekly visits begin: if they are to be kept booked, the weeks ahead are looked at."""
    event: MaintenanceStarted = heard.event
    yield rolling.stream(event.course_id), LookAhead()


def look_anew(heard: Recorded, _found: Found) -> Iterator[tuple[str, Command]]:
    """The client is back: visits called off for the pause are booked again where they are to be kept booked."""
    event: CourseResumed = heard.event
    yield rolling.stream(event.course_id), LookAhead(anew_from=event.on)


def rolling_of_client(heard: Recorded) -> tuple[str, tuple[object, ...]]:
    """The client's courses whose visits are kept booked."""
    return "select course_id from rolling where client_id = $1", (heard.event.client_id,)


REACTIONS: Reactions = {
    SessionCompleted: React(fulfil),
    SessionAmended: React(fulfil),
    SessionWithdrawn: React(withdraw),
    ClientErased: React(forget, find=rolling_of_client),
    CourseClosed: React(call_off),
    MaintenanceStarted: React(look_ahead),
    CourseResumed: React(look_anew),
}
