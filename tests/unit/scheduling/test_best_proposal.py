"""The proposal is the best there is: compared with every possible one, on calendars that hypothesis makes up."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain.cadence import Cadence, refusal, stand
from services.protocol.domain.judging import verdicts
from services.protocol.domain.paces import pace_of
from services.protocol.domain.ways import ways
from services.scheduling.domain.minutes import stretch
from services.scheduling.domain.openings import Opening
from services.scheduling.domain.proposing import pick
from services.scheduling.domain.rhythm import Rhythm, choices_of_weekdays
from shared.questions.protocol import AskWays, CourseWays
from tests.unit.protocol.told import definition

FM = definition()
FIRST = date(2026, 3, 4)
SOMEBODY = UUID(int=1)


class Oracle:
    """Everything that could be planned, by the verdicts and the pace alone."""

    def __init__(self, course: Cadence, free: list[date], number: int, days_a_week: int | None) -> None:
        self.course, self.free, self.number, self.wish = course, free, number, days_a_week
        done = stand(course).done
        known = course.days[-done:] if done else ()
        self.origin = known[0] if known else next((day for day in free if self.takes(course, day)), FIRST)

    def pace(self, course: Cadence) -> int:
        phase = stand(course).phase
        assert phase
        return pace_of(phase, self.wish)

    def takes(self, course: Cadence, day: date) -> bool:
        standing = stand(course)
        if standing.phase is None or refusal(course, day, standing) or (course.days and day <= course.days[-1]):
            return False
        since, pace = course.recent(standing), self.pace(course)
        if standing.phase.kind == "maintenance":
            if not since:
                return True
            return (day - since[-1]).days >= 4 and self.week(day) > self.week(since[-1])
        together = sorted([*since, day])
        return not any((later - one).days < 7 for one, later in zip(together, together[pace:], strict=False))

    def week(self, day: date) -> int:
        return (day - self.origin).days // 7

    def plans(self, course: Cadence, chosen: tuple[date, ...] = ()) -> Iterator[tuple[date, ...]]:
        """All choices of days, also those that stop too early."""
        yield chosen
        if len(chosen) < self.number:
            for day in self.free:
                if self.takes(course, day):
                    yield from self.plans(course.with_session(day), (*chosen, day))

    def cost(self, chosen: tuple[date, ...]) -> tuple[int, int, int]:
        """Sessions without a day, the weeks they lie in, slips."""
        return -len(chosen), sum(map(self.week, chosen)), self.slips(chosen)

    def slips(self, chosen: tuple[date, ...]) -> int:
        """Weeks of a phase, from its first session, that hold too few; the last is not judged (domain.md §3.1)."""
        course, found = self.course, 0
        done = stand(course).done
        began = (course.days[-done] if len(course.days) >= done else course.starts_on) if done else None
        for day in chosen:
            standing = stand(course)
            assert standing.phase
            if standing.done == 0:
                found += max((day - standing.pause.first_day).days // 7, 0) if standing.pause else 0
                began = day
            assert began
            last = course.days[-1] if standing.done and course.days else began
            weeks = [began + timedelta(days=7 * n) for n in range((day - began).days // 7)]
            passed = [week for week in weeks if week + timedelta(days=7) > last]
            held = [sum(week <= one < week + timedelta(days=7) for one in course.days) for week in passed]
            found += sum(number < standing.phase.per_week for number in held)
            course = course.with_session(day)
        return found


def ends(found: CourseWays) -> Iterator[tuple[date, ...]]:
    """Every choice of days in the graph."""

    def onward(layer: int, place: int, chosen: tuple[date, ...]) -> Iterator[tuple[date, ...]]:
        day = found.sessions[layer].days[place]
        if layer + 1 == len(found.sessions):
            yield (*chosen, day.date)
        for after in day.next:
            yield from onward(layer + 1, after, (*chosen, day.date))

    if not found.sessions:
        yield ()
    for place in range(len(found.sessions[0].days) if found.sessions else 0):
        yield from onward(0, place, ())


DAYS = st.sets(st.integers(0, 40), min_size=1, max_size=13)
COURSES = st.sampled_from(
    [(0, ()), (0, (-2,)), (9, (-9, -7)), (12, (-3,)), (13, ()), (14, ()), (28, (-2,)), (29, ()), (30, (-22,))]
)


def asked(free: list[date], number: int, days_a_week: int | None) -> AskWays:
    return AskWays(course_id=SOMEBODY, client_id=SOMEBODY, sessions=number, days=free, days_a_week=days_a_week)


def course(before: int, given_on: tuple[int, ...]) -> Cadence:
    days = tuple(FIRST + timedelta(days=n) for n in given_on)
    return Cadence(definition=FM, days=days, starts_on=FIRST + timedelta(days=min(given_on, default=0)), before=before)


@settings(max_examples=150, deadline=None)
@given(told=COURSES, free=DAYS, number=st.integers(1, 4), days_a_week=st.none() | st.just(3))
def test_the_graph_holds_exactly_the_choices_that_cost_neither_a_week_nor_a_slip(
    told: tuple[int, tuple[int, ...]], free: set[int], number: int, days_a_week: int | None
):
    here = course(*told)
    days = [FIRST + timedelta(days=n) for n in sorted(free)]
    oracle = Oracle(here, days, number, days_a_week)
    costs = {plan: oracle.cost(plan) for plan in oracle.plans(here)}
    least = min(costs.values())
    found = ways(here, asked(days, number, days_a_week))
    assert set(ends(found)) == {plan for plan, cost in costs.items() if cost == least}
    assert len(found.unplaced) == number + least[0]
    assert all(one.allowed for plan in ends(found) for one in verdicts(here, plan))


def opening(day: date, unmet: int, times: dict[int, int]) -> Opening:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Opening(unmet, times, {minute: stretch((midnight, midnight))[0] + minute for minute in times})


TIMES = st.dictionaries(st.sampled_from([540, 600, 660]), st.integers(1, 7), min_size=1, max_size=3)
OFFERS = st.dictionaries(st.integers(0, 30), st.tuples(st.integers(0, 2), TIMES), min_size=1, max_size=12)


def least_of_all(plans: list[tuple[date, ...]], paces: list[int], table: dict[date, Opening]) -> tuple[int, int, int]:
    """The best of every choice of days, every rhythm and every set of therapists."""
    everything = []
    wished = min(sum(table[day].unmet for day in plan) for plan in plans)
    days = sorted({day for plan in plans for day in plan})
    for plan in (one for one in plans if sum(table[day].unmet for day in one) == wished):
        for minute in {minute for day in days for minute in table[day].times}:
            for weekdays in choices_of_weekdays(days, sorted(set(paces), reverse=True)):
                rhythm = Rhythm(minute, weekdays)
                departures = sum(rhythm.departs(day, pace, table) for day, pace in zip(plan, paces, strict=True))
                able = [rhythm.free(day, table) for day in plan]
                everything.append((wished, departures, smallest(able)))
    return min(everything)


def smallest(able: list[int]) -> int:
    for size in range(1, 4):
        for some in combinations((1, 2, 4), size):
            if all(mask & sum(some) for mask in able):
                return size
    raise AssertionError


@settings(max_examples=150, deadline=None)
@given(told=COURSES, offers=OFFERS, number=st.integers(1, 4), days_a_week=st.none() | st.just(3))
def test_no_other_proposal_is_nearer_to_the_wish_more_regular_or_with_fewer_people(
    told: tuple[int, tuple[int, ...]], offers: dict[int, Any], number: int, days_a_week: int | None
):
    table = {FIRST + timedelta(days=n): opening(FIRST + timedelta(days=n), *offers[n]) for n in offers}
    found = ways(course(*told), asked(sorted(table), number, days_a_week))
    picked = pick(found.sessions, table, 600)
    assert len(picked.visits) == len(found.sessions)
    if not found.sessions:
        return
    paces = [session.a_week for session in found.sessions]
    chosen = [one.starts_at.date() for one in picked.visits]
    assert picked.rhythm
    ours = (
        sum(table[day].unmet for day in chosen),
        sum(picked.rhythm.departs(day, pace, table) for day, pace in zip(chosen, paces, strict=True)),
        len({one.therapist for one in picked.visits}),
    )
    assert ours == least_of_all(list(ends(found)), paces, table)
    assert tuple(chosen) in set(ends(found))
    for one in picked.visits:
        minute = one.starts_at.hour * 60 + one.starts_at.minute
        assert table[one.starts_at.date()].times[minute] >> one.therapist & 1


def test_a_wish_is_not_worth_a_week():
    table = {
        day: opening(day, 4 * (day.weekday() != 0), {600: 1}) for day in (FIRST + timedelta(days=n) for n in range(60))
    }
    found = ways(course(0, ()), asked(sorted(table), 6, 1))
    days = [one.starts_at.date() for one in pick(found.sessions, table, 600).visits]
    assert sum(day.weekday() == 0 for day in days) == 3
    assert (days[-1] - FIRST).days < 21
    assert all((later - one).days <= 5 for one, later in pairwise(days))
