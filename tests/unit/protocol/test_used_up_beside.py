"""Visits that use up a session beside all else that may happen: a series started anew, breaks, exercise, late news."""

from datetime import date, timedelta
from uuid import uuid5

from services.protocol.domain import commands as c
from services.protocol.domain.judging import judge
from services.protocol.domain.note import phase_view, prepare
from tests.unit.protocol.told import SPACE, Told, instant, schedule

DAY = timedelta(days=1)


def miss(course: Told, on: date) -> None:
    """A visit of this day is missed and uses up a session."""
    course.until(on, 12)
    course.do(c.DropVisit(now=course.now, appointment_id=uuid5(SPACE, f"visit {on}"), used_at=instant(on)))


def phase(course: Told) -> tuple[int, int]:
    found = phase_view(course.definition, course.state)
    return found["number"], found["done"]


def test_in_a_series_started_anew_a_missed_visit_uses_up_a_session_too():
    course = Told(policy={"on_lapse": "repeat"}).give(*schedule(3))
    again = schedule(3)[-1] + 20 * DAY
    course.until(again).give(again)
    miss(course, again + 2 * DAY)
    assert phase(course) == (1, 2)


def test_a_missed_visit_does_not_take_back_that_a_series_started_anew():
    course = Told(policy={"on_lapse": "repeat"}).give(*schedule(9))
    course.until(schedule(9)[-1] + 16 * DAY)
    assert phase(course) == (1, 0)
    miss(course, schedule(9)[-1] + 20 * DAY)
    assert phase(course) == (1, 1)


def test_a_missed_visit_does_not_end_a_break():
    course = Told().give(*schedule(15))
    rest = course.state.pause
    miss(course, schedule(15)[-1] + 3 * DAY)
    assert course.state.pause == rest
    assert judge(course.state.cadence(course.definition), schedule(15)[-1] + 6 * DAY).rule == "break"


def test_after_a_break_that_a_missed_visit_began_four_in_seven_days_are_too_many():
    course = Told().give(*schedule(14))
    miss(course, schedule(15)[-1])
    first = course.state.pause.first_day
    course.give(first, first + 2 * DAY, first + 4 * DAY)
    assert judge(course.state.cadence(course.definition), first + 6 * DAY).rule == "too_many_in_7_days"


def test_the_target_of_a_week_is_that_in_force_when_it_began_whatever_is_missed_later():
    course = Told().give(*schedule(13))
    week = course.state.cleared_on + 14 * DAY
    assert schedule(13)[-1] <= week + 2 * DAY
    for n in (0, 2):
        course.exercise(week + n * DAY)
    met = set(course.state.met_weeks)
    assert week in met
    for n in (3, 4, 5):
        miss(course, week + n * DAY)
    assert course.until(week + 9 * DAY).state.met_weeks == met


def test_sessions_of_a_series_started_anew_do_not_prepare_for_exercise():
    course = Told().give(*schedule(9))
    miss(course, schedule(10)[-1])
    miss(course, schedule(11)[-1])
    course.until(schedule(9)[-1] + 16 * DAY)
    course.say(c.DecideLapse, decision="repeat")
    note = prepare(course.definition, course.state)
    assert (course.state.cleared_on, note.allowed.exercise) == (None, False)


def test_a_session_after_a_missed_visit_heard_of_late_is_judged_anew():
    days = schedule(15)
    course = Told().give(*days[:13])
    last = days[14]
    course.give(last)
    miss_on = last - 2 * DAY
    course.until(last + DAY, 12)
    course.do(c.DropVisit(now=course.now, appointment_id=uuid5(SPACE, "visit late"), used_at=instant(miss_on)))
    assert "session_in_break" not in course.rules
    course.do(c.DropVisit(now=course.now, appointment_id=uuid5(SPACE, "visit later"), used_at=instant(miss_on)))
    assert "session_in_break" in course.rules


def test_a_gap_after_a_break_counts_from_its_first_day_also_where_a_visit_was_missed():
    course = Told().give(*schedule(15))
    first = course.state.pause.first_day
    miss(course, first)
    course.until(first + 5 * DAY)
    assert course.state.lapses == ()
