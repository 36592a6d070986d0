"""Putting the later visits of a course right with as little change as possible: the cheapest choice of days there is.

Every chosen day passes the cadence, in order. Of all such choices the one is taken that costs least:
first points (a visit on another day 2, one that keeps its day but not its time 1, a week with fewer sessions than the
protocol asks for 3: moving one visit is worth a full week, moving two is not), then the days by which the visits move,
summed, then the ranks of their times. It is a search of cheapest paths (A*) over the free days, taken or left out one
after another; what can be told apart is only how many are placed, the days the rules look back on, and the week.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

from msgspec import Struct

from services.protocol.domain.cadence import Cadence, refusal, stand
from services.protocol.domain.ways import ways
from shared.questions.protocol import AskReflow, AskWays, Candidate, CourseWays, ReflowPlan

SAME_DAY, OTHER_DAY, SHORT_WEEK = 1, 2, 3
"""Points: what a change costs the client (policy)."""
WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)
MOST_STEPS = 10_000
"""So many steps the search may take; a course that needs more gets the quickest days, which are not compared."""

Cost = tuple[int, int, int]
Week = tuple[date, int]
"""The first day of the phase's week that is running, and how many sessions it has."""


class Path(Struct, frozen=True, kw_only=True):
    """A choice among the first `seen` free days, and what it costs so far."""

    seen: int
    cadence: Cadence
    week: Week | None
    cost: Cost
    chosen: tuple[date, ...] = ()


class Task:
    """What is asked, with the sums that the search needs again and again."""

    def __init__(self, asked: AskReflow) -> None:
        self.sessions = asked.sessions
        self.free = sorted(asked.candidates, key=lambda one: one.date)
        self.was = sorted(asked.was)
        self._distances: dict[tuple[int, int], int] = {}

    @cached_property
    def first(self) -> date:
        """The day the search begins on."""
        return min([one.date for one in self.free[:1]] + self.was[:1])

    @cached_property
    def end(self) -> date:
        """The day after everything."""
        return max([one.date for one in self.free[-1:]] + self.was[-1:]) + A_DAY

    @cached_property
    def left(self) -> list[tuple[int, int]]:
        """How many days that cost nothing, and how many that cost little, there are from each free day on."""
        found = [(0, 0)]
        for one in reversed(self.free):
            kept, near = found[-1]
            found.append((kept + (one.rank == 0), near + (one.rank == 1)))
        return found[::-1]

    def at_least(self, seen: int, placed: int) -> int:
        """Points that the visits still to be placed cost at the very least."""
        kept, near = self.left[seen]
        moved = max(self.sessions - placed - kept, 0)
        return SAME_DAY * min(moved, near) + OTHER_DAY * max(moved - near, 0)

    def distance(self, seen: int, placed: int) -> int:
        """Days moved between the last free day seen and the next, when so many visits are placed by then.

        Each day counts as often as visits lie on the other side of it than they did: summed over all days that is
        the sum of the days by which visits move, in their order.
        """
        if (seen, placed) not in self._distances:
            day = self.free[seen - 1].date if seen else self.first
            until = self.end if placed == self.sessions or seen == len(self.free) else self.free[seen].date
            days = (day + timedelta(days=n) for n in range((until - day).days))
            self._distances[seen, placed] = sum(abs(bisect_right(self.was, one) - placed) for one in days)
        return self._distances[seen, placed]


def reflow(cadence: Cadence, asked: AskReflow) -> ReflowPlan:
    """The days that change least; where there is no such choice for all visits, the quickest days for some."""
    for day in sorted(set(asked.booked) - set(cadence.days)):
        cadence = cadence.with_session(day)
    found = cheapest(cadence, asked)
    return ReflowPlan(days=list(found.chosen)) if found else quickest(cadence, asked)


def quickest(cadence: Cadence, asked: AskReflow) -> ReflowPlan:
    """The first of the quickest choices of days, and what is to be said of the visits without one."""
    days = [one.date for one in asked.candidates]
    question = AskWays(course_id=asked.course_id, client_id=asked.client_id, sessions=asked.sessions, days=days)
    found = ways(cadence, question)
    return ReflowPlan(days=list(first_way(found)), unplaced=found.unplaced)


