"""Plans: days chosen by the cadence out of those that are free."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from services.protocol.domain.cadence import Cadence
from services.protocol.domain.judging import verdicts
from services.protocol.domain.plan import plan
from shared.questions import AskPlan, Candidate, CoursePlan
from tests.unit.protocol.told import CLIENT, COURSE, START, days, definition, schedule

FIBROMYALGIA = definition()


def asked(free: list[date], sessions: int | str = "course", **more: Any) -> AskPlan:
    candidates = [Candidate(date=one) for one in free]
    return AskPlan(course_id=COURSE, client_id=CLIENT, sessions=sessions, **{"candidates": candidates} | more)


def planned(done: list[date], asking: AskPlan, **more: Any) -> CoursePlan:
    return plan(Cadence(definition=FIBROMYALGIA, days=tuple(done), starts_on=START, **more), asking)


def chosen(found: CoursePlan) -> list[date]:
    return [one.date for one in found.sessions]


ALL_WEEKDAYS = days(START, 300, (0, 1, 2, 3, 4))


def test_a_whole_course_is_30_sessions_two_breaks_and_8_visits_of_maintenance():
    found = planned([], asked(ALL_WEEKDAYS))
    assert [one.ordinal for one in found.sessions] == list(range(1, 39))
    assert [one.phase for one in found.sessions].count("series 3") == 15
    assert [(one.first_day - one.started_on).days for one in found.breaks] == [14, 21]
    assert [one.started_on for one in found.breaks] == [found.sessions[14].date, found.sessions[29].date]
    assert found.unplaced == []


def test_every_plan_passes_the_verdicts():
    for weekdays in ((0, 2), (1, 4), (0, 1, 2, 3, 4), (0, 3, 5), (2,)):
        for wish in (None, 1, 2, 3):
            found = planned([], asked(days(START, 300, weekdays), days_a_week=wish))
            assert all(
                one.allowed
                for one in verdicts(Cadence(definition=FIBROMYALGIA, days=(), starts_on=START), chosen(found))
            )
            assert len(found.sessions) + len(found.unplaced) == 38


def test_the_days_that_were_wished_for_come_first():
    wished = [Candidate(date=one, rank=0 if one.weekday() in (1, 4) else 1) for one in ALL_WEEKDAYS]
    found = planned([], asked([], candidates=wished, sessions=10))
    assert {one.weekday() for one in chosen(found)} == {1, 4}


def test_three_days_a_week_are_planned_only_where_the_protocol_allows():
    found = planned([], asked(days(START, 300, (0, 2, 4)), days_a_week=3))
    assert chosen(found)[:4] == days(START, 6, (0, 2, 4))[:2] + days(START, 6, (0, 2, 4))[3:5]
    series_3 = [one.date for one in found.sessions if one.phase == "series 3"]
    assert (series_3[2] - series_3[0]).days == 4


def test_maintenance_is_weekly():
    found = planned(schedule(30), asked(ALL_WEEKDAYS, "series"))
    gaps = {(later - one).days for one, later in pairwise(chosen(found))}
    assert (len(found.sessions), gaps) == (8, {7})


def test_a_series_is_what_is_left_of_it():
    assert len(planned(schedule(3), asked(ALL_WEEKDAYS, "series")).sessions) == 7
    assert len(planned(schedule(3), asked(ALL_WEEKDAYS, 2)).sessions) == 2


def test_a_lost_visit_is_replaced_after_the_others_which_stay():
    others = [one for one in schedule(15) if one != schedule(15)[4]]
    found = planned([], asked(ALL_WEEKDAYS, 1, booked=others))
    assert chosen(found) == [others[-1] + timedelta(days=2)]
    assert found.sessions[0].ordinal == 15


def test_sessions_without_a_free_day_are_unplaced_with_a_reason():
    found = planned([], asked(schedule(3), 5))
    assert [one.ordinal for one in found.sessions] == [1, 2, 3]
    assert [one.ordinal for one in found.unplaced] == [4, 5]
    assert all(one.why for one in found.unplaced)


def test_nothing_is_planned_in_the_break():
    done = schedule(15)
    found = planned(done, asked(ALL_WEEKDAYS, 1))
    assert chosen(found)[0] >= done[-1] + timedelta(days=14)
    assert [one.first_day for one in found.breaks] == [done[-1] + timedelta(days=14)]


def test_a_break_long_over_is_not_told():
    done = schedule(15)
    later = [one for one in ALL_WEEKDAYS if one > done[-1] + timedelta(days=40)]
    assert planned(done, asked(later, 1)).breaks == []


def test_a_finished_or_closed_course_has_no_plan():
    als = definition("als_support")
    finished = Cadence(definition=als, days=tuple(days(START, 18)), starts_on=START)
    assert plan(finished, asked(ALL_WEEKDAYS)).sessions == []
    assert planned([], asked(ALL_WEEKDAYS, 2), closed=True).sessions == []
