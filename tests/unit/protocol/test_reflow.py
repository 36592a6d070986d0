"""Visits put right with as little change as possible: the search against trying every choice there is."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain.cadence import Cadence, Pause, stand
from services.protocol.domain.judging import verdicts
from services.protocol.domain.reflow import OTHER_DAY, SHORT_WEEK, cheapest, reflow
from shared.questions.protocol import AskReflow, Candidate
from tests.unit.protocol.told import CLIENT, COURSE, definition

FM = definition()
MONDAY = date(2026, 3, 2)
A_DAY = timedelta(days=1)
Cost = tuple[int, int, int]


def twice_a_week(count: int, first: date = MONDAY) -> list[date]:
    """Mondays and Wednesdays."""
    return [first + timedelta(weeks=n // 2, days=2 * (n % 2)) for n in range(count)]


def course(*days: date, **more: object) -> Cadence:
    return Cadence(definition=FM, days=days, starts_on=date(2026, 1, 1), **more)


def asked(was: list[date], free: dict[date, int], booked: list[date] | None = None) -> AskReflow:
    candidates = [Candidate(date=day, rank=rank) for day, rank in free.items()]
    return AskReflow(
        course_id=COURSE, client_id=CLIENT, sessions=len(was), was=was, candidates=candidates, booked=booked or []
    )


def short_weeks(cadence: Cadence, days: list[date]) -> int:
    """Weeks below the minimum, phase by phase; the week in which a phase's last session lies is not judged."""
    phases: dict[tuple[str, int], list[date]] = {}
    least = {}
    for day in days:
        standing = stand(cadence)
        assert standing.phase
        phases.setdefault((standing.phase.name, standing.group), []).append(day)
        least[standing.phase.name, standing.group] = standing.phase.per_week
        cadence = cadence.with_session(day)
    short = 0
    for name, held in phases.items():
        first = held[0]
        while first + timedelta(days=7) <= held[-1]:
            count = sum(first <= day < first + timedelta(days=7) for day in held)
            touched = any(pause.covers(first + n * A_DAY) for pause in cadence.pauses for n in range(7))
            short += count < least[name] and not touched
            first += timedelta(days=7)
    return short


def cost(cadence: Cadence, done: list[date], question: AskReflow, chosen: tuple[date, ...]) -> Cost:
    """What a choice costs, from the sentences in the documentation."""
    ranks = {one.date: one.rank for one in question.candidates}
    before = short_weeks(cadence, done)
    return (
        sum(min(ranks[day], OTHER_DAY) for day in chosen)
        + SHORT_WEEK * (short_weeks(cadence, [*done, *chosen]) - before),
        sum(abs((new - old).days) for new, old in zip(chosen, sorted(question.was), strict=True)),
        sum(ranks[day] for day in chosen),
    )


def best_of_all(cadence: Cadence, done: list[date], question: AskReflow) -> Cost | None:
    """Try every choice."""
    days = sorted(one.date for one in question.candidates)
    for day in done:
        cadence = cadence.with_session(day)
    fresh = course(pauses=cadence.pauses)
    possible = (
        chosen
        for chosen in combinations(days, question.sessions)
        if all(verdict.allowed for verdict in verdicts(cadence, chosen))
    )
    return min((cost(fresh, done, question, chosen) for chosen in possible), default=None)


@st.composite
def tasks(draw: st.DrawFn) -> tuple[list[date], AskReflow, tuple[Pause, ...]]:
    """A course around its first break, some visits to come, some of them hit, some days free."""
    done = twice_a_week(draw(st.integers(10, 17)))
    start = done[-1] + A_DAY
    was = sorted(draw(st.sets(st.integers(0, 24), min_size=2, max_size=4)))
    hit = draw(st.sets(st.sampled_from(was), max_size=2))
    others = draw(st.dictionaries(st.integers(0, 34), st.sampled_from([2, 3, 4]), min_size=3, max_size=9))
    free = others | {n: draw(st.sampled_from([1, 2, 4])) for n in hit if draw(st.booleans())}
    free |= {n: 0 for n in was if n not in hit}
    pause = Pause(start + 5 * A_DAY, start + 9 * A_DAY) if draw(st.booleans()) else None
    days = {start + n * A_DAY: rank for n, rank in free.items() if n not in hit or rank != 0}
    return done, asked([start + n * A_DAY for n in was], days, done), (pause,) if pause else ()


