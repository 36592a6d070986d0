"""A visit that is moved: free times to choose from, and what each way of doing it would change."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from services.web.answers.booking import Changed
from services.web.answers.scheduling import Slot, Visit
from services.web.views.booking import Line, changes, when, where
from services.web.views.course import Known
from services.web.views.words import clock_time, readable, soonest
from shared.decider import Refused

WAYS = {
    True: ("Put the later visits right too", "Move it and put the later ones right"),
    False: ("Only this visit", "Move only this visit"),
}
"""What is done with the later visits: the heading and the button."""
ALONE = ("No other visit changes", "Move it")


class Choice(Struct, frozen=True, kw_only=True):
    """A free time: what a form sends, and what its button says."""

    time: str
    therapist_id: UUID
    label: str


class Column(Struct, frozen=True, kw_only=True):
    """The free times of one therapist."""

    name: str
    therapist_id: UUID
    choices: list[Choice]


class Way(Struct, frozen=True, kw_only=True):
    """One way to do it: what changes besides, or why it cannot be."""

    reflow: bool
    heading: str
    button: str
    lines: Sequence[Line] = ()
    problem: str = ""


def instant(value: datetime) -> str:
    """An instant as a form sends it, in UTC: short, because a page has many."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def columns(slots: Sequence[Slot], visit: Visit, known: Known) -> list[Column]:
    """The free times by therapist, first those of the one who has the visit now; its own time is none of them."""
    here = (visit.starts_at, visit.therapist_id)
    free = [slot for slot in slots if (slot.starts_at, slot.therapist_id) != here]
    able = {slot.therapist_id for slot in free}
    names = sorted((one != visit.therapist_id, name, one) for one, name in known.therapists.items() if one in able)
    return [Column(name=name, therapist_id=one, choices=choices(free, one, known)) for _, name, one in names]


def choices(slots: Sequence[Slot], therapist_id: UUID, known: Known) -> list[Choice]:
    """The times of one therapist as the practice's clock shows them."""
    return [
        Choice(
            time=instant(slot.starts_at),
            therapist_id=therapist_id,
            label=clock_time(slot.starts_at, known.zone),
        )
        for slot in slots
        if slot.therapist_id == therapist_id
    ]


def instead(refused: Refused, known: Known, theirs: ZoneInfo | None) -> list[Choice]:
    """The times offered in place of one that cannot be: `Thu 5 Mar, 10:00, Ada Byron`."""
    near = msgspec.convert(refused.items[0].alternatives or [], list[Slot])
    return [
        Choice(
            time=instant(slot.starts_at),
            therapist_id=slot.therapist_id,
            label=f"{when(slot.starts_at, known, theirs)}, {known.therapists.get(slot.therapist_id, '')}",
        )
        for slot in near
    ]


def why(refused: Refused, zone: ZoneInfo) -> str:
    """What is against it, and from when on it could be, unless the sentence says so."""
    told, earliest = str(refused), refused.items[0].earliest
    return readable(told if str(earliest) in told else f"{told} {soonest(earliest, zone)}".strip())


def target(found: Changed, visit: Visit, known: Known, theirs: ZoneInfo | None) -> str:
    """Where the visit would be: `Thu 5 Mar, 10:00, Ada Byron, Front room`."""
    moved = next((one for one in found.moved if one.appointment_id == visit.appointment_id), None)
    place, start = (moved, moved.to) if moved else (visit, visit.starts_at)
    return f"{when(start, known, theirs)}, {where(place, known)}"


def ways(found: dict[bool, Changed | Refused], known: Known, theirs: ZoneInfo | None) -> list[Way]:
    """The ways there are to do it, with the later visits put right (`True`) and without; one if they are the same."""
    told = [way(reflow, one, known, theirs) for reflow, one in found.items()]
    if any(one.lines or one.problem for one in told):
        return told
    heading, button = ALONE
    return [replace(told[-1], heading=heading, button=button)]


def way(reflow: bool, found: Changed | Refused, known: Known, theirs: ZoneInfo | None) -> Way:
    """One of them."""
    heading, button = WAYS[reflow]
    if isinstance(found, Refused):
        return Way(reflow=reflow, heading=heading, button="", problem=why(found, known.zone))
    others = replace(found, moved=[one for one in found.moved if one.appointment_id != found.appointment_id])
    return Way(reflow=reflow, heading=heading, button=button, lines=changes(others, known, theirs))
