"""A course from its opening to its close: phases, breaks, pauses, overrides."""

from datetime import timedelta

import pytest

from services.protocol.domain import commands as c
from services.protocol.domain.judging import verdicts
from services.protocol.domain.note import phase_view
from shared.decider import Unknown
from shared.events import protocol as told
from tests.unit.protocol.told import START, Told, day, days, kinds, schedule, session, whole


def test_a_course_opens_with_series_1():
    course = Told()
    assert kinds(course.events) == ["CourseOpened", "SeriesStarted"]
    assert course.of(told.SeriesStarted)[0].on == START
    assert course.status == "series"


def test_opening_it_twice_is_nothing():
    course = Told()
    opened = course.state.opened
    again = {name: getattr(opened, name) for name in opened.__struct_fields__ if name not in {"version", "event_on"}}
    assert course.do(c.OpenCourse(now=course.now, **again)) == []


def test_after_session_10_the_phase_is_series_2_with_none_done():
    course = whole(10)
    assert phase_view(course.definition, course.state) == {"kind": "series", "number": 2, "sessions": 5, "done": 0}
    assert kinds(course.events[-8:])[-3:] == ["SeriesCompleted", "SeriesStarted", "ExerciseMilestone"]


def test_the_whole_course_tells_its_phases_in_order_and_flags_nothing():
    course = whole(34)
    phases = course.of(
        told.SeriesStarted, told.SeriesCompleted, told.BreakStarted, told.BreakEnded, told.MaintenanceStarted
    )
    assert kinds(phases) == [
        "SeriesStarted", "SeriesCompleted", "SeriesStarted", "SeriesCompleted", "BreakStarted", "BreakEnded",
        "SeriesStarted", "SeriesCompleted", "BreakStarted", "BreakEnded", "MaintenanceStarted",
    ]  # fmt: skip
    assert course.rules == []
    assert course.state.slips == 0
    assert [event.ordinal for event in course.of(told.SessionCounted)] == list(range(1, 35))
    assert course.status == "maintenance"


def test_a_break_ends_on_its_first_day_by_itself():
    course = whole(15)
    pause = course.state.pause
    assert pause
    assert pause.first_day == schedule(15)[-1] + timedelta(days=14)
    course.until(pause.first_day - timedelta(days=1), 23)
    assert course.status == "break"
    course.until(pause.first_day, 1)
    assert course.status == "series"
    assert course.of(told.BreakEnded) == [told.BreakEnded(**course.state.ids, number=1, on=pause.first_day)]


def test_a_session_inside_the_break_counts_is_flagged_and_ends_it():
    course = whole(15)
    inside = schedule(15)[-1] + timedelta(days=5)
    course.give(inside)
    assert course.rules == ["session_in_break"]
    assert course.state.completed == 16
    assert course.of(told.BreakEnded)[-1] == told.BreakEnded(**course.state.ids, number=1, on=inside, early=True)
    assert course.of(told.SeriesStarted)[-1].number == 3
    assert course.status == "series"


def test_a_session_in_a_break_by_permission_is_still_a_fact_against_the_protocol():
    course = whole(15)
    inside = schedule(15)[-1] + timedelta(days=5)
    course.say(c.GrantOverride, rule="break", date=inside, reason="medical_need", granted_by="therapist:ada")
    assert verdicts(course.state.cadence(course.definition), [inside])[0].allowed
    course.give(inside)
    assert course.rules == ["session_in_break"]


def test_a_session_written_down_after_the_break_was_over_opens_and_ends_it_at_once():
    course = whole(14)
    last = schedule(15)[-1]
    course.until(last + timedelta(days=60))
    course.write(session(last))
    assert kinds(course.of(told.BreakStarted, told.BreakEnded)) == ["BreakStarted", "BreakEnded"]
    assert course.status == "series"


@pytest.mark.parametrize(
    ("before", "last", "status", "number"),
    [(4, "3-20", "series", 1), (10, "3-20", "series", 2), (15, "3-20", "break", 3), (15, "2-20", "series", 3),
     (30, "3-20", "break", 1), (30, "2-20", "maintenance", 1), (60, "3-20", "maintenance", 1)],
)  # fmt: skip
def test_a_course_taken_over_stands_where_it_was(before: int, last: str, status: str, number: int):
    course = Told(on=day("3-25"), starts_on=day("3-25"), sessions_before=before, last_session_on=day(last))
    assert course.status == status
    assert phase_view(course.definition, course.state)["number"] == number
    assert course.of(told.SeriesCompleted) == []
    assert (course.state.cleared_on is not None) == (before >= 10)


def test_a_course_taken_over_in_a_break_waits_for_its_first_day():
    course = Told(on=day("3-5"), starts_on=day("3-5"), sessions_before=15, last_session_on=day("3-1"))
    found = verdicts(course.state.cadence(course.definition), [day("3-14"), day("3-15")])
    assert [(one.ordinal, one.rule) for one in found] == [(16, "break"), (16, None)]
    assert course.until(day("3-15")).status == "series"


