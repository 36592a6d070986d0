"""The next-session note in words."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.web.answers.protocol import Note
from services.web.views.note import Page, page
from tests.integration.web.standins import note


def shown(**more: Any) -> Page:
    return page(msgspec.convert(note(**more), Note), ZoneInfo("America/New_York"))


def test_says_what_to_do_with_minutes_and_where_it_comes_from():
    step = shown().steps[2]
    assert step.text == "Neck: Round the base of the skull, side-lying, pressure rising"
    assert (step.minutes, step.source) == ("3\N{NO-BREAK SPACE}min", "A")


def test_says_what_is_not_allowed_yet_and_from_when():
    assert shown().not_yet == ["Periosteal massage: from session 26"]
    assert shown(not_yet=[{"what": "intensive", "from": "once the threshold has risen"}]).not_yet == [
        "Intensive techniques: once the threshold has risen"
    ]


def test_says_what_happened_last_time_and_nothing_before_the_first():
    assert shown().last_time == ["pain 6 → 4", "on Fri 27 Feb"]
    assert shown(last_session=None).last_time == []


def test_names_the_sources_used_and_no_other():
    assert [source[:8] for source in shown().sources] == ["Source A", "Source B"]
    assert shown(sequence=[], cautions=[]).sources == []


def test_says_when_it_was_prepared_in_the_practices_zone():
    assert shown(prepared_at=datetime(2026, 3, 3, 23, tzinfo=UTC)).prepared == "Tue 3 Mar 2026, 18:00"


def test_carries_the_label_of_a_single_case_protocol():
    assert shown(label="single case, uncontrolled").label == "single case, uncontrolled"