@settings(max_examples=250, deadline=None)
@given(tasks())
def test_no_choice_costs_less(task: tuple[list[date], AskReflow, tuple[Pause, ...]]):
    done, question, pauses = task
    found = cheapest(course(*done, pauses=pauses), question)
    best = best_of_all(course(pauses=pauses), done, question)
    if found is None:
        assert best is None
        return
    chosen = found.chosen
    assert found.cost == best == cost(course(pauses=pauses), done, question, chosen)
    assert all(verdict.allowed for verdict in verdicts(course(*done, pauses=pauses), chosen))


WEEKDAYS = [MONDAY + timedelta(days=n) for n in range(330) if (MONDAY + timedelta(days=n)).weekday() < 5]
WHOLE = twice_a_week(15) + twice_a_week(15, twice_a_week(15)[-1] + timedelta(weeks=2))
"""A whole course of series on Mondays and Wednesdays; the second part begins on the first day after the break."""


def changed(hit: list[date], *, lost: bool, free: list[date] = WEEKDAYS) -> tuple[set[date], set[date]]:
    """The days given up besides those hit, and the new ones, when these visits of the whole course are hit."""
    done = [day for day in WHOLE if day < hit[0]]
    was = [day for day in WHOLE if day >= hit[0]]
    after = hit[0] if lost else done[-1] if done else date.min
    days = {day: 0 if day in was else 3 for day in free if day > after and day not in hit}
    plan = reflow(course(*done), asked(was, days))
    chosen = set(plan.days)
    assert len(plan.days) == len(was)
    return set(was) - chosen - set(hit), chosen - set(was)


def test_a_lost_visit_of_the_first_series_moves_the_one_visit_that_falls_into_the_break():
    given_up, new = changed([WHOLE[4]], lost=True)
    assert given_up == {WHOLE[15]}
    assert len(new) == 2


def test_a_lost_visit_where_three_a_week_are_allowed_moves_nothing():
    assert changed([WHOLE[20]], lost=True) == (set(), {WHOLE[20] + 1 * A_DAY})


def test_a_week_away_gives_up_no_more_visits_than_fall_into_the_break():
    free = [day for day in WEEKDAYS if not WHOLE[4] <= day < WHOLE[4] + timedelta(days=7)]
    given_up, new = changed(WHOLE[4:6], lost=False, free=free)
    assert given_up == set(WHOLE[15:17])
    assert len(new) == 4


def test_a_full_week_is_worth_moving_one_visit():
    """The Monday is lost and only the Thursday is free: the Wednesday moves to the Tuesday, and the week is full."""
    done = twice_a_week(16, MONDAY)[:15]
    back = done[-1] + timedelta(weeks=2)
    week = [back + timedelta(weeks=1), back + timedelta(weeks=1, days=2), back + timedelta(weeks=2)]
    days = {week[0] + A_DAY: 2, week[1]: 0, week[1] + A_DAY: 2, week[2]: 0, week[2] + 2 * A_DAY: 2}
    plan = reflow(course(*done, back, back + 2 * A_DAY), asked(week, days))
    assert plan.days == [week[0] + A_DAY, week[1] + A_DAY, week[2]]


@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_a_long_absence_is_put_right_in_time(weeks: int):
    hit = [day for day in WHOLE if WHOLE[4] <= day < WHOLE[4] + timedelta(weeks=weeks)]
    free = [day for day in WEEKDAYS if not hit[0] <= day <= hit[-1]]
    given_up, new = changed(hit, lost=False, free=free)
    assert len(new) == len(given_up) + len(hit)


def test_where_not_all_find_a_day_it_is_said():
    plan = reflow(course(), asked([MONDAY, MONDAY + 2 * A_DAY], {MONDAY: 0}))
    assert len(plan.unplaced) == 1
    assert reflow(course(), asked([], {})).days == []


def test_what_would_take_too_long_to_compare_gets_the_quickest_days(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.protocol.domain.reflow.MOST_STEPS", 1)
    plan = reflow(course(), asked(WHOLE[:6], dict.fromkeys(WEEKDAYS, 2)))
    assert len(plan.days) == 6
    assert all(one.allowed for one in verdicts(course(), plan.days))