def test_a_finished_course_closes_once_and_is_not_reopened():
    course = Told("als_support").give(*days(START, 18))
    assert [event.reason for event in course.of(told.CourseClosed)] == ["finished"]
    assert len(course.of(told.SeriesCompleted)) == 1
    assert course.refused(c.ReopenCourse(now=course.now)) == "closed"


def test_a_finished_course_goes_on_when_its_last_session_is_withdrawn():
    course = Told("als_support").give(*days(START, 18))
    course.withdraw(days(START, 18)[-1])
    assert course.status == "series"
    course.give(days(START, 19)[-1])
    assert course.status == "closed"


def test_a_session_set_aside_counts_and_is_in_no_pause_when_another_is_withdrawn():
    on = days(START, 19)
    course = Told("als_support").give(*on)
    assert (course.status, course.state.completed, course.rules) == ("closed", 18, ["closed"])
    course.until(on[-1] + timedelta(days=3))
    course.withdraw(on[4])
    assert (course.status, course.state.completed, course.rules) == ("closed", 18, [])
    assert course.state.pauses == ()


def test_the_weeks_after_a_course_finished_by_mistake_are_judged():
    on = days(START, 18)
    course = Told("als_support").give(*on).until(on[-1] + timedelta(days=20))
    course.withdraw(on[4])
    course.until(course.now.date() + timedelta(days=1))
    assert max(course.state.slipped) > on[-1] - timedelta(days=7)
    assert [lapse.since for lapse in course.state.lapses] == [on[-1]]


def test_the_days_on_which_somebody_had_called_a_course_finished_are_not_judged():
    course = whole(3)
    course.say(c.CloseCourse, reason="finished")
    course.now += timedelta(days=60)
    course.say(c.ReopenCourse)
    assert (course.status, course.state.slips, course.of(told.CourseLapsed)) == ("series", 0, [])


def test_closing_twice_is_nothing_and_reopening_goes_on_where_it_was():
    course = whole(3)
    course.say(c.CloseCourse, reason="moved_away")
    assert course.status == "closed"
    assert course.say(c.CloseCourse, reason="finished") == []
    course.now += timedelta(days=60)
    course.say(c.ReopenCourse)
    assert course.say(c.ReopenCourse) == []
    assert (course.status, course.state.completed, course.state.slips) == ("series", 3, 0)
    assert course.of(told.CourseLapsed) == []


def test_a_pause_is_seen_from_its_first_to_its_last_day():
    course = whole(2).until(day("1-10"))
    course.say(c.PauseCourse, paused_from=day("1-12"), to=day("1-16"), reason="client_away")
    assert [course.until(day(one)).status for one in ("1-11", "1-12", "1-16", "1-17")] == [
        "series", "paused", "paused", "series",
    ]  # fmt: skip


def test_pauses_may_not_overlap_but_may_follow_each_other():
    course = whole(2).until(day("1-10"))
    course.say(c.PauseCourse, paused_from=day("6-1"), to=day("6-10"), reason="client_away")
    course.say(c.PauseCourse, paused_from=day("1-12"), to=day("1-16"), reason="client_ill")
    overlapping = c.PauseCourse(now=course.now, paused_from=day("6-10"), reason="client_ill")
    assert course.refused(overlapping) == "paused"


def test_resuming_ends_the_pause_in_force_and_keeps_one_to_come():
    course = whole(2).until(day("1-10"))
    course.say(c.PauseCourse, paused_from=day("6-1"), to=day("6-10"), reason="client_away")
    course.say(c.PauseCourse, paused_from=day("1-12"), reason="client_ill", to=day("1-30"))
    course.until(day("1-14")).say(c.ResumeCourse)
    assert course.status == "series"
    assert course.until(day("6-1")).status == "paused"


def test_resuming_with_no_pause_in_force_calls_off_the_one_to_come():
    course = whole(2).until(day("1-10"))
    assert course.say(c.ResumeCourse) == []
    course.say(c.PauseCourse, paused_from=day("1-20"), reason="client_away")
    course.say(c.ResumeCourse)
    assert course.until(day("1-21")).status == "series"


def test_a_closed_course_is_not_paused():
    course = whole(2)
    course.say(c.CloseCourse, reason="moved_away")
    paused = c.PauseCourse(now=course.now, paused_from=day("6-10"), reason="client_ill")
    assert course.refused(paused) == "closed"


def test_an_override_is_granted_once_and_never_against_closed():
    course = Told()
    given = {"date": day("1-6"), "reason": "medical_need", "granted_by": "owner:ann"}
    assert len(course.say(c.GrantOverride, rule="min_gap", **given)) == 1
    assert course.say(c.GrantOverride, rule="min_gap", **given) == []
    assert course.refused(c.GrantOverride(now=course.now, rule="closed", **given)) == "closed"


def test_an_erased_clients_course_is_closed_silent_and_unknown():
    course = whole(3)
    course.visit(day("1-14"))
    course.say(c.ForgetClient)
    assert course.say(c.ForgetClient) == []
    assert course.write(session(day("1-14"))) == []
    assert course.withdraw(schedule(1)[0]) == []
    assert course.visit(day("1-19")) == []
    assert course.exercise(day("1-20")) == []
    assert course.say(c.Review) == []
    with pytest.raises(Unknown):
        course.say(c.ReopenCourse)
