"""Sessions as facts: amended, withdrawn, written down late or in another order, of nobody here."""

from datetime import timedelta
from uuid import uuid4

from services.protocol.domain import commands as c
from services.protocol.domain.counting import place_of
from services.protocol.domain.note import phase_view
from shared.events import protocol as told
from tests.unit.protocol.told import SPACE, START, Told, day, days, kinds, region, schedule, session, whole


def test_the_same_session_twice_counts_once():
    course = whole(1)
    assert course.write(session(START)) == []
    assert course.state.completed == 1


def test_a_session_of_another_client_is_flagged_once_and_not_counted():
    course = whole(1)
    foreign = session(day("1-7"), client_id=uuid4())
    assert kinds(course.write(foreign)) == ["DeviationNoted"]
    assert course.rules == ["foreign_course"]
    assert course.write(foreign) == []
    assert course.state.completed == 1


def test_a_session_that_names_an_unknown_course_is_flagged():
    course = Told()
    (flag,) = course.decider.decide(c.CountSession(now=course.now, session=session(START)), None)
    assert flag.rule == "foreign_course"


def test_a_session_of_a_closed_course_is_flagged_and_not_counted():
    course = whole(2)
    course.say(c.CloseCourse, reason="moved_away")
    course.write(session(day("1-12")))
    assert course.rules == ["closed"]
    assert course.state.completed == 2


def test_amended_figures_replace_the_old_ones_and_count_once():
    course = whole(3)
    on = schedule(3)[-1]
    course.write(session(on, regions=[region("neck", 12)]))
    assert course.rules == ["region_over_10_min"]
    assert course.write(session(on, regions=[region("neck", 13)])) != []
    (noted,) = course.state.deviations
    assert (noted.figure, noted.limit, noted.source, noted.region) == (13, 10, "A", "neck")
    course.write(session(on, regions=[region("neck", 8)]))
    assert course.rules == []
    assert (course.state.completed, len(course.of(told.SessionCounted))) == (3, 3)


def test_a_session_amended_to_another_day_moves_the_break():
    course = whole(15)
    last = schedule(15)[-1]
    later = last + timedelta(days=1)
    course.until(later)
    course.write(session(later, str(last)))
    assert course.state.pause
    assert course.state.pause.started_on == later
    assert course.state.pause.first_day == later + timedelta(days=14)


def test_withdrawing_the_tenth_session_goes_back_to_series_1_and_holds_exercise():
    course = whole(10)
    course.withdraw(schedule(10)[-1])
    assert phase_view(course.definition, course.state) == {"kind": "series", "number": 1, "sessions": 10, "done": 9}
    assert course.state.cleared_on is None
    course.give(schedule(11)[-1])
    assert course.state.cleared_on == schedule(11)[-1]


def test_withdrawing_the_fifteenth_session_ends_the_break():
    course = whole(15)
    course.withdraw(schedule(15)[-1])
    assert (course.state.pause, course.status) == (None, "series")
    assert phase_view(course.definition, course.state)["done"] == 4
    course.give(schedule(15)[-1] + timedelta(days=5))
    assert course.status == "break"


def test_withdrawing_the_fifteenth_session_after_the_break_goes_back_to_series_2():
    course = whole(15)
    course.until(schedule(15)[-1] + timedelta(days=16))
    assert course.of(told.SeriesStarted)[-1].number == 3
    course.withdraw(schedule(15)[-1])
    assert course.of(told.SeriesStarted)[-1].number == 2
    assert len(course.of(told.SeriesCompleted)) == 2


def test_withdrawing_the_session_that_broke_the_break_brings_it_back():
    course = whole(15)
    inside = schedule(15)[-1] + timedelta(days=5)
    course.give(inside)
    course.withdraw(inside)
    assert (course.status, course.rules) == ("break", [])
    assert course.until(schedule(15)[-1] + timedelta(days=14)).status == "series"


def test_withdrawing_a_session_lifts_what_its_neighbour_was_flagged_for():
    course = Told().give(day("1-5"), day("1-6"))
    assert course.rules == ["min_gap"]
    course.withdraw(day("1-5"))
    assert course.rules == []


def test_withdrawing_what_was_never_counted_is_nothing():
    assert whole(2).withdraw(day("4-1")) == []


def test_sessions_written_down_out_of_order_take_their_places_by_time():
    course = Told().give(day("1-5"), day("1-14"))
    course.write(session(day("1-7")))
    assert [given.on for given in course.state.given] == [day("1-5"), day("1-7"), day("1-14")]
    assert course.of(told.SessionCounted)[-1].ordinal == 2
    assert place_of(course.state, session(day("1-14")).session_id) == 2


def test_a_late_session_is_judged_among_its_neighbours():
    course = Told().give(day("1-5"), day("1-9"))
    course.write(session(day("1-8")))
    assert {(one.rule, one.on) for one in course.state.deviations} == {
        ("min_gap", day("1-9")), ("too_many_in_7_days", day("1-9")),
    }  # fmt: skip


def test_a_late_session_that_fills_the_series_starts_the_break_from_the_last():
    course = Told().give(*schedule(15)[:3], *schedule(15)[4:])
    assert course.state.completed == 14
    course.write(session(schedule(15)[3]))
    assert course.state.pause
    assert course.state.pause.started_on == schedule(15)[-1]


def test_a_visit_that_slipped_past_is_flagged_a_minute_later_and_lifted_when_moved():
    course = whole(15)
    inside = schedule(15)[-1] + timedelta(days=5)
    course.visit(inside, "one")
    assert course.rules == []
    course.until(schedule(15)[-1], 13)
    assert course.rules == ["session_in_break"]
    course.visit(inside + timedelta(days=30), "one")
    course.until(schedule(15)[-1], 14)
    assert course.rules == []


def test_a_visit_in_the_break_by_permission_did_not_slip_past():
    course = whole(15)
    inside = schedule(15)[-1] + timedelta(days=5)
    course.say(c.GrantOverride, rule="break", date=inside, reason="medical_need", granted_by="therapist:ada")
    course.visit(inside)
    course.until(schedule(15)[-1], 14)
    assert course.rules == []


def test_a_planned_course_of_visits_is_not_flagged():
    course = Told()
    for on in schedule(38):
        course.visit(on)
    course.until(START, 12)
    assert course.rules == []


def test_dropping_a_visit_that_is_not_there_is_nothing():
    assert Told().say(c.DropVisit, appointment_id=SPACE) == []


def test_sessions_before_the_start_and_in_a_pause_count_and_are_flagged():
    course = Told(starts_on=day("2-2"))
    course.give(day("1-7"))
    course.say(c.PauseCourse, paused_from=day("1-20"), to=day("1-25"), reason="client_ill")
    course.give(day("2-4"), days(day("2-9"), 1)[0])
    assert course.rules == ["not_started"]
    course.write(session(day("1-21")))
    assert course.rules == ["not_started", "not_started", "paused"]
    assert course.state.completed == 4
