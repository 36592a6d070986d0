"""What was over before it came here: old breaks are not told, old sessions of a closed course still count."""

from datetime import timedelta

from services.protocol.domain import commands as c
from shared.events import protocol as told
from tests.unit.protocol.told import START, Told, day, instant, kinds, schedule, session, whole


def test_a_break_over_before_the_course_was_opened_here_is_not_told():
    course = Told(sessions_before=30, last_session_on=START - timedelta(days=60))
    assert kinds(course.events) == ["CourseOpened", "MaintenanceStarted", "ExerciseMilestone"]
    assert course.of(told.MaintenanceStarted)[0].on == START


def test_weeks_before_the_course_was_opened_here_are_not_judged():
    course = Told(sessions_before=30, last_session_on=START - timedelta(days=60)).until(START + timedelta(days=7))
    assert [event.week_from for event in course.of(told.CadenceSlipped)] == [START]


def test_a_phase_begins_here_on_the_day_the_course_starts():
    course = Told(sessions_before=12, last_session_on=START - timedelta(days=3))
    assert [(event.number, event.on) for event in course.of(told.SeriesStarted)] == [(2, START)]


def test_a_session_before_the_closing_counts_also_when_it_is_written_down_after_it():
    course = whole(2).until(day("1-12"))
    course.say(c.CloseCourse, reason="moved_away")
    course.until(day("1-14"))
    events = course.write(session(day("1-12"), started_at=instant(day("1-12"), 7), ended_at=instant(day("1-12"), 8)))
    assert kinds(events) == ["SessionCounted"]
    course.write(session(day("1-13")))
    assert (course.state.completed, course.rules, course.status) == (3, ["closed"], "closed")
    assert course.of(told.SessionCounted)[-1].ordinal == len(schedule(3))


def test_figures_amended_after_the_closing_are_not_flagged_for_it():
    course = whole(2)
    course.say(c.CloseCourse, reason="moved_away")
    course.write(session(schedule(2)[0], pain_after=2))
    assert course.rules == []
