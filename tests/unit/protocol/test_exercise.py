"""Exercise at home: clearance, weekly targets, milestones (domain.md §3.1, §5)."""

from datetime import date, timedelta

from services.protocol.domain.exercise import target, weeks
from shared.events.protocol import ExerciseMilestone
from tests.unit.protocol.told import START, Told, schedule, whole


def reached(course: Told) -> list[tuple[str, int | None, int | None]]:
    return [(event.kind, event.per_week, event.value) for event in course.of(ExerciseMilestone)]


def train(course: Told, first: date, count: int) -> None:
    for number in range(count):
        course.exercise(first + timedelta(days=number))


def test_exercise_is_cleared_when_session_10_is_done():
    course = whole(9)
    assert reached(course) == []
    course.give(schedule(10)[-1])
    assert reached(course) == [("cleared", 2, None)]
    assert course.state.cleared_on == schedule(10)[-1]


def test_exercise_before_clearance_is_flagged_once_a_day():
    course = whole(3)
    on = schedule(3)[-1]
    course.exercise(on, "morning")
    course.exercise(on, "evening")
    assert [(one.rule, one.on) for one in course.state.deviations] == [("exercise_too_early", on)]


def test_exercise_for_a_day_before_clearance_is_flagged_also_when_written_later():
    course = whole(10)
    course.exercise(START)
    assert course.rules == ["exercise_too_early"]


def test_where_exercise_is_no_part_of_the_protocol_it_is_never_too_early():
    course = Told("als_support")
    course.exercise(START, steps=3)
    assert course.rules == []


def test_two_distinct_days_meet_the_week_of_series_2():
    course = whole(10)
    first = schedule(10)[-1] + timedelta(days=1)
    course.exercise(first, "a")
    course.exercise(first, "b")
    assert len(reached(course)) == 1
    course.exercise(first + timedelta(days=1))
    assert reached(course)[1:] == [("week_met", 2, 2)]
    course.exercise(first + timedelta(days=2))
    assert len(reached(course)) == 2


def test_the_same_entry_twice_counts_once():
    course = whole(10)
    on = schedule(10)[-1]
    course.exercise(on, "same")
    assert course.exercise(on, "same") == []


def test_break_1_keeps_two_days_and_series_3_asks_for_four():
    course = whole(15)
    assert target(course.definition, course.state) == 2
    course.until(schedule(15)[-1] + timedelta(days=14))
    assert target(course.definition, course.state) == 4
    course = whole(10)
    assert target(course.definition, course.state) == 2


def test_a_week_is_judged_by_the_target_in_force_when_it_began():
    course = whole(22)
    cleared = schedule(10)[-1]
    late = next(week for week in (cleared + timedelta(weeks=n) for n in range(9)) if week >= schedule(16)[-1])
    train(course, late, 3)
    assert len(reached(course)) == 1
    course.exercise(late + timedelta(days=3))
    assert reached(course)[-1] == ("week_met", 4, 4)
    train(course, cleared, 2)
    assert reached(course)[-1] == ("week_met", 2, 2)


def test_four_weeks_in_a_row_are_a_milestone_once():
    course = whole(10)
    cleared = schedule(10)[-1]
    for week in range(4):
        train(course, cleared + timedelta(weeks=week), 4)
    assert [kind for kind, _, _ in reached(course)] == ["cleared", *["week_met"] * 4, "four_weeks"]
    train(course, cleared + timedelta(weeks=4), 4)
    assert [kind for kind, _, _ in reached(course)].count("four_weeks") == 1


def test_a_gap_filled_later_joins_the_weeks():
    course = whole(10)
    cleared = schedule(10)[-1]
    for week in (0, 1, 3, 2):
        train(course, cleared + timedelta(weeks=week), 2)
    assert reached(course)[-1] == ("four_weeks", 2, 4)


def test_steps_and_minutes_walked_pass_their_marks():
    course = Told("als_support")
    for number, steps in enumerate((10, 15, 14, 60)):
        course.exercise(START + timedelta(days=number), steps=steps)
    course.exercise(START + timedelta(days=9), walked_minutes=25)
    assert reached(course) == [("steps", None, 15), ("steps", None, 60), ("walked_minutes", None, 25)]


def test_weeks_are_listed_from_clearance_on():
    course = whole(10)
    cleared = schedule(10)[-1]
    train(course, cleared, 3)
    found = weeks(course.definition, course.state, cleared + timedelta(days=8))
    assert [(week.first_day, week.days, week.met) for week in found] == [
        (cleared, 3, True), (cleared + timedelta(days=7), 0, False),
    ]  # fmt: skip
    assert weeks(course.definition, Told().state, START) == []


def test_exercise_before_a_course_was_taken_over_is_not_judged():
    last = START - timedelta(days=5)
    course = Told(sessions_before=40, last_session_on=last)
    train(course, last - timedelta(days=2), 3)
    assert course.rules == []
    course = Told(sessions_before=3, last_session_on=last)
    train(course, last - timedelta(days=2), 4)
    assert [(event.rule, event.on) for event in course.state.deviations] == [
        ("exercise_too_early", last + timedelta(days=1))
    ]
