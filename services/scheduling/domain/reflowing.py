"""Which visit takes which day when later visits are put right, and a roster on which others have moved already."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.domain.minutes import merged, stretch
from services.scheduling.domain.placing import Placement
from services.scheduling.domain.roster import Roster, held
from services.scheduling.domain.slots import Interval
from services.scheduling.domain.visits import Appointment

Retired = TypeVar("Retired", bound=Struct)


class Shares(Struct, frozen=True, kw_only=True):
    """Who goes where: visits with their new day, and days that are left over for new visits."""

    moves: list[tuple[Appointment, date]]
    fresh: list[date]


def share(
    later: Sequence[Appointment],
    leaving: Collection[UUID],
    days: Sequence[date],
    day_of_visit: Callable[[Appointment], date],
) -> Shares:
    """A visit whose day was chosen keeps it; the others take the days that nobody has, first to first.

    One that is `leaving` cannot stay as it is: on its own day it gets another time, therapist or room.
    """
    fresh, moves, dropped = list(days), [], []
    for visit in later:
        day = day_of_visit(visit)
        if day not in fresh:
            dropped.append(visit)
            continue
        fresh.remove(day)
        if visit.appointment_id in leaving:
            moves.append((visit, day))
    moves += zip(dropped, fresh, strict=False)
    return Shares(moves=sorted(moves, key=lambda move: move[1]), fresh=fresh[len(dropped) :])


def occupied(roster: Roster, placements: Iterable[Placement]) -> Roster:
    """The roster with what these visits will take of therapists and rooms."""
    workers, rooms = dict(roster.workers), dict(roster.rooms)
    for one in placements:
        worker = workers[one.therapist_id]
        workers[one.therapist_id] = replace(worker, taken=merged([*worker.taken, held(worker, one.time)]))
        if one.room_id:
            room = rooms[one.room_id]
            rooms[one.room_id] = replace(room, taken=merged([*room.taken, stretch(one.time)]))
    return replace(roster, workers=workers, rooms=rooms)


def without(roster: Roster, gone: UUID) -> Roster:
    """The roster when this therapist or this room is used no more."""
    workers, rooms = retired(roster.workers, gone), retired(roster.rooms, gone)
    return replace(roster, workers=workers, rooms=rooms)


def retired(found: Mapping[UUID, Retired], gone: UUID) -> dict[UUID, Retired]:
    """The same with one of them not active."""
    return {key: replace(one, active=False) if key == gone else one for key, one in found.items()}


def minutes_of(visit: Appointment) -> int:
    """How long a visit is."""
    return int((visit.ends_at - visit.starts_at) / timedelta(minutes=1))


def times_of(visits: Iterable[Appointment], leaving: Collection[UUID]) -> list[Interval]:
    """When the client has visits other than those that leave their time."""
    return [one.time for one in visits if one.open and one.appointment_id not in leaving]
