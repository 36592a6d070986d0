"""What scheduling does when a session took place or did not, and when a client was erased."""

from collections.abc import Iterator

from services.scheduling.domain import feed, itinerary
from services.scheduling.domain.facts import ForgetClient, FulfilAppointment, WithdrawSession
from services.scheduling.domain.feed import RevokeFeedKey
from shared.bus.hearing import Found, React, Reactions
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


def forget(heard: Recorded, _found: Found) -> Iterator[tuple[str, Command]]:
    """Nothing is agreed with an erased client, and the calendar is closed."""
    event: ClientErased = heard.event
    yield itinerary.stream(event.client_id), ForgetClient(client_id=event.client_id)
    yield feed.stream(event.client_id), RevokeFeedKey(owner_id=event.client_id)


REACTIONS: Reactions = {
    SessionCompleted: React(fulfil),
    SessionAmended: React(fulfil),
    SessionWithdrawn: React(withdraw),
    ClientErased: React(forget),
}
