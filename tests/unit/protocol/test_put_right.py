"""News of the past: what was told is taken back, as if all had come in time."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.protocol.domain import commands as c
from services.protocol.domain.note import phase_view, prepare
from shared.clock import at, day_of, parse_time
from shared.events import protocol as told
from tests.unit.protocol.told import SPACE, START, Told, day, days, instant, kinds, schedule, session, whole


def settled(course: Told) -> Told:
    """A minute later the review has looked at what is new."""
    course.now += timedelta(minutes=1)
    course.say(c.Review)
    return course


def test_a_session_written_down_late_lifts_the_slip():
    course = Told().give(day("1-5")).until(day("1-12"))
    assert course.state.slips == 1
    course.write(session(day("1-8")))
    settled(course)
    assert course.state.slips == 0
    assert "SlipLifted" in kinds(course.events)


def test_a_session_withdrawn_makes_a_slip_of_a_week_gone_by():
    course = Told().give(day("1-5"), day("1-7")).until(day("1-13"))
    course.withdraw(day("1-7"))
    settled(course)
    assert set(course.state.slipped) == {day("1-5")}


def test_a_late_session_lifts_the_gap_and_the_series_is_not_repeated_after_all():
    course = Told(policy={"on_lapse": "repeat"}).give(*schedule(4)).until(schedule(4)[-1] + timedelta(days=16))
    assert phase_view(course.definition, course.state)["done"] == 0
    course.write(session(schedule(4)[-1] + timedelta(days=5)))
    settled(course)
    assert (phase_view(course.definition, course.state)["done"], course.state.lapses) == (5, ())


def test_a_series_that_started_again_does_not_when_its_only_session_is_withdrawn():
    course = Told(policy={"on_lapse": "repeat"}, sessions_before=15, last_session_on=START - timedelta(days=30))
    course.give(START).until(START + timedelta(days=20))
    assert [lapse.restart is not None for lapse in course.state.lapses] == [True]
    course.withdraw(START)
    settled(course)
    assert [(lapse.since, lapse.restart) for lapse in course.state.lapses] == [(START, None)]
    course.give(START + timedelta(days=21))
    assert phase_view(course.definition, course.state)["done"] == 1


def test_withdrawing_says_why_and_where_the_course_stands():
    course = whole(10)
    events = course.do(
        c.WithdrawSession(now=course.now, session_id=session(schedule(10)[-1]).session_id, reason="entered_in_error")
    )
    assert [event.reason for event in events if isinstance(event, told.SessionDiscounted)] == ["entered_in_error"]
    (right,) = [event for event in events if type(event).__name__ == "CoursePutRight"]
    assert (right.why, right.sessions, right.phase, right.done) == ("withdrawn", 9, "series 1", 9)


def test_exercise_logged_before_session_10_was_written_down_is_no_deviation_once_it_is():
    course = whole(9)
    tenth = schedule(10)[-1]
    course.exercise(tenth + timedelta(days=1))
    assert course.rules == ["exercise_too_early"]
    course.write(session(tenth))
    assert (course.rules, course.state.cleared_on) == ([], tenth)


def test_two_sessions_for_one_appointment_both_count_and_the_second_is_flagged():
    course = Told().give(day("1-5"), appointment_id=SPACE)
    course.give(day("1-7"), appointment_id=SPACE)
    assert (course.state.completed, course.rules) == (2, ["same_appointment"])
    course.withdraw(day("1-5"))
    assert (course.state.completed, course.rules) == (1, [])


def test_a_session_after_the_closing_counts_when_the_course_is_opened_again():
    course = whole(2)
    course.say(c.CloseCourse, reason="client_wish")
    course.until(day("1-13")).write(session(day("1-12")))
    assert (course.state.completed, course.rules) == (2, ["closed"])
    course.until(day("1-14")).say(c.ReopenCourse)
    assert (course.state.completed, course.rules) == (3, ["paused"])


def test_a_session_set_aside_and_withdrawn_leaves_no_trace():
    course = whole(2)
    course.say(c.CloseCourse, reason="client_wish")
    course.until(day("1-13")).write(session(day("1-12")))
    course.withdraw(day("1-12"))
    assert (course.rules, course.state.aside) == ([], ())


def test_a_week_of_exercise_with_a_day_in_a_pause_is_neither_hit_nor_missed():
    course = whole(10)
    cleared = schedule(10)[-1]
    course.until(cleared + timedelta(days=2))
    course.say(
        c.PauseCourse, paused_from=cleared + timedelta(days=8), to=cleared + timedelta(days=9), reason="client_ill"
    )
    course.until(cleared + timedelta(days=22))
    assert {week: one.met for week, one in course.state.exercise_weeks.items()} == {
        cleared: False, cleared + timedelta(days=14): False,
    }  # fmt: skip


def test_four_target_weeks_in_a_row_with_a_pause_between():
    course = whole(10)
    cleared = schedule(10)[-1]
    course.say(c.PauseCourse, paused_from=cleared + timedelta(days=15), to=cleared + timedelta(days=15), reason="other")
    for week in (0, 1, 3, 4):
        for number in range(2):
            course.exercise(cleared + timedelta(days=7 * week + number))
    assert [event.kind for event in course.of(told.ExerciseMilestone)][-1] == "four_weeks"


def test_a_pause_told_afterwards_flags_its_sessions_and_lifts_its_slips():
    course = Told().give(day("1-5")).until(day("1-13"))
    assert course.state.slips == 1
    course.say(c.PauseCourse, paused_from=day("1-4"), to=day("1-9"), reason="client_ill")
    assert (course.state.slips, course.rules) == (0, ["paused"])


def test_no_gap_is_noticed_while_a_pause_runs_that_began_before_it():
    course = Told().give(day("1-5"))
    course.say(c.PauseCourse, paused_from=day("1-20"), to=day("1-25"), reason="client_ill")
    assert course.until(day("1-25")).of(told.CourseLapsed) == []
    assert [event.on for event in course.until(day("1-27")).of(told.CourseLapsed)] == [day("1-26")]


def test_a_pause_without_an_end_that_begins_later_hides_no_gap_before_it():
    course = Told().give(day("1-5"))
    course.say(c.PauseCourse, paused_from=day("2-20"), reason="client_ill")
    assert course.until(day("1-21")).of(told.CourseLapsed) != []


def test_a_closed_course_has_no_gap_to_decide_about():
    course = whole(2).until(day("2-2"))
    course.say(c.CloseCourse, reason="client_wish")
    assert course.refused(c.DecideLapse(now=course.now, decision="repeat")) == "closed"


def test_a_finished_course_with_one_session_too_many_stays_finished_when_one_is_withdrawn():
    course = Told("als_support").give(*days(START, 18))
    course.write(session(days(START, 18)[-1], "one more", started_at=instant(days(START, 18)[-1], 15)))
    course.withdraw(days(START, 18)[0])
    assert (course.status, course.state.completed) == ("closed", 18)


def test_after_a_review_nothing_is_due_the_same_day():
    course = whole(17).until(day("6-30"))
    assert course.state.review_at
    assert day_of(course.state.review_at, ZoneInfo("America/New_York")) > day("6-30")


def test_a_day_begins_with_its_first_instant_also_where_midnight_is_skipped():
    zone = ZoneInfo("America/Santiago")
    first = at(date(2026, 9, 6), parse_time("00:00"), zone)
    assert day_of(first, zone) == date(2026, 9, 6)
    assert day_of(first - timedelta(seconds=1), zone) == date(2026, 9, 5)


def test_a_visit_that_is_open_again_stays_so_when_its_session_is_heard_of_late():
    """`records` and `scheduling` are heard each by itself: fulfilled and open again may come before the session."""
    course = Told()
    on = schedule(1)[0]
    course.visit(on)
    visit = course.state.visits
    course.do(c.DropVisit(now=course.now, appointment_id=visit[0].appointment_id))
    course.visit(on)
    course.until(on, 12).write(session(on, appointment_id=visit[0].appointment_id))
    course.withdraw(on)
    assert course.state.visits == visit


def test_a_session_is_not_the_visit_before_the_next_one_even_if_it_began_early():
    course, on = Told(), schedule(1)[0]
    course.visit(on, minutes=90)
    (visit,) = course.state.visits
    early = session(on, appointment_id=visit.appointment_id, started_at=instant(on, 9))
    course.until(on, 12).write(early)
    assert prepare(course.definition, course.state).minutes == course.definition.policy.session_minutes
