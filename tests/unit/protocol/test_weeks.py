"""Slips and lapses: what comes of too few sessions and of long gaps (domain.md §3.1)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.protocol.domain import commands as c
from services.protocol.domain.note import phase_view
from services.protocol.history import TELL
from shared.events import protocol as told
from tests.unit.protocol.told import START, Told, day, days, schedule, session, whole


def slips(course: Told) -> list[tuple[date, int, int]]:
    return [(event.week_from, event.sessions, event.expected) for event in course.of(told.CadenceSlipped)]


def test_a_week_with_one_session_is_a_slip():
    course = Told().give(day("1-5")).until(day("1-11"), 23)
    assert slips(course) == []
    course.until(day("1-12"), 0)
    assert slips(course) == [(day("1-5"), 1, 2)]
    assert course.state.slips == 1


def test_before_the_first_session_no_week_is_judged():
    assert slips(Told().until(day("3-1"))) == []


def test_every_week_without_a_session_is_a_slip():
    course = Told().give(day("1-5"), day("1-7")).until(day("2-9"))
    assert slips(course) == [(day("1-12") + timedelta(weeks=n), 0, 2) for n in range(4)]


def test_the_week_in_which_a_phase_ends_is_not_judged():
    course = whole(9)
    course.give(START + timedelta(days=35))
    assert course.state.entered == "series 2"
    course.until(START + timedelta(days=44))
    assert slips(course) == [(START + timedelta(days=28), 1, 2)]  # the week from day 35 has one session as well


def test_after_a_break_nobody_returns_from_weeks_count_from_its_first_day():
    course = whole(15)
    first_day = schedule(15)[-1] + timedelta(days=14)
    course.until(first_day + timedelta(days=6), 23)
    assert slips(course) == []
    course.until(first_day + timedelta(days=21))
    assert slips(course) == [(first_day + timedelta(weeks=n), 0, 2) for n in range(3)]


def test_one_who_returns_late_is_judged_from_the_first_session():
    course = whole(15)
    back = schedule(15)[-1] + timedelta(days=14 + 10)
    course.give(back).until(back + timedelta(days=7))
    assert slips(course)[-1] == (back, 1, 2)
    assert len(slips(course)) == 2


def test_one_session_a_week_will_do_in_maintenance():
    course = whole(34)
    course.until(schedule(34)[-1] + timedelta(days=7))
    assert slips(course) == []
    course.until(schedule(34)[-1] + timedelta(days=14))
    assert slips(course) == [(schedule(34)[-1] + timedelta(days=7), 0, 1)]


def test_days_in_a_pause_are_not_judged():
    course = whole(2)
    course.say(c.PauseCourse, paused_from=day("1-13"), to=day("2-20"), reason="client_ill")
    course.until(day("2-23"))
    assert slips(course) == []
    course.until(day("3-2"))
    assert slips(course) == [(day("2-23"), 0, 2)]


def test_a_course_taken_over_inside_a_series_is_judged_from_its_first_day():
    course = Told(sessions_before=5, last_session_on=day("1-3"))
    assert slips(course.until(day("1-12"))) == [(START, 0, 2)]


def test_sessions_written_down_late_are_judged_when_all_are_there():
    course = Told(on=day("2-9"))
    for on in schedule(10):
        course.write(session(on))
    course.until(day("2-12"))
    assert slips(course) == []
    assert course.of(told.CourseLapsed) == []


def test_a_gap_of_fourteen_days_is_none_and_of_fifteen_a_lapse():
    course = Told().give(day("1-5"), day("1-7"))
    course.until(day("1-21"), 23)
    assert course.of(told.CourseLapsed) == []
    course.until(day("1-22"), 0)
    assert course.of(told.CourseLapsed) == [told.CourseLapsed(**course.state.ids, since=day("1-7"), on=day("1-22"))]
    course.until(day("4-1"))
    assert len(course.of(told.CourseLapsed)) == 1


def test_a_second_gap_is_a_second_lapse():
    course = Told().give(day("1-5"), day("2-2")).until(day("3-1"))
    assert [event.since for event in course.of(told.CourseLapsed)] == [day("1-5"), day("2-2")]


def test_a_pause_is_no_lapse_and_its_days_do_not_count():
    course = Told().give(day("1-5"))
    course.say(c.PauseCourse, paused_from=day("1-10"), to=day("1-19"), reason="client_ill")
    course.until(day("1-29"), 23)
    assert course.of(told.CourseLapsed) == []
    assert course.until(day("1-30")).of(told.CourseLapsed) != []


def test_an_open_pause_never_lapses_until_resumed():
    course = Told().give(day("1-5"))
    course.say(c.PauseCourse, paused_from=day("1-10"), reason="client_ill")
    course.until(day("5-1"))
    assert course.of(told.CourseLapsed, told.CadenceSlipped) == []
    course.say(c.ResumeCourse)
    course.until(day("6-1"))
    assert [event.since for event in course.of(told.CourseLapsed)] == [day("1-5")]


def test_maintenance_has_no_lapse_but_the_neuromuscular_one_after_ten_days():
    course = whole(31).until(schedule(31)[-1] + timedelta(days=40))
    assert course.of(told.CourseLapsed) == []
    lasting = Told("neuromuscular_maintenance").give(START)
    assert lasting.until(day("1-15"), 23).of(told.CourseLapsed) == []
    assert lasting.until(day("1-16")).of(told.CourseLapsed) != []
    assert lasting.state.lapse == "undecided"


def test_by_default_a_lapsed_course_stays_where_it_was():
    course = whole(4).until(schedule(4)[-1] + timedelta(days=20))
    assert phase_view(course.definition, course.state)["done"] == 4
    assert course.state.lapse == "continue"


@pytest.mark.parametrize("setting", ["repeat", "ask", "continue"])
def test_a_series_that_is_repeated_starts_at_none(setting: str):
    course = Told(policy={"on_lapse": setting}).give(*schedule(19))
    course.until(schedule(19)[-1] + timedelta(days=20))
    if setting != "repeat":
        course.say(c.DecideLapse, decision="repeat")
    assert phase_view(course.definition, course.state) == {"kind": "series", "number": 3, "sessions": 15, "done": 0}
    assert course.say(c.DecideLapse, decision="repeat") == []
    assert course.status == "series"
    back = schedule(19)[-1] + timedelta(days=26)
    course.give(back)
    assert course.rules == []
    assert (course.state.completed, phase_view(course.definition, course.state)["done"]) == (20, 1)
    course.until(back + timedelta(days=2))
    assert len(course.of(told.CourseLapsed)) == 1


def test_a_repeated_series_1_clears_exercise_only_after_its_tenth():
    course = Told(policy={"on_lapse": "repeat"}).give(*schedule(5))
    again = [schedule(5)[-1] + timedelta(days=20 + offset) for n in range(5) for offset in (7 * n, 7 * n + 2)]
    course.give(*again[:9])
    assert (course.state.completed, course.state.cleared_on) == (14, None)
    course.give(again[9])
    assert course.state.cleared_on == again[9]
    assert course.state.entered == "series 2"


def test_there_is_nothing_to_decide_without_a_lapse_or_after_the_next_session():
    course = whole(2)
    assert course.refused(c.DecideLapse(now=course.now, decision="continue")) == "no_lapse"
    course.give(day("2-9"))
    assert course.refused(c.DecideLapse(now=course.now, decision="repeat")) == "no_lapse"


def test_an_undecided_lapse_waits_for_a_person():
    course = Told(policy={"on_lapse": "ask"}).give(*schedule(4)).until(schedule(4)[-1] + timedelta(days=20))
    assert course.state.lapse == "undecided"
    course.say(c.DecideLapse, decision="continue")
    assert course.say(c.DecideLapse, decision="continue") == []
    assert phase_view(course.definition, course.state)["done"] == 4


def test_what_falls_due_falls_due_at_local_midnight_on_both_sides_of_a_clock_change():
    course = Told(on=day("3-4"), starts_on=day("3-4")).give(day("3-5"))
    assert course.state.review_at == datetime(2026, 3, 12, 4, tzinfo=UTC)  # the clocks changed on the 8th
    course = Told(on=day("2-2"), starts_on=day("2-2")).give(day("2-2"))
    assert course.state.review_at == datetime(2026, 2, 9, 5, tzinfo=UTC)
    course = Told(on=day("10-20"), starts_on=day("10-20")).give(day("10-27"))
    assert course.state.review_at == datetime(2026, 11, 3, 5, tzinfo=UTC)  # they changed on the 1st


def test_a_slip_and_a_long_gap_stand_on_the_course_and_in_its_history():
    course = Told().give(day("1-5")).until(day("1-21"))
    assert (course.state.slips, [lapse.since for lapse in course.state.lapses]) == (2, [day("1-5")])
    told_of = [TELL[type(event)](event) for event in course.of(told.CadenceSlipped, told.CourseLapsed)]
    assert told_of == [
        "Week from 2026-01-05: 1 of 2 sessions.", "Week from 2026-01-12: 0 of 2 sessions.",
        "No session since 2026-01-05.",
    ]  # fmt: skip


def test_a_course_taken_over_is_judged_from_the_day_after_its_last_session_elsewhere():
    last = START + timedelta(days=60)
    course = Told(sessions_before=12, last_session_on=last, on=last).until(last + timedelta(days=8))
    assert [event.week_from for event in course.of(told.CadenceSlipped)] == [last + timedelta(days=1)]


def test_the_first_day_of_a_lapse_is_counted_alike_after_a_session_and_a_break():
    """More than fourteen days on which a session could have been, and none was."""
    after_one = schedule(3)[-1] + timedelta(days=1)
    course = Told().give(*schedule(3)).until(after_one + timedelta(days=20))
    assert [event.on for event in course.of(told.CourseLapsed)] == [after_one + timedelta(days=14)]
    fifteen = Told().give(*schedule(15))
    first_day = fifteen.state.pause.first_day
    fifteen.until(first_day + timedelta(days=20))
    assert [event.on for event in fifteen.of(told.CourseLapsed)] == [first_day + timedelta(days=14)]


def test_a_slip_of_a_phase_that_news_of_the_past_ended_later_is_told_at_once():
    first = date(2026, 1, 12)
    nine, tenth = days(first, 9), day("2-15")
    course = Told(on=first, starts_on=first).give(*nine, tenth).until(tenth, 15)
    course.write(session(nine[2], pain_after=2))
    course.give(day("2-18")).until(day("2-18"), 18)
    course.withdraw(tenth)
    assert course.until(day("2-18"), 19).state.slipped.keys() == {day("2-9")}
