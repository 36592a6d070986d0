"""What the notes of the other protocols say (domain.md §4)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.protocol.domain.deviations import Against, against_event
from services.protocol.domain.judging import verdicts
from services.protocol.domain.naming import named
from services.protocol.domain.note import Note, prepare
from shared.clock import day_of
from shared.events.protocol import DeviationNoted
from tests.unit.protocol.told import CLIENT, COURSE, START, ZONE, Told, instant, schedule, session


def note(course: Told) -> Note:
    return prepare(course.definition, course.state)


def texts(lines: Any) -> str:
    return " ".join(line.text for line in lines)


def test_the_single_case_carries_its_label_on_every_note_and_its_milestones():
    course = Told("als_support")
    label = "Single case, uncontrolled; only with the treating physician."
    for on in schedule(9):
        assert note(course).label == label
        course.give(on)
    course.exercise(schedule(9)[-1], steps=15, walked_minutes=6)
    assert "Most steps so far: 15. Longest walk so far: 6 minutes." in texts(note(course).changed)
    assert "Only with the treating physician" in texts(note(course).cautions)


def test_a_missed_rhythm_is_an_alarm_in_neuromuscular_maintenance_after_10_days():
    course = Told("neuromuscular_maintenance").give(START)
    course.until(START + timedelta(days=10), 12)
    assert "An alarm" not in texts(note(course).changed)
    course.until(START + timedelta(days=11), 12)
    assert f"An alarm: no session since {START}." in texts(note(course).changed)
    assert "Osteoporosis: no direct pressure without the physician." in texts(note(course).cautions)


def test_the_session_before_an_event_begins_an_hour_before_it():
    at = instant(date(2026, 2, 7), 14)
    found = note(Told("pre_event_sports", event_at=at)).event
    assert found
    assert (found.at, found.session_at, found.source) == (at, at - timedelta(hours=1), "B")
    assert note(Told("pre_event_sports")).event is None


def test_the_session_before_an_event_has_its_one_day():
    at = instant(date(2026, 2, 8), 0) + timedelta(minutes=30)
    course = Told("pre_event_sports", event_at=at)
    cadence = course.state.cadence(course.definition)
    asked = [date(2026, 2, 6), date(2026, 2, 8), date(2026, 2, 7)]
    early, late, on = verdicts(cadence, asked)
    assert (early.rule, early.earliest, late.rule, late.earliest) == ("event_day", asked[2], "event_day", None)
    assert "belongs on 2026-02-07" in (late.detail or "")
    assert on.allowed
    course.give(date(2026, 2, 6))
    assert course.rules == ["event_day"]


def test_a_session_for_an_event_is_on_its_day_and_over_when_the_event_begins():
    at, hour = instant(date(2026, 2, 7)), timedelta(hours=1)
    course = Told("pre_event_sports", event_at=at)

    def against(ends_at: datetime) -> list[Against]:
        return list(against_event(course.definition, course.state.opened, day_of(ends_at, ZONE), ends_at))

    assert against(at) == []
    assert against(at + 6 * hour) == [Against(rule="event_day", figure=360, limit=0, source="B")]
    assert against(at - 24 * hour) == against(at + 24 * hour) == [Against(rule="event_day", source="B")]


@pytest.mark.parametrize(
    ("figure", "words"),
    [(None, "Not on the day of the event"), (360, "Not over when the event began: 360 minutes past")],
)
def test_a_session_that_missed_its_event_is_told_in_words(figure: int | None, words: str):
    noted = DeviationNoted(client_id=CLIENT, course_id=COURSE, rule="event_day", on=START, figure=figure)
    assert named(noted) == words


def test_without_a_time_of_the_event_any_day_will_do():
    course = Told("pre_event_sports")
    assert verdicts(course.state.cadence(course.definition), [date(2026, 2, 6)])[0].allowed


def test_after_an_event_the_whole_body_is_worked_and_stretched():
    found = note(Told("post_event_sports"))
    assert {step.region for step in found.sequence} == {"full_body"}
    assert found.sequence[-1].technique == "stretching"
    assert found.allowed.full_body


def test_a_session_that_is_not_over_when_the_event_begins_is_flagged_with_its_minutes():
    on = date(2026, 2, 7)
    course = Told("pre_event_sports", event_at=instant(on)).until(on, 18)
    course.write(session(on, started_at=instant(on, 15), ended_at=instant(on, 16)))
    (flag,) = course.state.deviations
    assert (flag.rule, flag.figure, flag.limit, flag.source) == ("event_day", 360, 0, "B")


def test_a_session_on_another_day_than_the_event_is_flagged_once():
    on = date(2026, 2, 7)
    course = Told("pre_event_sports", event_at=instant(on)).give(on - timedelta(days=1))
    (flag,) = course.state.deviations
    assert (flag.rule, flag.figure, flag.source) == ("event_day", None, "B")


def test_a_visit_agreed_for_after_the_event_is_flagged_by_the_backstop():
    on = date(2026, 2, 7)
    course = Told("pre_event_sports", event_at=instant(on) - timedelta(hours=1))
    course.visit(on)
    course.until(on, 9)
    (flag,) = course.state.deviations
    assert (flag.rule, flag.figure, flag.appointment_id is not None) == ("event_day", 120, True)
