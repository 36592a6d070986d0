"""The note for the next session, session by session (domain.md §3.3)."""

from typing import Any

import pytest

from services.protocol.domain.note import Note, prepare
from shared.events.protocol import NotePrepared
from tests.unit.protocol.told import START, Told, schedule, session, whole

FIGURES = {
    "Base of the skull", "Petrissage 1, side of the neck", "Under the shoulder blade", "Petrissage 2, side of the neck",
    "Thumb after thumb along the neck", "Ironing with the palms", "Ironing with the backs of the fingers",
    "Hand against hand across the back", "Petrissage 1 and 2, whole back",
}  # fmt: skip
"""The nine lubricated techniques of domain.md §3.4."""


def note(course: Told) -> Note:
    return prepare(course.definition, course.state)


def before(ordinal: int, **more: Any) -> Note:
    """The note for this session of a course that went as it should."""
    return note(Told().give(*schedule(ordinal - 1), **more))


def techniques(found: Note) -> list[str]:
    return [step.technique for step in found.sequence]


def waiting(found: Note) -> dict[str, str]:
    return {one.what: one.since for one in found.not_yet}


def test_the_first_note_is_there_from_the_opening_on():
    course = Told()
    found = note(course)
    assert (found.ordinal, found.minutes, found.last_session) == (1, 60, None)
    assert [event.ordinal for event in course.of(NotePrepared)] == [1]
    assert set(waiting(found)) == {"full_body", "intensive", "exercise", "pir", "periosteal"}
    assert any("gentle assessment" in caution.text for caution in found.cautions)
    assert any("first 3 or 4 sessions" in told.text for told in found.tell)


def test_from_session_4_the_whole_body_may_be_considered():
    assert not before(3).allowed.full_body
    found = before(4)
    assert found.allowed.full_body
    assert "full_body" not in waiting(found)
    assert not any("not the whole body" in caution.text for caution in found.cautions)


def test_from_session_6_intensive_work_takes_half_once_the_threshold_has_risen():
    assert not before(6).allowed.intensive
    found = before(6, threshold_risen=True)
    assert found.allowed.intensive
    assert sum(step.minutes for step in found.sequence if step.technique == "kneading") >= 30
    assert "intensive" in techniques(found)
    assert sum(step.minutes for step in found.sequence) == 60


def test_from_session_11_there_is_exercise_and_pir_comes_last():
    assert not before(10).allowed.exercise
    found = before(11)
    assert (found.allowed.exercise, found.allowed.pir, found.exercise.per_week) == (True, True, 2)
    assert techniques(found)[-1] == "pir"
    assert found.exercise.advice


def test_after_a_contraction_pir_waits_again():
    course = Told().give(*schedule(11)).give(schedule(12)[-1], contraction=True)
    assert not note(course).allowed.pir
    assert "pir" in waiting(note(course))
    assert "pir" not in techniques(note(course))


def test_session_16_is_in_series_3():
    found = before(16)
    assert found.phase == {"kind": "series", "number": 3, "sessions": 15, "done": 0}


@pytest.mark.parametrize("ordinal", range(25, 33))
def test_periosteal_massage_stands_in_the_notes_of_sessions_26_to_30_only(ordinal: int):
    found = before(ordinal)
    assert ("periosteal" in techniques(found)) == (26 <= ordinal <= 30)
    assert found.allowed.periosteal == (26 <= ordinal <= 30)
    assert ("periosteal" in waiting(found)) == (ordinal < 26)


def test_session_31_is_maintenance():
    assert before(31).phase == {"kind": "maintenance", "number": 1, "sessions": None, "done": 0}
    assert before(31).exercise.per_week == 4


def test_the_focus_is_where_tender_points_were_found_then_where_it_usually_hurts():
    assert [focus.region for focus in before(1).focus] == ["neck", "upper_back", "lower_back", "gluteal"]
    found = before(2, tender_points=["knee_left", "knee_right", "gluteal_left"]).focus
    assert [focus.region for focus in found] == ["knee", "gluteal", "neck", "upper_back"]
    assert found[0].why.startswith("2 tender points last time")


def test_the_next_visit_gives_the_minutes_not_one_already_past():
    course = Told()
    course.visit(START, "first", minutes=90)
    course.visit(schedule(2)[-1], "second", minutes=45)
    assert note(course).minutes == 90
    course.give(START)
    assert note(course).minutes == 45


def test_the_last_session_stands_in_the_note_in_figures():
    last = before(2, aggravated=True, tender_points=["knee_left"]).last_session
    assert last
    assert (last.on, last.pain_before, last.pain_after, last.tender_points) == ("2026-01-05", 5, 4, 1)
    assert last.aggravated


def test_the_note_is_prepared_anew_only_when_something_changed():
    course = whole(2)
    count = len(course.of(NotePrepared))
    course.visit(schedule(3)[-1])
    assert len(course.of(NotePrepared)) == count
    course.visit(schedule(3)[-1], minutes=90)
    assert len(course.of(NotePrepared)) == count + 1
    course.write(session(schedule(2)[-1], pain_after=1))
    assert len(course.of(NotePrepared)) == count + 2


def test_every_step_and_sentence_names_its_source():
    found = before(26)
    named = [*found.sequence, *found.cautions, *found.positions, *found.tell]
    assert all(one.source for one in named)


@pytest.mark.parametrize("name", ["als_support", "neuromuscular_maintenance", "pre_event_sports", "post_event_sports"])
def test_the_other_protocols_have_notes_too(name: str):
    found = note(Told(name))
    assert sum(step.minutes for step in found.sequence) == found.minutes
    assert (found.label is not None) == (name == "als_support")
    assert found.not_yet == []
