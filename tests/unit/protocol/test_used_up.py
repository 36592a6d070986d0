"""A visit that did not take place may use up a session: the course's place moves, its count of sessions does not."""

from datetime import timedelta
from typing import Any
from uuid import uuid5

from services.protocol.domain import commands as c
from services.protocol.domain.cadence import stand
from shared.events.protocol import BreakStarted, SeriesStarted
from tests.unit.protocol.told import SPACE, START, Told, days, instant

TWICE_A_WEEK = days(START, 40)


def missed(course: Told, number: int, *, uses: bool = True) -> list[Any]:
    """The visit on one of the course's days is missed."""
    on = TWICE_A_WEEK[number]
    course.until(on, 12)
    at = instant(on) if uses else None
    return course.do(c.DropVisit(now=course.now, appointment_id=uuid5(SPACE, str(number)), used_at=at))


def told(events: list[Any], *kinds: type) -> list[Any]:
    return [event for event in events if isinstance(event, kinds)]


def test_the_series_ends_one_session_earlier():
    course = Told().give(*TWICE_A_WEEK[:8])
    missed(course, 8)
    course.give(TWICE_A_WEEK[9])
    assert course.state.completed == 9
    assert (course.state.entered, course.state.cleared_on) == ("series 2", None)


def test_the_last_of_a_series_begins_the_break_with_the_last_massage():
    course = Told().give(*TWICE_A_WEEK[:14])
    (began,) = told(missed(course, 14), BreakStarted)
    assert (began.started_on, began.first_day) == (TWICE_A_WEEK[13], TWICE_A_WEEK[13] + timedelta(weeks=2))
    course.until(began.first_day + timedelta(days=1))
    assert course.state.entered == "series 3"
    assert course.state.lapses == ()


def test_by_the_default_it_changes_nothing():
    course = Told().give(*TWICE_A_WEEK[:9])
    assert missed(course, 9, uses=False) == []
    assert stand(course.state.cadence(course.definition)).done == 9


def test_taken_back_the_course_is_where_it_was():
    course = Told().give(*TWICE_A_WEEK[:9])
    assert told(missed(course, 9), SeriesStarted)
    assert missed(course, 9) == []
    missed(course, 9, uses=False)
    standing = stand(course.state.cadence(course.definition))
    assert (standing.phase.name, standing.done) == ("series 1", 9)
