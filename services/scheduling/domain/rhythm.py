"""The most regular choice of days and times, and of those the one with the fewest therapists: exact, by bounds.

A rhythm is a time of day and, for each pace of the plan, that many weekdays, those of a slower pace among those of a
faster one. A visit departs from it once by its weekday and once by its time. Every rhythm is bounded from below, by
what each visit alone must depart and by the therapists whom days that depart not at all need; only those that could
still be the best are worked out.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from msgspec import Struct

from services.scheduling.domain.fewest import fewest
from services.scheduling.domain.graph import Layers, Node, cheapest
from services.scheduling.domain.openings import Openings

MANY = 1_000
"""More therapists than any practice has."""
Weekdays = dict[int, frozenset[int]]
"""For each pace (visits a week) its weekdays, Monday is 0."""


class Rhythm(Struct, frozen=True):
    """A time of day (minutes) and the weekdays."""

    minute: int
    weekdays: Weekdays

    def departs(self, day: date, pace: int, openings: Openings) -> int:
        """How far a visit on the day is from the rhythm."""
        return (day.weekday() not in self.weekdays[pace]) + (self.minute not in openings[day].times)

    def free(self, day: date, openings: Openings) -> int:
        """Who is free on the day: at the rhythm's time, or if nobody is, at any."""
        times = openings[day].times
        if self.minute in times:
            return times[self.minute]
        found = 0
        for mask in times.values():
            found |= mask
        return found


class Best(Struct, frozen=True):
    """What was found: how many departures, the rhythm, the therapists (bits), and the days that are left to choose."""

    departures: int
    rhythm: Rhythm
    therapists: int
    layers: list[list[Node]]


def best(layers: Layers, paces: Sequence[int], openings: Openings, wished: int) -> Best | None:
    """The best of all rhythms; the time nearest to `wished` (minutes), then the first weekdays, where many are."""
    bounds = Bounds(layers, paces, openings)
    found: Best | None = None
    for least, rhythm in sorted(bounds.all(wished), key=lambda one: one[0]):
        if found and least > found.departures:
            break
        most = found.therapists.bit_count() - 1 if found and least == found.departures else MANY
        if bounds.enough(least, rhythm, most):
            found = better(found, rhythm, layers, paces, openings)
    return found


def better(found: Best | None, rhythm: Rhythm, layers: Layers, paces: Sequence[int], openings: Openings) -> Best | None:
    """The rhythm worked out, if it is better than what was found."""
    departures, left = cheapest(layers, lambda n, day: rhythm.departs(day, paces[n], openings))
    if found and departures > found.departures:
        return found
    most = found.therapists.bit_count() - 1 if found and departures == found.departures else MANY
    options = [[(rhythm.free(day, openings), onward) for day, onward in layer] for layer in left]
    therapists = fewest(options, most)
    return found if therapists is None else Best(departures, rhythm, therapists, left)


class Bounds:
    """What every rhythm must at least depart and whom it needs, from sets of days as bits."""

    def __init__(self, layers: Layers, paces: Sequence[int], openings: Openings) -> None:
        self.days = sorted({day for layer in layers for day, _ in layer})
        places = {day: n for n, day in enumerate(self.days)}
        self.on = [sum(1 << n for day, n in places.items() if day.weekday() == one) for one in range(7)]
        self.layers = [sum(1 << places[day] for day in {day for day, _ in layer}) for layer in layers]
        self.paces = paces
        self.at: dict[int, int] = {}
        self.who: dict[int, list[int]] = {}
        for n, day in enumerate(self.days):
            for minute, mask in openings[day].times.items():
                self.at[minute] = self.at.get(minute, 0) | 1 << n
                self.who.setdefault(minute, [0] * len(self.days))[n] = mask

    def _bits(self, weekdays: frozenset[int]) -> int:
        return sum(self.on[one] for one in weekdays)

    def all(self, wished: int) -> Iterator[tuple[int, Rhythm]]:
        """Every rhythm with the least it can depart."""
        weekdays = list(choices_of_weekdays(self.days, sorted(set(self.paces), reverse=True)))
        on = [[self._bits(one[pace]) for pace in self.paces] for one in weekdays]
        for minute in sorted(self.at, key=lambda one: (abs(one - wished), one)):
            at = self.at[minute]
            for one, days in zip(weekdays, on, strict=True):
                least = 0
                for layer, right in zip(self.layers, days, strict=True):
                    if not layer & right & at:
                        least += 1 if layer & (right | at) else 2
                yield least, Rhythm(minute, one)

    def enough(self, least: int, rhythm: Rhythm, most: int) -> bool:
        """Whether so many therapists could do; only said of rhythms that no visit need depart from."""
        if least:
            return most > 0
        who, needs = self.who[rhythm.minute], set[int]()
        right = {pace: self._bits(weekdays) & self.at[rhythm.minute] for pace, weekdays in rhythm.weekdays.items()}
        for layer, pace in zip(self.layers, self.paces, strict=True):
            days, need = layer & right[pace], 0
            while days:
                need |= who[(days & -days).bit_length() - 1]
                days &= days - 1
            needs.add(need)
        return fewest([[(need, (0,))] for need in needs], most) is not None


def choices_of_weekdays(days: Sequence[date], paces: Sequence[int]) -> Iterator[Weekdays]:
    """Weekdays for each pace, the fastest first: as many as visits a week, out of those of the pace before."""
    first = days[0].weekday() if days else 0
    known = sorted({day.weekday() for day in days}, key=lambda one: (one - first) % 7)

    def narrowed(among: Sequence[int], left: Sequence[int]) -> Iterator[Weekdays]:
        if not left:
            yield {}
            return
        for some in combinations(among, min(left[0], len(among))):
            for more in narrowed(some, left[1:]):
                yield {left[0]: frozenset(some), **more}

    yield from narrowed(known, paces)
