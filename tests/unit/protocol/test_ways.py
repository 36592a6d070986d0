"""The best choices of days: how many sessions, from where the course stands, with its breaks, and what has no place.

That they are all the best there are, and no others, is proved in tests/unit/scheduling/test_best_proposal.py.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain.cadence import Cadence
from services.protocol.domain.judging import verdicts
from services.protocol.domain.reflow import first_way
from services.protocol.domain.ways import ways
from shared.questions.protocol import AskWays, CourseWays
from tests.unit.protocol.told import CLIENT, COURSE, START, days, definition

FM = definition()
WEEKDAYS = days(START, 320, (0, 1, 2, 3, 4))
TWICE = days(START, 30, (0, 2))


def course(*given_days: date, **more: Any) -> Cadence:
    return Cadence(**({"definition": FM, "days": given_days, "starts_on": START} | more))


def found(at: Cadence, free: list[date], sessions: int | str = "course", **more: Any) -> CourseWays:
    return ways(at, AskWays(course_id=COURSE, client_id=CLIENT, sessions=sessions, days=free, **more))


def count(at: Cadence, sessions: int | str, **more: Any) -> int:
    return len(found(at, [day for day in WEEKDAYS if day > START + timedelta(days=20)], sessions, **more).sessions)


def test_a_whole_course_is_30_sessions_two_breaks_and_8_visits_of_maintenance():
    whole = found(course(), WEEKDAYS)
    assert [one.ordinal for one in whole.sessions] == list(range(1, 39))
    assert Counter(one.phase for one in whole.sessions) == {
        "series 1": 10, "series 2": 5, "series 3": 15, "maintenance": 8,
    }  # fmt: skip
    assert {one.ordinal: one.rest for one in whole.sessions if one.rest} == {15: 14, 30: 21}
    chosen = list(first_way(whole))
    assert all(one.allowed for one in verdicts(course(), chosen))
    assert chosen[15] - chosen[14] >= timedelta(days=14)
    assert whole.unplaced == []


def test_a_number_the_series_or_the_whole_course():
    after_four = course(*TWICE[:4])
    assert [count(after_four, one) for one in (3, "series", "course")] == [3, 6, 26 + 8]
    assert count(after_four, "course", maintenance_visits=2) == 26 + 2


def test_a_course_opened_part_way_goes_on_from_where_it_stands():
    at = course(before=12)
    assert [one.ordinal for one in found(at, WEEKDAYS, "series").sessions] == [13, 14, 15]
    assert found(at, WEEKDAYS, 4).sessions[2].rest == 14


def test_days_booked_come_first_and_count_once_when_they_have_become_sessions():
    assert [one.ordinal for one in found(course(), WEEKDAYS, 2, booked=TWICE[:3]).sessions] == [4, 5]
    assert [one.ordinal for one in found(course(TWICE[0]), WEEKDAYS, 1, booked=TWICE[:1]).sessions] == [2]


def test_what_finds_no_day_says_why_from_when_and_which_days_are_near():
    nothing = found(course(), WEEKDAYS[:3], 4).unplaced
    assert [(one.ordinal, one.why) for one in nothing] == [
        (3, "No free day was found that the protocol allows."),
        (4, "No free day was found that the protocol allows."),
    ]
    assert nothing[0].due == START + timedelta(days=7)
    assert [(one.date, one.rule) for one in nothing[0].near] == [(WEEKDAYS[1], "min_gap")]


def test_a_closed_course_and_a_finished_protocol_have_no_next_session():
    assert found(course(closed=True), WEEKDAYS, 1).unplaced[0].why == "The course has no next session."
    finished = course(*days(START, 18), definition=definition("als_support"))
    assert found(finished, WEEKDAYS) == CourseWays()


HOLES = st.sets(st.integers(0, 319), max_size=200)


@settings(max_examples=60, deadline=None)
@given(done=st.integers(0, 30), holes=HOLES, days_a_week=st.none() | st.integers(1, 5), sessions=st.integers(1, 12))
def test_every_choice_passes_the_verdicts(done: int, holes: set[int], days_a_week: int | None, sessions: int):
    at = course(*TWICE[:done])
    free = [day for n, day in enumerate(WEEKDAYS) if n not in holes]
    chosen = found(at, free, sessions, days_a_week=days_a_week)
    way = list(first_way(chosen))
    assert all(one.allowed for one in verdicts(at, way))
    assert set(way) <= set(free)
    assert len(way) + len(chosen.unplaced) == sessions
