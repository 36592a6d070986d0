"""A whole proposal out of all choices of days: what was wished, then the rhythm, then few therapists and rooms."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from services.scheduling.domain.fewest import bits, fewest
from services.scheduling.domain.graph import Layers, cheapest
from services.scheduling.domain.minutes import instant
from services.scheduling.domain.openings import Openings
from services.scheduling.domain.rhythm import Best, Rhythm, best
from shared.questions.protocol import SessionWays


class Pick(Struct, frozen=True, kw_only=True):
    """A visit chosen: the start, the therapist's place in the roster, and whether it keeps the rhythm."""

    starts_at: datetime
    therapist: int
    regular: bool


class Picked(Struct, frozen=True, kw_only=True):
    """All visits, in order, and the rhythm they keep."""

    visits: Sequence[Pick] = ()
    rhythm: Rhythm | None = None


def pick(sessions: Sequence[SessionWays], openings: Openings, wished: int) -> Picked:
    """The best choice (docs/scheduling.md): nothing that was wished is given up for the rhythm, and so on."""
    layers: Layers = [[(one.date, tuple(one.next)) for one in session.days] for session in sessions]
    paces = [session.a_week for session in sessions]
    _, layers = cheapest(layers, lambda _, day: openings[day].unmet)
    found = best(layers, paces, openings, wished)
    if found is None:
        return Picked()
    days = way(found, openings)
    return Picked(visits=visits(found, days, paces, openings), rhythm=found.rhythm)


def way(found: Best, openings: Openings) -> list[date]:
    """The earliest days among the best, for those therapists."""
    _, layers = cheapest(found.layers, lambda _, day: not found.rhythm.free(day, openings) & found.therapists)
    days: list[date] = []
    onward: Sequence[int] = range(len(layers[0]))
    for layer in layers:
        day, onward = min((layer[one] for one in onward), key=lambda node: node[0])
        days.append(day)
    return days


def visits(found: Best, days: Sequence[date], paces: Sequence[int], openings: Openings) -> Sequence[Pick]:
    """Each day with its time and whoever of the therapists has most of the visits."""
    minutes = [nearest_minute(found, day, openings) for day in days]
    able = [openings[day].times[minute] & found.therapists for day, minute in zip(days, minutes, strict=True)]
    return [
        Pick(
            starts_at=instant(openings[day].starts[minute]),
            therapist=one.bit_length() - 1,
            regular=found.rhythm.departs(day, pace, openings) == 0,
        )
        for day, minute, pace, one in zip(days, minutes, paces, shares(able), strict=True)
    ]


def nearest_minute(found: Best, day: date, openings: Openings) -> int:
    """The rhythm's time, or the nearest to it at which one of the therapists is free."""
    minute, times = found.rhythm.minute, openings[day].times
    able = [one for one, mask in times.items() if mask & found.therapists]
    return minute if minute in times else min(able, key=lambda one: (abs(one - minute), one))


def shares(able: Sequence[int]) -> list[int]:
    """For each visit one of the bits that can have it: the one that can have the most of all of them."""
    often: dict[int, int] = {}
    for mask in able:
        for bit in bits(mask):
            often[bit] = often.get(bit, 0) + 1
    return [max(bits(mask), key=lambda bit: (often[bit], -bit)) for mask in able]


def same_rooms(free: Sequence[int]) -> list[int]:
    """For each visit one of the rooms (bits) that are free then, so that they are the fewest in all."""
    chosen = fewest([[(mask, (0,))] for mask in free], len(free)) or 0
    return shares([mask & chosen for mask in free])
