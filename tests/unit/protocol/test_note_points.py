"""What a note says of tender points: left, gone, where, and known from a screening (domain.md §3.3)."""

from datetime import timedelta
from typing import Any

from services.protocol.domain import commands as c
from services.protocol.domain.note import Note, prepare
from tests.unit.protocol.told import START, Told, instant, schedule


def note(course: Told) -> Note:
    return prepare(course.definition, course.state)


def after(count: int, **last: Any) -> Note:
    """The note after so many sessions, the last one with these figures."""
    course = Told().give(*schedule(count - 1)).give(schedule(count)[-1], **last)
    return note(course)


def test_tender_points_left_and_gone_and_how_to_treat_them():
    course = Told().give(START, tender_points=["occiput_left", "knee_left"])
    course.give(schedule(2)[-1], tender_points=["knee_left", "gluteal_right"]).give(schedule(3)[-1])
    found = note(course).tender_points
    assert (found.left, found.gone) == (["knee_left", "gluteal_right"], ["occiput_left"])
    assert (found.found_on, found.seconds) == (str(schedule(2)[-1]), 30)
    assert found.how
    assert "just below the pain threshold" in found.how.text


def test_before_session_1_the_screening_says_where_the_tender_points_are():
    course = Told()
    found = ("occiput_left", "gluteal_left", "gluteal_right")
    course.say(c.NoteScreening, at=instant(START - timedelta(days=3)), tender_points=found)
    first = note(course)
    assert (first.tender_points.left, first.tender_points.found_on) == (list(found), str(START - timedelta(days=3)))
    assert [focus.region for focus in first.focus[:2]] == ["gluteal", "neck"]
    assert course.say(c.NoteScreening, at=instant(START - timedelta(days=3)), tender_points=found) == []
    assert course.say(c.NoteScreening, at=instant(START - timedelta(days=9)), tender_points=()) == []
    course.give(START, tender_points=["occiput_left"])
    assert (note(course).tender_points.left, note(course).tender_points.gone) == (
        ["occiput_left"], ["gluteal_left", "gluteal_right"],
    )  # fmt: skip


def test_a_screening_that_finds_none_leaves_none():
    course = Told().give(START, tender_points=["knee_left"])
    course.say(c.NoteScreening, at=instant(schedule(2)[-1]), tender_points=())
    assert (note(course).tender_points.left, note(course).tender_points.gone) == ([], ["knee_left"])


def test_points_on_one_side_name_the_side():
    found = after(2, tender_points=["knee_left", "gluteal_left", "gluteal_right"]).focus
    assert [(focus.region, focus.side) for focus in found[:2]] == [("gluteal", None), ("knee", "left")]


def test_points_found_before_the_last_session_name_the_day():
    course = Told().give(START, tender_points=["knee_left"]).give(schedule(2)[-1])
    assert note(course).focus[0].why.startswith(f"1 tender point on {START}")
