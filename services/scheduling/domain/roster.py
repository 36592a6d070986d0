"""Who works when and where, and what is taken: the search for free times. Intervals are UTC and half-open."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.slots import Interval, Span, covers, is_free, starts, windows
from shared.decider import Refusal


class Slot(Struct, frozen=True, kw_only=True):
    """A free time with a therapist and a room."""

    starts_at: datetime
    ends_at: datetime
    therapist_id: UUID
    room_id: UUID


class Worker(Struct, frozen=True, kw_only=True):
    """A therapist as the search sees one. `away` and `taken` are merged; `taken` includes the buffer after a visit."""

    therapist_id: UUID
    name: str
    hours: Sequence[Span]
    rooms: Sequence[UUID]
    buffer_minutes: int = 0
    active: bool = True
    away: Sequence[Interval] = ()
    taken: Sequence[Interval] = ()


class Workplace(Struct, frozen=True, kw_only=True):
    """A room as the search sees one. `taken` is merged."""

    room_id: UUID
    name: str
    active: bool = True
    taken: Sequence[Interval] = ()


class Roster(Struct, frozen=True, kw_only=True):
    """The practice's therapists and rooms over some weeks. `closed` and `client_taken` are merged."""

    zone: ZoneInfo
    grid: int
    workers: dict[UUID, Worker]
    rooms: dict[UUID, Workplace]
    closed: Sequence[Interval] = ()
    client_taken: Sequence[Interval] = ()

    def rooms_of(self, worker: Worker) -> list[Workplace]:
        """The rooms a therapist may use, in order of preference."""
        mine = worker.rooms or self.rooms.keys()
        return [self.rooms[one] for one in mine if one in self.rooms and self.rooms[one].active]

    def free_room(self, worker: Worker, time: Interval, first: UUID | None = None) -> UUID | None:
        """A room of the therapist that nobody has then, `first` if possible."""
        free = [room.room_id for room in self.rooms_of(worker) if is_free(time, room.taken)]
        return first if first in free else next(iter(free), None)

    def slots(self, worker: Worker, within: Interval, minutes: int) -> Iterator[Slot]:
        """Free times of one therapist that begin inside `within`, in order, on the grid of each span of hours."""
        if not worker.active or not self.rooms_of(worker):
            return
        for window in windows(worker.hours, within, self.zone):
            for start in starts(window, minutes, self.grid):
                if within[0] <= start < within[1] and (slot := self._slot(worker, start, minutes)):
                    yield slot

    def _slot(self, worker: Worker, start: datetime, minutes: int) -> Slot | None:
        time = (start, start + timedelta(minutes=minutes))
        undisturbed = all(is_free(time, taken) for taken in (worker.away, self.closed, self.client_taken))
        if not undisturbed or not is_free(held(worker, time), worker.taken):
            return None
        if (room_id := self.free_room(worker, time)) is None:
            return None
        return Slot(starts_at=start, ends_at=time[1], therapist_id=worker.therapist_id, room_id=room_id)

    def outside(self, worker: Worker, time: Interval) -> Refusal | None:
        """Why the practice or the therapist does not work then."""
        if not is_free(time, self.closed):
            return Refusal(rule="closed_day", detail="The practice is closed then.")
        if not worker.active:
            return Refusal(rule="outside_hours", detail=f"{worker.name} does not work here any more.")
        if not is_free(time, worker.away):
            return Refusal(rule="outside_hours", detail=f"{worker.name} is away then.")
        if not covers(windows(worker.hours, time, self.zone), time):
            return Refusal(rule="outside_hours", detail=f"{worker.name} does not work at this time.")
        return None

    def taken(self, worker: Worker, room: Workplace, time: Interval) -> Refusal | None:
        """Who of therapist and room is somebody else's then."""
        if not is_free(held(worker, time), worker.taken):
            return Refusal(rule="therapist_taken", detail=f"{worker.name} has another visit at this time.")
        if not room.active or not is_free(time, room.taken):
            return Refusal(rule="room_taken", detail=f"{room.name} is taken at this time.")
        return None


def held(worker: Worker, time: Interval) -> Interval:
    """What a visit takes of the therapist: itself and the buffer after it."""
    return time[0], time[1] + timedelta(minutes=worker.buffer_minutes)
