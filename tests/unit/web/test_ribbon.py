"""The ribbon in the states a course goes through."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from services.web.answers.protocol import Course, Part
from services.web.views.course import FIBROMYALGIA, state_sentence
from services.web.views.ribbon import Days, Group, Ribbon, ribbon

START = date(2026, 1, 20)


def course(done: int, status: str = "series", **more: object) -> Course:
    number, size, before = (1, 10, 0) if done < 10 else (2, 5, 10) if done < 15 else (3, 15, 15)
    phase = {"kind": "series", "number": number, "sessions": size, "done": done - before}
    if done >= 30:
        phase = {"kind": "maintenance", "number": 1, "sessions": None, "done": done - 30}
    given = {
        "course_id": UUID(int=1),
        "client_id": UUID(int=2),
        "protocol": "fibromyalgia",
        "title": "Fibromyalgia course",
        "status": status,
        "phase": phase,
        "sessions_completed": done,
        "next_ordinal": done + 1,
    }
    return msgspec.convert(given | more, Course)


def drawn(of: Course, booked: range = range(0), known: range = range(0)) -> Ribbon:
    days = {ordinal: START + timedelta(days=3 * ordinal) for ordinal in known}
    return ribbon(of, FIBROMYALGIA, Days(of=days, booked=frozenset(booked)))


def beads(group: Group) -> str:
    return "".join(f"{bead.state[0]}{'*' if bead.next else ''}" for bead in group.beads)


def test_a_new_course_is_ten_five_break_fifteen_break_weekly():
    groups = drawn(course(0)).groups
    assert [(group.kind, len(group.beads)) for group in groups] == [
        ("series", 10), ("series", 5), ("break", 0), ("series", 15), ("break", 0), ("maintenance", 3),
    ]  # fmt: skip
    assert beads(groups[0]) == "d*" + "d" * 9  # due: still to book
    assert groups[0].beads[0].state == "due"


def test_shows_what_is_done_booked_next_and_still_to_book():
    picture = drawn(course(12), booked=range(13, 20))
    states = [bead.state for group in picture.groups[:4] for bead in group.beads]
    assert states == ["done"] * 12 + ["booked"] * 7 + ["due"] * 11
    assert [bead.ordinal for group in picture.groups for bead in group.beads if bead.next] == [13]
    assert picture.words == "12 sessions done, 7 booked, 11 still to book"
    assert [group.title for group in picture.groups[:3]] == ["Series 1 · 10 of 10", "Series 2 · 2 of 5", "2 weeks off"]


def test_dates_stand_under_each_group_and_between_visits_under_a_break():
    groups = drawn(course(12), known=range(1, 17)).groups
    assert groups[0].dates == "23 Jan – 19 Feb"
    assert groups[2].dates == "7–8 Mar"
    assert groups[3].dates == "9 Mar"
    assert groups[4].dates == ""


def test_a_current_break_shows_the_days_the_protocol_gives():
    pause = {"started_on": "2026-03-01", "first_day": "2026-03-15"}
    resting = course(15, "break", **{"break": pause})
    groups = drawn(resting, known=range(1, 16)).groups
    assert (groups[2].dates, groups[2].current) == ("2–14 Mar", True)
    assert [group.current for group in groups].count(True) == 1
    assert state_sentence(resting).startswith("Break: no massage until Sun 15 Mar")


def test_maintenance_shows_the_last_ones_given_and_the_next_ones_booked():
    group = drawn(course(40, "maintenance"), booked=range(41, 60)).groups[-1]
    assert [bead.ordinal for bead in group.beads] == list(range(38, 46))
    assert [bead.state for bead in group.beads] == ["done"] * 3 + ["booked"] * 5
    assert group.current
    assert group.title == "Weekly · 10 done"


def test_endless_maintenance_has_nothing_still_to_book():
    assert "still to book" not in drawn(course(40, "maintenance")).words


def test_a_closed_course_has_no_next():
    closed = drawn(course(12, "closed"))
    assert not any(bead.next for group in closed.groups for bead in group.beads)


def test_another_protocol_has_other_groups():
    parts = (Part(kind="series", sessions=18),)
    groups = ribbon(course(3), parts, Days()).groups
    assert [len(group.beads) for group in groups] == [18]


def test_sentences_say_where_a_course_stands():
    cleared = {"exercise": {"cleared": True, "per_week": 4}}
    assert state_sentence(course(0)) == "Not started: the first session is still to come."
    assert state_sentence(course(12)) == "Series 2: 2 of 5 done. The next is session 13."
    assert state_sentence(course(30, "maintenance", **cleared)) == (
        "Maintenance: 30 sessions done. The next is session 31. Exercise at home goes on, 4 times a week or more."
    )
    assert state_sentence(course(1, "closed")) == "Closed after 1 session."
    assert state_sentence(course(7, "paused")).startswith("Paused by agreement after 7 sessions.")
