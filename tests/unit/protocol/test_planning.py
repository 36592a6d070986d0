"""Days for the next sessions: the pace kept, the wishes met, no day the cadence would refuse."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain.cadence import Cadence
from services.protocol.domain.judging import verdicts
from services.protocol.domain.plan import plan
from shared.questions import AskPlan, Candidate, CoursePlan
from tests.unit.protocol.told import CLIENT, COURSE, definition

FM = definition()
MONDAY = date(2026, 3, 2)

MON, TUE, WED, THU, FRI = range(5)


def on(text: str) -> date:
    """`03-15` of 2026."""
    return date.fromisoformat(f"2026-{text}")


def cadence(*given_days: Any, **more: Any) -> Cadence:
    """A fibromyalgia course with sessions on these days."""
    known = tuple(on(day) if isinstance(day, str) else day for day in given_days)
    return Cadence(**({"definition": FM, "days": known, "starts_on": date(2026, 1, 1)} | more))


def twice_a_week(count: int, first: date = MONDAY) -> list[date]:
    """Mondays and Wednesdays."""
    return [first + timedelta(weeks=n // 2, days=2 * (n % 2)) for n in range(count)]


def whole_course() -> list[date]:
    """The days of 30 sessions at two a week, each series begun on the first free day."""
    first = twice_a_week(15)
    return first + twice_a_week(15, first[-1] + timedelta(weeks=2))


def days_from(first: date, count: int, wished: set[int], without: set[date] | None = None) -> list[Candidate]:
    """Every working day; those wished for rank first."""
    days = (first + timedelta(days=n) for n in range(count))
    open_days = [day for day in days if day.weekday() < 5 and day not in (without or set())]
    return [Candidate(date=day, rank=int(day.weekday() not in wished)) for day in open_days]


def asked(course: Cadence, candidates: list[Candidate], **more: object) -> CoursePlan:
    fields = {"course_id": COURSE, "client_id": CLIENT, "sessions": "course", "candidates": candidates}
    return plan(course, AskPlan(**(fields | more)))


def dates(found: CoursePlan) -> list[date]:
    return [session.date for session in found.sessions]


def test_a_whole_course_as_wished_with_both_breaks_and_eight_weeks_of_maintenance():
    found = asked(cadence(), days_from(MONDAY, 400, {MON, WED}))
    assert dates(found)[:30] == whole_course()
    assert [(pause.started_on, pause.first_day) for pause in found.breaks] == [
        (on("04-20"), on("05-04")),
        (on("06-22"), on("07-13")),
    ]
    assert Counter(session.phase for session in found.sessions) == {
        "series 1": 10, "series 2": 5, "series 3": 15, "maintenance": 8,
    }  # fmt: skip
    maintenance = dates(found)[30:]
    assert {day.weekday() for day in maintenance} == {MON}
    assert maintenance[0] == on("07-13")
    assert [session.ordinal for session in found.sessions] == list(range(1, 39))
    assert found.unplaced == []


def test_keeps_two_a_week_although_one_weekday_was_wished_for():
    found = dates(asked(cadence(), days_from(MONDAY, 100, {TUE}), sessions=10))
    assert [day for day in found if day.weekday() == TUE] == found[::2]
    assert max(after - before for before, after in pairwise(found)) <= timedelta(days=5)


def test_goes_as_fast_as_wished_where_the_protocol_allows():
    fifteen = twice_a_week(15)
    later = days_from(on("05-04"), 60, {MON, WED, FRI})
    found = dates(asked(cadence(*fifteen), later, sessions=6, days_a_week=3))
    assert [day.weekday() for day in found] == [MON, WED, FRI] * 2
    slower = dates(asked(cadence(*fifteen), later, sessions=4))
    assert [day.weekday() for day in slower] == [MON, WED] * 2


def test_a_wish_for_daily_visits_is_held_back_by_the_protocol():
    found = dates(asked(cadence(), days_from(MONDAY, 30, {MON, TUE, WED, THU, FRI}), sessions=4, days_a_week=5))
    assert found == [on("03-02"), on("03-04"), on("03-09"), on("03-11")]


def test_the_first_session_waits_up_to_a_week_for_a_day_wished_for():
    found = dates(asked(cadence(), days_from(on("03-05"), 30, {MON, WED}), sessions=2))
    assert found == [on("03-09"), on("03-11")]


def test_a_number_the_series_or_the_whole_course():
    open_days = days_from(on("03-16"), 300, {MON, WED})
    course = cadence(*twice_a_week(4))
    assert len(asked(course, open_days, sessions=3).sessions) == 3
    assert len(asked(course, open_days, sessions="series").sessions) == 6
    assert len(asked(course, open_days, sessions="course").sessions) == 26 + 8
    assert len(asked(course, open_days, sessions="course", maintenance_visits=2).sessions) == 28
    weekly = cadence(*whole_course())
    assert len(asked(weekly, open_days, sessions="series", maintenance_visits=3).sessions) == 3


def test_days_booked_come_first():
    found = asked(cadence(), days_from(MONDAY, 100, {MON, WED}), sessions=2, booked=twice_a_week(3))
    assert [(session.ordinal, session.date) for session in found.sessions] == [(4, on("03-11")), (5, on("03-16"))]


def test_a_booked_day_that_has_become_a_session_counts_once():
    found = asked(cadence("03-02"), days_from(on("03-03"), 60, {MON, WED}), sessions=1, booked=[on("03-02")])
    assert [session.ordinal for session in found.sessions] == [2]


def test_says_which_sessions_found_no_day():
    found = asked(cadence(), days_from(MONDAY, 5, {MON, WED}), sessions=4)
    assert [session.ordinal for session in found.sessions] == [1, 2]
    assert [(one.ordinal, one.why) for one in found.unplaced] == [
        (3, "No free day was found that the protocol allows."),
        (4, "No free day was found that the protocol allows."),
    ]


def test_a_closed_course_and_a_finished_protocol_plan_nothing():
    open_days = days_from(MONDAY, 30, {MON, WED})
    assert asked(cadence(closed=True), open_days, sessions=1).unplaced[0].why == "The course has no next session."
    finished = cadence(*twice_a_week(18), definition=definition("als_support"))
    assert asked(finished, open_days, sessions="course") == CoursePlan(sessions=[], breaks=[], unplaced=[])


def test_maintenance_returns_to_its_weekday_after_a_day_that_was_taken():
    weekly = [*whole_course(), on("07-13")]
    found = dates(asked(cadence(*weekly), days_from(on("07-14"), 60, {MON}, {on("07-20")}), sessions=3))
    assert found == [on("07-21"), on("07-27"), on("08-03")]


def replanned(lost: date, booked: list[date], given: list[date]) -> tuple[list[date], CoursePlan]:
    """What scheduling asks after losing a visit: existing days rank 0, free ones 1 (wished) or 2."""
    later = [day for day in booked if day > lost]
    free = days_from(lost, 500, {MON, WED}, {lost, *later})
    candidates = [Candidate(date=one.date, rank=one.rank + 1) for one in free] + [Candidate(date=d) for d in later]
    return later, asked(cadence(*given), candidates, sessions=len(later) + 1)


@pytest.mark.parametrize("ordinal", [1, 2, 5, 6, 11, 14])
def test_a_visit_lost_before_the_break_is_replaced_by_an_extra_day_before_it(ordinal: int):
    booked = dates(asked(cadence(), days_from(MONDAY, 400, {MON, WED})))
    later, found = replanned(booked[ordinal - 1], booked, booked[: ordinal - 1])
    chosen = [*booked[: ordinal - 1], *dates(found)]
    assert dates(found)[: 15 - ordinal] == later[: 15 - ordinal]
    assert booked[14] < chosen[14] <= booked[14] + timedelta(days=7)
    assert chosen[15] >= chosen[14] + timedelta(days=14)
    assert found.unplaced == []
    moved = set(later) - set(chosen)
    assert len(moved) <= 4  # those that now lie in a break


def test_a_weekly_visit_lost_moves_no_other():
    booked = dates(asked(cadence(), days_from(MONDAY, 400, {MON, WED}), maintenance_visits=20))
    later, found = replanned(booked[34], booked, booked[:34])
    assert dates(found)[1:] == later
    assert booked[33] < dates(found)[0] < booked[35]


HOLES = st.sets(st.integers(0, 300), max_size=60)
WISHES = st.sets(st.integers(0, 6), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    done=st.integers(0, 31),
    ranks=st.lists(st.integers(0, 3), min_size=120, max_size=320),
    holes=HOLES,
    days_a_week=st.none() | st.integers(1, 5),
    ahead=st.lists(st.integers(1, 60), max_size=4, unique=True),
)
def test_every_plan_passes_the_verdicts(
    done: int, ranks: list[int], holes: set[int], days_a_week: int | None, ahead: list[int]
):
    given_days = whole_course()[:done] + ([whole_course()[-1] + timedelta(days=21)] if done > 30 else [])
    course = cadence(*given_days)
    first = (given_days or [MONDAY])[-1]
    agreed = [first + timedelta(days=n) for n in sorted(ahead)]
    booked = [one.date for one in verdicts(course, agreed) if one.allowed]
    open_days = [Candidate(date=first + timedelta(days=n), rank=rank) for n, rank in enumerate(ranks) if n not in holes]
    found = asked(course, open_days, booked=booked, days_a_week=days_a_week)
    for day in booked:
        course = course.with_session(day)
    assert [one.rule for one in verdicts(course, dates(found)) if not one.allowed] == []
    assert dates(found) == sorted(set(dates(found)))
    ordinals = [one.ordinal for one in [*found.sessions, *found.unplaced]]
    assert ordinals == list(range(course.completed + 1, course.completed + 1 + len(ordinals)))


@settings(max_examples=40, deadline=None)
@given(wished=WISHES, offset=st.integers(0, 6), days_a_week=st.none() | st.integers(1, 3))
def test_where_every_day_is_free_each_week_of_a_series_has_its_sessions(
    wished: set[int], offset: int, days_a_week: int | None
):
    first = MONDAY + timedelta(days=offset)
    days = [first + timedelta(days=n) for n in range(400)]
    open_days = [Candidate(date=day, rank=int(day.weekday() not in wished)) for day in days]
    found = asked(cadence(starts_on=first), open_days, days_a_week=days_a_week)
    assert found.unplaced == []
    for series in ("series 1", "series 3"):
        held = [one.date for one in found.sessions if one.phase == series]
        for start in range(0, (held[-1] - held[0]).days - 6, 7):
            week = [day for day in held if start <= (day - held[0]).days < start + 7]
            assert len(week) >= 2, (series, held)
