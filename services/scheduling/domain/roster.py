"""Who works when and where, and what is taken: the search for free times.

What is taken, closed or away is in minutes since 1970 (`minutes.py`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.minutes import Stretch, covers, instant, is_free, merged, reaching, starting, stretch
from services.scheduling.domain.runs import reaches, runs, worked
from services.scheduling.domain.slots import A_DAY, Days, Interval, Span
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

    The buffers here are those of a new visit, in minutes. They add up with those of its neighbours. One whose hours
    are not `readable` has none.
    """

    therapist_id: UUID
    name: str
    hours: Sequence[Span]
    rooms: Sequence[UUID]
    days: Days = {}
    buffer_minutes: int = 0
    buffer_before_minutes: int = 0
    active: bool = True
    readable: bool = True
    away: Sequence[Stretch] = ()
    taken: Sequence[Stretch] = ()

    @property
    def unreadable(self) -> Refusal | None:
        """Why nobody can say when the therapist works."""
        if self.readable:
            return None
        return Refusal(rule="hours_unreadable", detail=f"{self.name}'s hours cannot be read. Set them anew.")


class Workplace(Struct, frozen=True, kw_only=True):
    """A room as the search sees one. `taken` is merged, `equipment` are slugs."""

    room_id: UUID
    name: str
    active: bool = True
    equipment: Collection[str] = ()
    taken: Sequence[Stretch] = ()


class Roster(Struct, frozen=True, kw_only=True):
    """The practice's therapists and rooms over some weeks. `closed` and `client_taken` are merged.

    `holidays` names the public holidays on which the practice is closed; `closed` has them too.
    """

    zone: ZoneInfo
    grid: int
    workers: dict[UUID, Worker]
    rooms: dict[UUID, Workplace]
    closed: Sequence[Stretch] = ()
    holidays: Mapping[date, str] = {}
    client_taken: Sequence[Stretch] = ()

    def rooms_of(self, worker: Worker, needs: Collection[str] = ()) -> list[Workplace]:
        """The rooms a therapist may use that have the equipment, in order of preference."""
        known = [self.rooms[one] for one in worker.rooms if one in self.rooms] if worker.rooms else self.rooms.values()
        needed = slugs(needs)
        return [room for room in known if room.active and needed.issubset(slugs(room.equipment))]

    def free_room(
        self, worker: Worker, time: Interval, first: UUID | None = None, needs: Collection[str] = ()
    ) -> UUID | None:
        """A room of the therapist that nobody has then, `first` if possible."""
        free = self.free_rooms(worker, time, needs)
        return first if first in free else next(iter(free), None)

    def free_rooms(self, worker: Worker, time: Interval, needs: Collection[str] = ()) -> list[UUID]:
        """All rooms of the therapist that nobody has then."""
        asked = stretch(time)
        return [room.room_id for room in self.rooms_of(worker, needs) if is_free(asked, room.taken)]

    def slots(self, worker: Worker, within: Interval, minutes: int, needs: Collection[str] = ()) -> Iterator[Slot]:
        """Free times of one therapist that begin inside `within`, in order, on the grid of each span of hours."""
        rooms, length = self.rooms_of(worker, needs), timedelta(minutes=minutes)
        if not rooms:
            return
        for start in (one for run in self.free_runs(worker, within, minutes) for one in run):
            if room := next((one for one in rooms if is_free((start, start + minutes), one.taken)), None):
                begin = instant(start)
                yield Slot(
                    starts_at=begin, ends_at=begin + length, therapist_id=worker.therapist_id, room_id=room.room_id
                )

    def free_runs(self, worker: Worker, within: Interval, minutes: int) -> Iterator[range]:
        """When the therapist could begin a visit inside `within`, whatever the rooms, in minutes since 1970."""
        if not worker.active:
            return
        first, last = starting(within)
        obstacles = self.obstacles(worker, stretch((within[0] - A_DAY, within[1] + A_DAY)))
        for (start, end), until in reaches(worked(worker.hours, within, self.zone, worker.days)):
            for run in runs((start, min(end, last)), until, minutes, self.grid, obstacles):
                yield run if run.start >= first else run[-((run.start - first) // self.grid) :]

    def obstacles(self, worker: Worker, within: Stretch) -> list[Stretch]:
        """Where a visit with this therapist may not reach: absences, closures, the client's own, others' visits.

        Those have kept their own buffers; the ones of the new visit are added to them on either side.
        """
        before, after = worker.buffer_before_minutes, worker.buffer_minutes
        visits = [(start - after, end + before) for start, end in reaching(worker.taken, within)]
        others = [one for taken in (worker.away, self.closed, self.client_taken) for one in reaching(taken, within)]
        return merged([*visits, *others]) if others or before or after else visits

    def outside(self, worker: Worker, time: Interval) -> Refusal | None:
        """Why the practice or the therapist does not work then."""
        if not is_free(stretch(time), self.closed):
            return Refusal(rule="closed_day", detail=self.why_closed(time))
        if not worker.active:
            return Refusal(rule="outside_hours", detail=f"{worker.name} does not work here any more.")
        if worker.unreadable:
            return worker.unreadable
        if not is_free(stretch(time), worker.away):
            return Refusal(rule="outside_hours", detail=f"{worker.name} is away then.")
        if not covers(worked(worker.hours, time, self.zone, worker.days), stretch(time)):
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
        if not room.active or not is_free(stretch(time), room.taken):
            return Refusal(rule="room_taken", detail=f"{room.name} is taken at this time.")
        return None


def slugs(equipment: Collection[str]) -> frozenset[str]:
    """Kinds of equipment; older versions let in a line break after one."""
    return frozenset(one.strip() for one in equipment)


def lacking(room: Workplace, needs: Collection[str]) -> Refusal | None:
    """What the visit needs and the room does not have."""
    if not (missing := sorted(slugs(needs) - slugs(room.equipment))):
        return None
    detail = f"{room.name} does not have what the visit needs ({', '.join(missing)})."
    return Refusal(rule="room_lacks_equipment", detail=detail)


def held(worker: Worker, time: Interval) -> Stretch:
    """What a new visit takes of the therapist: itself and the buffers on both sides."""
    start, end = stretch(time)
    return start - worker.buffer_before_minutes, end + worker.buffer_minutes
