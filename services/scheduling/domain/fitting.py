"""A wanted visit on the roster: which room it gets, what speaks against it, and which free times lie near it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.domain.placing import Placement
from services.scheduling.domain.roster import Roster, Slot, Worker, Workplace, lacking
from services.scheduling.domain.slots import A_DAY, whole_day
from shared.clock import at, day_of
from shared.decider import Refusal, Unknown

OFFERED = 3
DAYS_AROUND = 7


class Want(Struct, frozen=True, kw_only=True):
    """A visit as it was asked for; `usual_room` is taken if it is free, `room_id` in any case.

    `equipment` are slugs of what the room must have.
    """

    appointment_id: UUID
    therapist_id: UUID
    starts_at: datetime
    minutes: int
    course_id: UUID | None = None
    room_id: UUID | None = None
    usual_room: UUID | None = None
    equipment: list[str] = []


def known(roster: Roster, therapist_id: UUID) -> Worker:
    """Find the therapist. Raises `Unknown`."""
    if therapist_id not in roster.workers:
        raise Unknown("There is no such therapist.")
    return roster.workers[therapist_id]


def known_room(roster: Roster, room_id: UUID) -> Workplace:
    """Find the room. Raises `Unknown`."""
    if room_id not in roster.rooms:
        raise Unknown("There is no such room.")
    return roster.rooms[room_id]


def fit(roster: Roster, want: Want) -> Placement:
    """The visit with its room, if there is one for it, and with what the calendar says against it."""
    worker = known(roster, want.therapist_id)
    time = (want.starts_at, want.starts_at + timedelta(minutes=want.minutes))
    room = known_room(roster, want.room_id) if want.room_id else room_for(roster, worker, want)
    return Placement(
        appointment_id=want.appointment_id,
        course_id=want.course_id,
        therapist_id=want.therapist_id,
        room_id=room.room_id if room else None,
        starts_at=time[0],
        ends_at=time[1],
        buffer_minutes=worker.buffer_minutes,
        buffer_before_minutes=worker.buffer_before_minutes,
        equipment=want.equipment,
        against=(roster.outside(worker, time) or lacking(room, want.equipment)) if room else no_room(worker, want),
        taken=roster.taken(worker, room, time) if room else None,
    )


def room_for(roster: Roster, worker: Worker, want: Want) -> Workplace | None:
    """A free room of the therapist, or the first of them when none is free; none when none has what is needed."""
    rooms = roster.rooms_of(worker, want.equipment)
    if not rooms:
        return None
    time = (want.starts_at, want.starts_at + timedelta(minutes=want.minutes))
    free = roster.free_room(worker, time, want.usual_room, want.equipment)
    return roster.rooms[free] if free else rooms[0]


def no_room(worker: Worker, want: Want) -> Refusal:
    """The therapist has no room with what the visit needs, at any time."""
    needed = f" with {', '.join(want.equipment)}" if want.equipment else ""
    detail = f"There is no room{needed} in which {worker.name} works. Choose somebody who has one, or add one."
    return Refusal(rule="no_room", detail=detail)


def fit_slot(slot: Slot, want: Want, roster: Roster) -> Placement:
    """The visit in a free time that was found for it."""
    return fit(
        roster,
        replace(want, therapist_id=slot.therapist_id, starts_at=slot.starts_at, room_id=slot.room_id),
    )


def alternatives(
    roster: Roster, placement: Placement, refusal: Refusal, not_before: datetime
) -> list[dict[str, object]]:
    """The therapist's free times nearest to the wished one, from the first day on that the rule allows.

    Where the therapist has no room for the visit, those of everybody who has one.
    """
    worker = roster.workers[placement.therapist_id]
    able = [worker] if roster.rooms_of(worker, placement.equipment) else roster.workers.values()
    wished = max(on_day(placement.starts_at, refusal.earliest, roster), not_before)
    first = whole_day(day_of(wished, roster.zone), roster.zone)[0]
    within = (max(first, not_before), first + DAYS_AROUND * A_DAY)
    minutes = int((placement.ends_at - placement.starts_at) / timedelta(minutes=1))
    free = (slot for one in able for slot in roster.slots(one, within, minutes, placement.equipment))
    slots = sorted(free, key=lambda slot: abs(slot.starts_at - wished))
    return [offer(slot) for slot in slots[:OFFERED]]


def on_day(wished: datetime, earliest: date | datetime | None, roster: Roster) -> datetime:
    """The wished time of day on the first day that is possible."""
    if earliest is None or isinstance(earliest, datetime):
        return wished
    return max(wished, at(earliest, wished.astimezone(roster.zone).time(), roster.zone))


def offer(slot: Slot) -> dict[str, object]:
    """A free time as the answer shows it."""
    return {
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "therapist_id": slot.therapist_id,
        "room_id": slot.room_id,
    }


def offering(
    items: Sequence[Refusal], placements: Sequence[Placement], roster: Roster, not_before: datetime
) -> list[Refusal]:
    """The refusals, each with free times near the visit it is about; a course that is over has none."""
    return [
        item
        if item.index is None or item.rule in ("closed", "paused", "not_started")
        else replace(item, alternatives=alternatives(roster, placements[item.index], item, not_before))
        for item in items
    ]
