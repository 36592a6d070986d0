"""Who works when and where, and what is taken: the search for free times. Intervals are UTC and half-open."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.slots import (
    A_DAY,
    Days,
    Interval,
    Span,
    covers,
    is_free,
    merged,
    reaches,
    reaching,
    starts,
    unlapped,
    windows,
)
from shared.clock import day_of
from shared.decider import Refusal


class Slot(Struct, frozen=True, kw_only=True):
    """A free time with a therapist and a room."""

    starts_at: datetime
    ends_at: datetime
    therapist_id: UUID
    room_id: UUID


class Worker(Struct, frozen=True, kw_only=True):
    """A therapist as the search sees one. `away` and `taken` are merged; `taken` includes each visit's own buffers.

    The buffers here are those of a new visit, in minutes. They add up with those of its neighbours.
    """

    therapist_id: UUID
    name: str
    hours: Sequence[Span]
    rooms: Sequence[UUID]
    days: Days = {}
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    active: bool = True
    away: Sequence[Interval] = ()
    taken: Sequence[Interval] = ()


class Workplace(Struct, frozen=True, kw_only=True):
    """A room as the search sees one. `taken` is merged, `equipment` are slugs."""

    room_id: UUID
    name: str
    active: bool = True
    equipment: Collection[str] = ()
    taken: Sequence[Interval] = ()


class Roster(Struct, frozen=True, kw_only=True):
    """The practice's therapists and rooms over some weeks. `closed` and `client_taken` are merged.

    `holidays` names the public holidays on which the practice is closed; `closed` has them too.
    """

    zone: ZoneInfo
    grid: int
    workers: dict[UUID, Worker]
    rooms: dict[UUID, Workplace]
    closed: Sequence[Interval] = ()
    holidays: Mapping[date, str] = {}
    client_taken: Sequence[Interval] = ()

    def rooms_of(self, worker: Worker, needs: Collection[str] = ()) -> list[Workplace]:
        """The rooms a therapist may use that have the equipment, in order of preference."""
        mine = worker.rooms or self.rooms.keys()
        rooms = [self.rooms[one] for one in mine if one in self.rooms]
        return [room for room in rooms if room.active and set(needs) <= set(room.equipment)]

    def free_room(
        self, worker: Worker, time: Interval, first: UUID | None = None, needs: Collection[str] = ()
    ) -> UUID | None:
        """A room of the therapist that nobody has then, `first` if possible."""
        free = [room.room_id for room in self.rooms_of(worker, needs) if is_free(time, room.taken)]
        return first if first in free else next(iter(free), None)

    def slots(self, worker: Worker, within: Interval, minutes: int, needs: Collection[str] = ()) -> Iterator[Slot]:
        """Free times of one therapist that begin inside `within`, in order, on the grid of each span of hours."""
        rooms, length = self.rooms_of(worker, needs), timedelta(minutes=minutes)
        if not rooms:
            return
        for start in self.free_starts(worker, within, minutes):
            time = (start, start + length)
            if room := next((one for one in rooms if is_free(time, one.taken)), None):
                yield Slot(starts_at=start, ends_at=time[1], therapist_id=worker.therapist_id, room_id=room.room_id)

    def free_starts(self, worker: Worker, within: Interval, minutes: int) -> Iterator[datetime]:
        """When the therapist could begin a visit inside `within`, whatever the rooms."""
        if not worker.active:
            return
        spans = unlapped(windows(worker.hours, within, self.zone, worker.days))
        obstacles = self.obstacles(worker, (within[0] - A_DAY, within[1] + A_DAY))
        for span, until in reaches(spans):
            for start in starts(span, minutes, self.grid, obstacles, until):
                if within[0] <= start < within[1]:
                    yield start

    def obstacles(self, worker: Worker, within: Interval) -> list[Interval]:
        """Where a visit with this therapist may not reach: absences, closures, the client's own, others' visits."""
        before, after = buffers(worker)
        visits = [(start - after, end + before) for start, end in reaching(worker.taken, within)]
        others = [one for taken in (worker.away, self.closed, self.client_taken) for one in reaching(taken, within)]
        return merged([*visits, *others])

    def outside(self, worker: Worker, time: Interval) -> Refusal | None:
        """Why the practice or the therapist does not work then."""
        if not is_free(time, self.closed):
            return Refusal(rule="closed_day", detail=self.why_closed(time))
        if not worker.active:
            return Refusal(rule="outside_hours", detail=f"{worker.name} does not work here any more.")
        if not is_free(time, worker.away):
            return Refusal(rule="outside_hours", detail=f"{worker.name} is away then.")
        if not covers(windows(worker.hours, time, self.zone, worker.days), time):
            return Refusal(rule="outside_hours", detail=f"{worker.name} does not work at this time.")
        return None

    def why_closed(self, time: Interval) -> str:
        """The sentence for a visit while the practice is closed; a holiday has a name."""
        names = (self.holidays.get(day_of(instant, self.zone)) for instant in time)
        holiday = next((name for name in names if name), None)
        return (
            f"The practice is closed on this public holiday ({holiday})." if holiday else "The practice is closed then."
        )

    def taken(self, worker: Worker, room: Workplace, time: Interval) -> Refusal | None:
        """Who of therapist and room is somebody else's then."""
        if not is_free(held(worker, time), worker.taken):
            return Refusal(rule="therapist_taken", detail=f"{worker.name} has another visit at this time.")
        if not room.active or not is_free(time, room.taken):
            return Refusal(rule="room_taken", detail=f"{room.name} is taken at this time.")
        return None


def lacking(room: Workplace, needs: Collection[str]) -> Refusal | None:
    """What the visit needs and the room does not have."""
    if not (missing := sorted(set(needs) - set(room.equipment))):
        return None
    detail = f"{room.name} does not have what the visit needs ({', '.join(missing)})."
    return Refusal(rule="room_lacks_equipment", detail=detail)


def held(worker: Worker, time: Interval) -> Interval:
    """What a new visit takes of the therapist: itself and the buffers on both sides."""
    before, after = buffers(worker)
    return time[0] - before, time[1] + after


def buffers(worker: Worker) -> tuple[timedelta, timedelta]:
    """What is kept free before and after a new visit."""
    return timedelta(minutes=worker.buffer_before_minutes), timedelta(minutes=worker.buffer_minutes)
