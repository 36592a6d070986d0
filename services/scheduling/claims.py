"""What an appointment holds: the client and the room for its time, the therapist with the buffers around it."""

from collections.abc import Iterator
from datetime import timedelta

from services.scheduling.hold_rows import HOLD_CLAIMS
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
)
from shared.store.claims import Claim, Claims, Release


def hold(event: AppointmentBooked | AppointmentMoved | AppointmentReinstated) -> Iterator[Claim | Release]:
    """The appointment's own holds are let go first, so that it never blocks its own move."""
    yield Release(holder=event.appointment_id)
    before, after = timedelta(minutes=event.buffer_before_minutes), timedelta(minutes=event.buffer_minutes)
    for resource, starts_at, ends_at in (
        (f"therapist:{event.therapist_id}", event.starts_at - before, event.ends_at + after),
        (f"room:{event.room_id}", event.starts_at, event.ends_at),
        (f"client:{event.client_id}", event.starts_at, event.ends_at),
    ):
        yield Claim(resource=resource, starts_at=starts_at, ends_at=ends_at, holder=event.appointment_id)


def let_go(event: AppointmentCancelled | AppointmentMissed) -> Iterator[Release]:
    """Others may have the time."""
    yield Release(holder=event.appointment_id)


CLAIMS: Claims = {
    AppointmentBooked: hold,
    AppointmentMoved: hold,
    AppointmentReinstated: hold,
    AppointmentCancelled: let_go,
    AppointmentMissed: let_go,
    **HOLD_CLAIMS,
}
