"""All choices of days for the next sessions that are as quick as the quickest, as a graph (docs/scheduling.md).

The quickest plan has each session on the first free day that will do. A later session never makes the next one
possible earlier, so no plan has a session before its day in the quickest. The graph holds every plan that has each
session in the same week as the quickest, and of these those with the fewest slips. Whoever asked chooses among them
what else is wished for: it costs neither a week nor a slip.
"""

from collections.abc import Sequence
from datetime import date

from services.protocol.domain.cadence import Cadence, stand
from services.protocol.domain.judging import judge
from services.protocol.domain.paces import Leg, legs
from services.protocol.domain.search import Field, State, field
from shared.questions.protocol import AskWays, CourseWays, NoWay, PlannedBreak, SessionWays, WayDay

Edges = dict[State, dict[State, int]]
"""From each state those after the next session, with the slips of the weeks between."""
NO_DAY = "No free day was found that the protocol allows."
NO_SESSION = "The course has no next session."
NEAREST = 3
"""So many days near the one a session would need are told, with what speaks against them."""


def ways(cadence: Cadence, asked: AskWays) -> CourseWays:
    """The graph, and which sessions have no place in it."""
    for day in sorted(set(asked.booked) - set(cadence.days)):
        cadence = cadence.with_session(day)
    number = wanted(cadence, asked)
    ahead = legs(cadence, number + 1, asked.days_a_week)
    if not ahead or not number:
        return CourseWays(pause=pause(cadence), unplaced=unplaced(cadence, [], [], number))
    ground = field(cadence, asked.days, ahead[0])
    quick = quickest(ground, ahead[:number])
    drawn = draw(fewest_slips(explore(ground, ahead, quick)))
    return CourseWays(
        sessions=[session(cadence.completed + n + 1, ahead, n, days) for n, days in enumerate(drawn)],
        pause=pause(cadence),
        unplaced=unplaced(cadence, [date.fromordinal(day) for day in quick], asked.days, number),
    )


def wanted(cadence: Cadence, asked: AskWays) -> int:
    """How many sessions: a number, what is left of the series, or of the whole course."""
    if isinstance(asked.sessions, int):
        return asked.sessions
    standing = stand(cadence)
    if standing.phase is None:
        return 0
    if asked.sessions == "series":
        sessions = standing.phase.sessions
        return asked.maintenance_visits if sessions is None else sessions - standing.done
    left = max((cadence.definition.total or 0) - cadence.place, 0)
    return left + (asked.maintenance_visits if cadence.definition.endless else 0)


def session(ordinal: int, ahead: Sequence[Leg], n: int, days: list[WayDay]) -> SessionWays:
    """The n-th of the legs with its days; a break before the leg after it comes after this session."""
    rest = ahead[n + 1].rest if n + 1 < len(ahead) else 0
    return SessionWays(ordinal=ordinal, phase=ahead[n].phase.name, a_week=ahead[n].pace, days=days, rest=rest)


def quickest(ground: Field, ahead: Sequence[Leg]) -> list[int]:
    """Each session on the first free day that will do, as far as there are any."""
    found: list[int] = []
    state = ground.start
    for leg in ahead:
        days = ground.days(leg, state) if found else ground.first_days(leg)
        if (day := next(days, None)) is None:
            break
        state, _ = ground.after(leg, state, day)
        found.append(day)
    return found


def explore(ground: Field, ahead: Sequence[Leg], quick: Sequence[int]) -> list[Edges]:
    """All ways to have each session in its week, session by session; some of them lead nowhere."""
    layers: list[Edges] = []
    states = [ground.start]
    for leg, day in zip(ahead, quick, strict=False):
        until, edges = ground.end_of_week(day), {}
        for state in states:
            days = ground.days(leg, state, until) if layers else ground.first_days(leg, until)
            edges[state] = dict(ground.after(leg, state, one) for one in days)
        layers.append(edges)
        states = list({after for found in edges.values() for after in found})
    return layers


def fewest_slips(layers: Sequence[Edges]) -> list[Edges]:
    """Those ways alone that come to the end with the fewest slips."""
    costs: list[dict[State, int]] = [{state: 0 for found in layers[-1].values() for state in found}] if layers else []
    for edges in reversed(layers):
        onward = {
            state: [slips + costs[-1][after] for after, slips in found.items() if after in costs[-1]]
            for state, found in edges.items()
        }
        costs.append({state: min(found) for state, found in onward.items() if found})
    return list(kept(layers, costs[::-1]))


def kept(layers: Sequence[Edges], costs: Sequence[dict[State, int]]) -> list[Edges]:
    """What lies on a cheapest way from the start."""
    result: list[Edges] = []
    states = set(layers[0]) if layers else set()
    for n, edges in enumerate(layers):
        best = {
            state: {
                a: slips for a, slips in edges[state].items() if slips + costs[n + 1].get(a, FAR) == costs[n][state]
            }
            for state in states
        }
        result.append(best)
        states = {after for found in best.values() for after in found}
    return result


def draw(layers: Sequence[Edges]) -> list[list[WayDay]]:
    """The graph without what no longer matters: states on the same day with the same future are one."""
    drawn: list[list[WayDay]] = []
    later: dict[State, int] = {}
    for n in range(len(layers) - 1, -1, -1):
        onward = layers[n + 1] if n + 1 < len(layers) else {}
        futures = {
            state: (state[0][-1], tuple(sorted({later[after] for after in onward.get(state, ())})))
            for found in layers[n].values()
            for state in found
        }
        nodes = {future: number for number, future in enumerate(sorted(set(futures.values())))}
        drawn.append([WayDay(date=date.fromordinal(day), next=list(after)) for day, after in nodes])
        later = {state: nodes[future] for state, future in futures.items()}
    return drawn[::-1]


def pause(cadence: Cadence) -> PlannedBreak | None:
    """The break that the course stands in."""
    found = stand(cadence).pause
    return PlannedBreak(started_on=found.started_on, first_day=found.first_day) if found else None


def unplaced(cadence: Cadence, placed: Sequence[date], free: Sequence[date], number: int) -> list[NoWay]:
    """The sessions that found no day, and why; for the first of them the free days nearest to where it should be."""
    for day in placed:
        cadence = cadence.with_session(day)
    first = cadence.completed + 1
    if number == len(placed):
        return []
    if not legs(cadence, 1, None):
        return [NoWay(ordinal=first + n, why=NO_SESSION) for n in range(number - len(placed))]
    due = judge(cadence, cadence.days[-1]).earliest if cadence.days else cadence.starts_on
    near = sorted(set(free) - set(cadence.days), key=lambda day: (abs((day - (due or day)).days), day))[:NEAREST]
    against = [judge(cadence, day) for day in sorted(near)]
    return [
        NoWay(ordinal=first + n, why=NO_DAY, due=due, near=[] if n else against) for n in range(number - len(placed))
    ]


FAR = 1_000_000
"""More slips than any way has."""
