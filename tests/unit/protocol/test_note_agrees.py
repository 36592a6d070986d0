"""A note never says two things: what is told, what is allowed and what is asked for belong to the same session."""

from datetime import timedelta
from typing import Any
from uuid import uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain import commands as c
from services.protocol.domain.note import Note, prepare
from tests.unit.protocol.told import SPACE, Told, instant, region, schedule

NOT_BEFORE = "No exercise at home before session 10"
BEGINS = "Exercise at home begins now"


def note(course: Told) -> Note:
    return prepare(course.definition, course.state)


def said(found: Note) -> str:
    return " ".join(line.text for line in [*found.tell, *found.cautions])


def repeated(given_before: int, after: int) -> Told:
    """A series started anew after so many sessions, and so many given since."""
    course = Told(policy={"on_lapse": "repeat"}).give(*schedule(given_before))
    again = schedule(given_before)[-1] + timedelta(days=21)
    return course.until(again).give(*[again + timedelta(days=4 * n) for n in range(after)])


def used_up(course: Told, number: int) -> Told:
    """A visit missed that uses up a session."""
    on = schedule(number + 1)[number]
    course.until(on, 12)
    course.do(c.DropVisit(now=course.now, appointment_id=uuid5(SPACE, str(number)), used_at=instant(on)))
    return course


def agrees(found: Note) -> None:
    shut = {one.what for one in found.not_yet}
    assert found.allowed.exercise == (BEGINS in said(found) or "at least 4 times a week" in said(found))
    assert found.allowed.exercise == (NOT_BEFORE not in said(found)) == ("exercise" not in shut)
    assert found.allowed.full_body == ("not the whole body yet" not in said(found))
    assert ("begins now" in said(found)) == (found.exercise.per_week == 2)
    assert ("at least 4 times a week" in said(found)) == (found.exercise.per_week == 4)


def test_a_series_started_anew_is_told_anew_what_belongs_to_it():
    for after in (0, 3, 5, 9, 10, 14, 15):
        agrees(note(repeated(8, after)))
    assert NOT_BEFORE in said(note(repeated(8, 5)))


def test_a_visit_that_used_up_a_session_opens_no_gate():
    course = used_up(Told().give(*schedule(9), threshold_risen=True), 9)
    found = note(course)
    assert (found.ordinal, found.allowed.exercise, found.allowed.pir, course.state.cleared_on) == (
        10,
        False,
        False,
        None,
    )
    agrees(found)
    course = used_up(Told().give(*schedule(4), threshold_risen=True), 4)
    assert not note(course).allowed.intensive
    course.give(schedule(7)[-1], regions=[region("neck", 5, "intensive")])
    assert [one.rule for one in course.state.deviations] == ["intensive_too_early"]


def test_the_note_for_the_session_after_a_break_asks_for_what_begins_with_it():
    course = Told().give(*schedule(15))
    assert course.state.pause
    agrees(note(course))


def test_exercise_that_came_too_early_stands_in_the_next_note():
    course = Told()
    course.exercise(schedule(1)[0])
    assert "Exercise at home too early: 0 sessions done" in " ".join(one.text for one in note(course).changed)
    course.give(*schedule(2))
    assert "Exercise at home" not in " ".join(one.text for one in note(course).changed)
    course.exercise(schedule(2)[1] + timedelta(days=1))
    (line,) = [one for one in note(course).changed if "Exercise at home" in one.text]
    assert (line.text, line.source) == ("Exercise at home too early: 2 sessions done, allowed after 10.", "A")


def test_every_region_that_had_too_long_is_noted_and_lifted_by_itself():
    course = Told().give(schedule(1)[0], regions=[region("neck", 14), region("lower_back", 12)])
    assert [(one.rule, one.region, one.figure) for one in course.state.deviations] == [
        ("region_over_10_min", "neck", 14),
        ("region_over_10_min", "lower_back", 12),
    ]
    course.give(schedule(1)[0], regions=[region("neck", 9), region("lower_back", 12)])
    assert [(one.region, one.figure) for one in course.state.deviations] == [("lower_back", 12)]
    assert sum("Too long on one region" in one.text for one in note(course).changed) == 1


steps: Any = st.lists(st.one_of(st.just("given"), st.just("used"), st.integers(3, 30)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(steps=steps, on_lapse=st.sampled_from(["continue", "repeat", "ask"]))
def test_whatever_happens_the_note_agrees_with_itself(steps: list[Any], on_lapse: str):
    course = Told(policy={"on_lapse": on_lapse})
    for n, step in enumerate(steps):
        on = (course.state.pause.first_day if course.state.pause else (course.state.last_day or schedule(1)[0])) + (
            timedelta(days=step if isinstance(step, int) else 4)
        )
        if step == "used":
            course.until(on, 12)
            course.do(c.DropVisit(now=course.now, appointment_id=uuid5(SPACE, str(n)), used_at=instant(on)))
        else:
            course.until(on, 12).give(on)
        if course.state.gap is None or not course.state.closed:
            agrees(note(course))


def test_a_long_gap_is_counted_from_the_break_and_told_from_the_last_session():
    course = Told().give(*schedule(15))
    rest = course.state.pause
    assert rest
    course.until(rest.first_day + timedelta(days=20))
    assert course.state.lapses[-1].since == rest.first_day
    assert f"No session since {schedule(15)[-1]}." in [one.text for one in note(course).changed]


def test_a_figure_set_by_the_practice_stands_beside_the_sentence_that_has_another():
    own = {"gates": {"exercise": {"from_session": 9}}, "limits": {"region_minutes": {"most": 10, "least": 6}}}
    course = Told(policy=own | {"min_gap_days": 3}).give(*schedule(8))
    found = note(course)
    assert found.allowed.exercise
    assert [(one.text, one.source) for one in found.cautions if "Set by this practice" in one.text] == [
        ("Set by this practice: exercise, from session 9; the text has 11.", "policy"),
        ("Set by this practice: region minutes, least 6; the text has 7.", "policy"),
    ]
