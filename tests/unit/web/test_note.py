"""The next-session note in words."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.web.answers.protocol import Note, Sourced
from services.web.views.note import Page, page
from tests.integration.web.samples import PROTOCOL, note


def shown(**more: Any) -> Page:
    sources = [msgspec.convert(source, Sourced) for source in PROTOCOL["sources"]]
    return page(msgspec.convert(note(**more), Note), sources, ZoneInfo("America/New_York"))


def test_says_what_to_do_with_minutes_and_where_it_comes_from():
    step = shown().steps[2]
    assert (step.name, step.text) == ("Base of the skull", "Round the base of the skull, side-lying, pressure rising")
    assert (step.minutes, step.source) == ("3\N{NO-BREAK SPACE}min", "A")


def test_says_what_is_not_allowed_yet_and_from_when():
    assert shown().not_yet == ["Periosteal massage: sessions 26 to 30"]


def test_says_what_happened_last_time_and_nothing_before_the_first():
    assert shown().last_time == [
        "Fri 27 Feb: pain 6 → 4", "44\N{NO-BREAK SPACE}min on neck, upper back", "12 tender points"
    ]  # fmt: skip
    hurt = note()["last_session"] | {"aggravated": True, "contraction": True}
    assert shown(last_session=hurt).last_time[3:] == ["more pain afterwards", "a muscle contracted during stretching"]
    assert shown(last_session=None).last_time == []


def test_names_the_sources_used_and_no_other():
    assert [source[:2] for source in shown().sources] == ["A:", "B:"]
    assert shown(sequence=[], cautions=[], positions=[], exercise={}).sources == []


def test_gives_no_advice_on_exercise_before_it_is_cleared():
    assert shown(exercise={"cleared": False, "per_week": 0, "advice": []}).exercise == []
    assert shown().exercise[0].text == "At least 2 times a week."


def test_says_when_it_was_prepared_in_the_practices_zone():
    assert shown(prepared_at=datetime(2026, 3, 3, 23, tzinfo=UTC)).prepared == "Tue 3 Mar 2026, 18:00"


def test_carries_the_label_of_a_single_case_protocol():
    assert shown(label="single case, uncontrolled").label == "single case, uncontrolled"
