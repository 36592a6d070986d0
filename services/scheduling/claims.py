"""What an appointment holds: the client and the room for its time, the therapist until the buffer after it is over."""

from collections.abc import Iterator
from datetime import timedelta

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
    buffer = timedelta(minutes=event.buffer_minutes)
    for resource, ends_at in (
        (f"therapist:{event.therapist_id}", event.ends_at + buffer),
        (f"room:{event.room_id}", event.ends_at),
        (f"client:{event.client_id}", event.ends_at),
    ):
        yield Claim(resource=resource, starts_at=event.starts_at, ends_at=ends_at, holder=event.appointment_id)


def let_go(event: AppointmentCancelled | AppointmentMissed) -> Iterator[Release]:
    """Others may have the time."""
    yield Release(holder=event.appointment_id)


CLAIMS: Claims = {
    AppointmentBooked: hold,
    AppointmentMoved: hold,
    AppointmentReinstated: hold,
    AppointmentCancelled: let_go,
    AppointmentMissed: let_go,
}