def first_way(found: CourseWays) -> Iterator[date]:
    """Each session on the first day that may follow."""
    place = 0
    for session in found.sessions:
        yield session.days[place].date
        place = next(iter(session.days[place].next), 0)


def cheapest(cadence: Cadence, asked: AskReflow) -> Path | None:
    """The cheapest choice; none when there is none, or it would take too long to find."""
    if not asked.sessions:
        return Path(seen=0, cadence=cadence, week=None, cost=(0, 0, 0))
    task, number = Task(asked), count()
    known: set[tuple[object, ...]] = set()
    start = Path(seen=0, cadence=cadence, week=running_week(cadence), cost=(0, task.distance(0, 0), 0))
    waiting = [(start.cost, 0, next(number), start)]
    while waiting and len(known) < MOST_STEPS:
        _, _, _, path = heappop(waiting)
        if len(path.chosen) == task.sessions:
            return path
        if path.seen == len(task.free) or (key := essence(task, path)) in known:
            continue
        known.add(key)
        for one in onward(task, path):
            points, days, ranks = one.cost
            cost = (points + task.at_least(one.seen, len(one.chosen)), days, ranks)
            heappush(waiting, (cost, -one.seen, next(number), one))
    return None


def essence(task: Task, path: Path) -> tuple[object, ...]:
    """What the future of a path depends on: two paths that agree in it are interchangeable."""
    days, horizon = path.cadence.days, max(7, path.cadence.definition.policy.min_gap_days)
    near = task.free[path.seen].date - timedelta(days=horizon)
    recent = days[min(bisect_right(days, near), max(len(days) - 1, 0)) :]
    return path.seen, len(path.chosen), recent, path.week


def onward(task: Task, path: Path) -> Iterator[Path]:
    """The next free day taken, if the cadence allows it, and left out."""
    candidate, placed = task.free[path.seen], len(path.chosen)
    standing = stand(path.cadence)
    if standing.phase and refusal(path.cadence, candidate.date, standing) is None:
        yield taken(task, path, candidate)
    if path.seen + 1 < len(task.free):
        points, days, ranks = path.cost
        cost = (points, days + task.distance(path.seen + 1, placed), ranks)
        yield Path(seen=path.seen + 1, cadence=path.cadence, week=path.week, cost=cost, chosen=path.chosen)


def taken(task: Task, path: Path, candidate: Candidate) -> Path:
    """The path with a session on this day."""
    day = candidate.date
    week, short = week_with(path, day)
    points, days, ranks = path.cost
    return Path(
        seen=path.seen + 1,
        cadence=path.cadence.with_session(day),
        week=week,
        cost=(
            points + min(candidate.rank, OTHER_DAY) + SHORT_WEEK * short,
            days + task.distance(path.seen + 1, len(path.chosen) + 1),
            ranks + candidate.rank,
        ),
        chosen=(*path.chosen, day),
    )


def week_with(path: Path, day: date) -> tuple[Week, int]:
    """The week the session falls into, and how many weeks before it are complete and too short (domain.md §3.1)."""
    standing = stand(path.cadence)
    if path.week is None or standing.done == 0 or standing.phase is None:
        return (day, 1), 0
    began, sessions = path.week
    passed = (day - began).days // 7
    if passed <= 0:
        return (began, sessions + 1), 0
    weeks = [(began + n * WEEK, sessions if n == 0 else 0) for n in range(passed)]
    short = sum(held < standing.phase.per_week and judged(path.cadence, first) for first, held in weeks)
    return (began + passed * WEEK, 1), short


def judged(cadence: Cadence, first: date) -> bool:
    """Whether the week from this day counts: days in a pause are not judged."""
    return not any(pause.covers(first + n * A_DAY) for pause in cadence.pauses for n in range(7))


def running_week(cadence: Cadence) -> Week | None:
    """The week of the phase that its last session lies in."""
    done = stand(cadence).done
    if not done or not cadence.days:
        return None
    of_phase = cadence.days[max(len(cadence.days) - done, 0) :]
    began = of_phase[0] + (of_phase[-1] - of_phase[0]).days // 7 * WEEK
    return began, sum(day >= began for day in of_phase)
