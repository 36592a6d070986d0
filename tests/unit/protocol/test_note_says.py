"""What a note says besides its plan: what is left, changed, adapted, and to be told (domain.md §3.2, §3.3)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.protocol.domain import commands as c
from services.protocol.domain.definition import Arrow
from services.protocol.domain.note import Note, prepare
from tests.unit.protocol.told import Told, region, schedule


def note(course: Told) -> Note:
    return prepare(course.definition, course.state)


def after(count: int, **last: Any) -> Note:
    """The note after so many sessions, the last one with these figures."""
    course = Told().give(*schedule(count - 1)).give(schedule(count)[-1], **last)
    return note(course)


def texts(lines: Any) -> str:
    return " ".join(line.text for line in lines)


def minutes_of(found: Note, technique: str) -> int:
    return sum(step.minutes for step in found.sequence if step.technique == technique)


def test_what_myofascial_pain_and_fibromyalgia_may_lead_to_is_told_before_the_first_session():
    assert "fibromyalgia that of chronic fatigue" in texts(note(Told()).cautions)
    assert "fibromyalgia that of chronic fatigue" not in texts(after(1).cautions)


def test_after_a_bad_session_the_opening_is_longer_and_the_regions_shorter():
    calm, bad = after(4), after(4, aggravated=True)
    assert minutes_of(bad, "effleurage") > minutes_of(calm, "effleurage")
    assert max(focus.minutes for focus in bad.focus) <= 7 < max(focus.minutes for focus in calm.focus)
    assert [(one.what, one.source) for one in bad.adapted] == [("Gentler opening and shorter regions", "policy")]
    assert not calm.adapted
    assert "do not compare counts" in texts(bad.cautions)


def test_a_contraction_leaves_pir_out_and_says_why():
    found = after(12, contraction=True)
    assert minutes_of(found, "pir") == 0
    assert [one.what for one in found.adapted] == ["Left out: post-isometric relaxation"]
    assert str(schedule(12)[-1]) in found.adapted[0].why
    assert "A muscle contracted during it." in texts(found.changed)


def test_a_risen_threshold_offers_intensive_work_from_session_6():
    found = after(5, threshold_risen=True)
    assert minutes_of(found, "intensive") > 0
    assert [one.what for one in found.adapted] == ["Offered: intensive techniques"]
    assert "Newly allowed: intensive techniques." in texts(found.changed)
    assert minutes_of(after(4, threshold_risen=True), "intensive") == 0


def test_each_tender_point_left_has_its_30_seconds():
    points = ["occiput_left", "occiput_right", "knee_left", "knee_right", "gluteal_left"]
    assert minutes_of(after(2, tender_points=points), "tender_point") == 3


def test_of_equally_sore_regions_the_one_treated_least_comes_first():
    worked = [region("neck", 9), region("upper_back", 9), region("gluteal", 4)]
    found = [focus.region for focus in after(2, regions=worked).focus]
    assert found == ["lower_back", "gluteal", "neck", "upper_back"]


def test_what_changed_since_the_last_note():
    found = after(3, pain_before=7, pain_after=3)
    assert f"Pain 7 before and 3 after the session of {schedule(3)[-1]}." in texts(found.changed)
    assert "Newly allowed: the whole body." in texts(found.changed)
    assert "Series 2 begins." in texts(after(10).changed)
    assert note(Told()).changed == []


def test_a_deviation_stands_in_the_next_note_with_its_figure_and_source():
    last = after(3, regions=[region("neck", 11)], prone_minutes=13).last_session
    assert last
    found = {one.rule: (one.text, one.source) for one in last.deviations}
    assert found["region_over_10_min"] == ("Too long on one region (neck): 11 minutes, at most 10.", "A")
    assert found["prone_over_12_min"] == ("Too long prone at a stretch: 13 minutes, at most 12.", "A")


@pytest.mark.parametrize(
    ("count", "told", "untold"),
    [
        (0, "Pain may grow during the first 3 or 4 sessions: about 1 client in 10", "Exercise at home begins"),
        (3, "as more oxygen reaches starved tissue and waste goes into the circulation", "other therapies"),
        (0, "No exercise at home before session 10 is done", "at least 4 times a week"),
        (4, "first 10 to 15 sessions. Healing takes time", "Pain may grow"),
        (10, "at least 2 or 3 times a week", "No exercise at home"),
        (10, "The break from massage is no break from exercise", "No exercise at home"),
        (10, "Nutrition, psychological help and other therapies have their place later", "No exercise at home"),
        (15, "at least 4 times a week", "first 10 to 15 sessions"),
        (29, "(pain all over, sleeplessness, tension headache, fatigue) are usually much milder", "Pain may grow"),
        (30, "Going on, also when feeling better, is what keeps the tension from building up", "After 30 sessions"),
    ],
)
def test_what_to_tell_belongs_to_its_sessions(count: int, told: str, untold: str):
    found = texts(note(Told().give(*schedule(count))).tell)
    assert told in found
    assert untold not in found


@pytest.mark.parametrize(
    ("count", "due"), [(0, True), (1, False), (8, False), (9, True), (14, True), (29, True), (30, False), (42, True)]
)
def test_the_fiqr_is_asked_for_at_the_start_at_the_end_of_each_series_and_each_quarter(count: int, due: bool):
    assert ("FIQR" in texts(note(Told().give(*schedule(count))).tell)) == due


def test_the_positions_come_with_pillows_and_towel():
    found = texts(note(Told()).positions)
    for words in ("folded towel between neck and pillow", "one pillow under the stomach and two under the chest",
                  "12 minutes", "Never in a massage chair"):  # fmt: skip
        assert words in found


def test_the_exercise_is_shown_week_by_week_with_its_row():
    course = Told().give(*schedule(15))
    first = course.state.cleared_on
    assert first
    for week in range(2):
        for day in (0, 2):
            course.exercise(first + timedelta(days=7 * week + day))
    course.visit(schedule(16)[-1])
    found = note(course).exercise
    assert (found.cleared, found.per_week, found.streak) == (True, 4, 2)  # from the session after the break on
    assert [(week.days, week.target, week.met) for week in found.weeks[:2]] == [(2, 2, True), (2, 2, True)]
    advice = texts(found.advice)
    assert "Neck, shoulders, upper back, lower back, hips and knees, each on its own." in advice
    assert "Slowly, never forced." in advice
    assert "At the slightest pain stop and go back to the middle." in advice


def test_before_clearance_no_exercise_is_advised():
    found = note(Told()).exercise
    assert (found.cleared, found.per_week, found.advice, found.weeks) == (False, 0, [], [])


def test_the_areas_for_connective_tissue_work_are_named_and_no_arrow_is_invented():
    found = note(Told())
    assert set(found.body_maps) == {
        "hand_palm", "hand_back", "thigh_and_knee", "hip", "shoulder_and_forearm", "cervical", "upper_thoracic",
        "cervical_thoracic_abdominal",
    }  # fmt: skip
    assert found.arrows == {}


def test_every_line_names_its_source():
    course = Told().give(*schedule(27), threshold_risen=True, tender_points=["knee_left"], aggravated=True)
    found = note(course)
    lines = [found.sequence, found.focus, found.positions, found.cautions, found.not_yet, found.tell, found.adapted,
             found.exercise.advice]  # fmt: skip
    assert all(lines[n] or n == 4 for n in range(len(lines)))
    assert all(line.source for group in lines for line in group)


def test_a_pause_or_a_booking_that_changes_nothing_prepares_no_note():
    course = Told().give(*schedule(2))
    digest = course.state.digest
    course.say(c.GrantOverride, rule="min_gap", date=schedule(3)[-1], reason="client_wish", granted_by="therapist:1")
    assert course.state.digest == digest == note(course).digest


def test_arrows_are_shown_where_a_practice_entered_them():
    course = Told()
    arrow = {"area": "hip", "from": [0.2, 0.3], "to": [0.4, 0.3]}
    arrows = [msgspec.convert({**arrow, "order": order}, Arrow) for order in (2, 1)]
    found = prepare(replace(course.definition, arrows=arrows), course.state).arrows
    assert [(one["order"], one["from"], one["to"]) for one in found["hip"]] == [
        (1, (0.2, 0.3), (0.4, 0.3)), (2, (0.2, 0.3), (0.4, 0.3)),
    ]  # fmt: skip
