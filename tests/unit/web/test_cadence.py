"""How courses keep their cadence, in words; weeks of exercise; who is behind an actor."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from services.web.answers.keeping import AllAdherence
from services.web.answers.protocol import Brief, Exercise, Week
from services.web.people import said, told
from services.web.views import cadence
from services.web.views.weeks import regions, weeks
from tests.integration.web.samples import COURSE, ROSA, adherence, uid

FIBROMYALGIA = Brief(id="fibromyalgia", title="Fibromyalgia course")


def given(**more: Any) -> AllAdherence:
    return msgspec.convert(adherence(**more), AllAdherence)


def test_the_course_furthest_behind_comes_first_and_closed_ones_last():
    closed = adherence()["courses"][1] | {"status": "closed", "lapses": 9, "course_id": str(uid(304))}
    ranked = cadence.furthest_behind(given(courses=[*adherence()["courses"], closed]))
    assert [course.course_id for course in ranked] == [uid(303), COURSE, uid(304)]


def test_all_courses_are_counted_together():
    assert {total.name: total.number for total in cadence.totals(given())} == {
        "Courses open": 2, "Sessions given": 14, "Slips": 4, "Lapses": 1, "Deviations": 3,
    }  # fmt: skip


def test_rules_are_counted_the_most_frequent_first():
    counted = [(rule.name, rule.number, rule.percent) for rule in cadence.rules(given())]
    assert counted == [("More than 10 minutes on one region", 2, 100), ("Too close to the session before", 1, 50)]
    assert cadence.rules(given(deviations={})) == []


def test_a_course_says_who_how_many_and_what():
    line = cadence.lines(given().courses, {ROSA: "Rosa Alvarez"}, {"fibromyalgia": FIBROMYALGIA})[0]
    assert (line.name, line.course) == ("Rosa Alvarez", "Fibromyalgia course, series")
    assert line.deviations == "More than 10 minutes on one region, 2 times"
    assert (line.exercise, line.pain) == ("4 met, 2 missed", "8 → 6")


def test_what_is_not_known_is_said_to_be_so():
    line = cadence.lines(given().courses[1:], {}, {})[0]
    assert (line.name, line.exercise, line.pain) == ("Name not available", "not judged yet", "not known yet")


TODAY = date(2026, 3, 4)


def week(first: str, **more: Any) -> Week:
    return msgspec.convert({"from": first, "days": 2, "met": True} | more, Week)


def test_weeks_say_hit_or_missed_in_words():
    shown = weeks([week("2026-02-17", target=2), week("2026-02-24", days=1, met=False)], TODAY)
    assert [(mark.dates, mark.often, mark.state) for mark in shown.marks] == [
        ("17–23 Feb", "2 of 2 days", "met"), ("24 Feb – 2 Mar", "1 day", "missed"),
    ]  # fmt: skip
    assert shown.sentence == "Target met in 1 of 2 weeks."


def test_a_streak_is_told_and_counted_where_nobody_has():
    assert weeks([week("2026-02-17"), week("2026-02-24")], TODAY).sentence == "Target met in 2 of 2 weeks, 2 in a row."
    assert weeks([week("2026-02-24")], TODAY, streak=5).sentence == "Target met in 1 of 1 week, 5 in a row."
    assert weeks([], TODAY).sentence == ""


def test_a_week_not_over_yet_is_neither_met_nor_missed():
    shown = weeks([week("2026-02-24"), week("2026-03-03", days=1, met=False)], TODAY)
    assert [mark.state for mark in shown.marks] == ["met", "running"]
    assert shown.sentence == "Target met in 1 of 1 week."


def test_the_days_of_each_region_are_told_once_exercise_may_be_done():
    days = {"neck": 3, "upper_back": 1, "hips": 0}
    told = [("Neck", "3 days"), ("Upper back", "1 day"), ("Hips", "0 days")]
    assert regions(Exercise(cleared=True, regions=days)) == told
    assert regions(Exercise(cleared=False, regions=days)) == []


def test_an_actor_is_named_by_account_else_by_role_else_as_the_programme():
    known = {str(UUID(int=7)): "Ana Petrov"}
    assert said(f"therapist:{UUID(int=7)}", known) == "Ana Petrov, therapist"
    assert said(f"front_desk:{UUID(int=8)}", known) == "Front desk"
    assert said(f"client:{UUID(int=8)}", known) == "The client"
    assert said("protocol", known) == "Seriatim, by itself"


def test_days_reasons_and_people_in_a_sentence_of_the_history_are_easy_to_read():
    known = {str(UUID(int=7)): "Ana Petrov"}
    text = f"2026-03-04 allowed against the rule min gap by therapist:{UUID(int=7)} (client_away)."
    assert told(text, known) == (
        "Wed 4 Mar 2026 allowed against the rule min gap by Ana Petrov, therapist (client away)."
    )
