"""The next-session note in words."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.web.answers.note import Note
from services.web.answers.protocol import Protocol
from services.web.views.note import Page, page
from services.web.views.sentences import Line
from tests.integration.web.notes import note, shortest
from tests.integration.web.samples import PROTOCOL

SOURCES = msgspec.convert(PROTOCOL, Protocol)
LISTS = (
    "focus", "not_yet", "positions", "cautions", "tell", "exercise", "changed", "adapted", "against",
)  # fmt: skip
ZONE, TODAY = ZoneInfo("America/New_York"), date(2026, 3, 4)


def shown(**more: Any) -> Page:
    return page(msgspec.convert(note(**more), Note), SOURCES, ZONE, TODAY)


def test_says_what_is_not_allowed_yet_and_from_when():
    assert shown().not_yet == [Line(name="Periosteal massage", text="sessions 26 to 30", source="A")]
    assert shown(not_yet=[{"what": "full_body", "from": "session 4"}]).not_yet[0].text == "from session 4"


def test_says_what_happened_last_time_and_nothing_before_the_first():
    assert shown().last_time == [
        "Fri 27 Feb: pain 6 → 4", "44\N{NO-BREAK SPACE}min on neck, upper back", "12 tender points"
    ]  # fmt: skip
    hurt = note()["last_session"] | {"aggravated": True, "contraction": True}
    assert shown(last_session=hurt).last_time[3:] == ["more pain afterwards", "a muscle contracted during stretching"]
    assert shown(last_session=None).last_time == []


def test_says_which_deviations_last_time_brought_in_the_rules_words_where_nobody_found_better_ones():
    assert shown().against == [Line(text="Neck: 12 minutes, at most 10", source="A")]
    bare = note()["last_session"] | {"deviations": [{"rule": "min_gap"}]}
    assert shown(last_session=bare).against == [Line(text="Too close to the session before")]


def test_says_what_went_against_the_protocol_once():
    twice = [{"text": "Neck: 12 minutes, at most 10", "source": "A"}, {"text": "Series 2 begins.", "source": "A"}]
    assert shown(changed=twice).changed == [Line(text="Series 2 begins.", source="A")]


def test_writes_days_as_people_say_them():
    told = shown(changed=[{"text": "No session since 2026-02-03.", "source": "policy"}]).changed
    assert told == [Line(text="No session since Tue 3 Feb 2026.", source="policy")]


def test_says_what_is_different_today_and_why():
    assert shown().adapted == [Line(name="Gentler opening", text="more pain after the last session", source="practice")]


def test_names_regions_to_dwell_on_with_side_minutes_reason_and_source():
    first = shown().focus[0]
    assert (first.name, first.minutes, first.source) == ("Neck, left", "7\N{NO-BREAK SPACE}min", "A")


def test_gathers_tender_points_by_pair_and_keeps_those_gone_apart():
    points = shown().points
    assert points is not None
    assert points.to_treat[0] == "Base of the skull: left and right"
    assert points.gone == ["Top of the shoulder, middle: right"]
    assert points.total == "5 to treat, 30 seconds each"
    assert points.found == "Fri 27 Feb"
    assert shown(tender_points={"left": [], "gone": []}).points is None


def test_names_the_sources_used_and_no_other():
    assert [source[:2] for source in shown().sources] == ["A:", "B:"]
    bare = shortest() | {"sequence": []}
    assert page(msgspec.convert(bare, Note), SOURCES, ZONE, TODAY).sources == []


def test_gives_no_advice_on_exercise_before_it_is_cleared():
    assert shown(exercise={"cleared": False, "per_week": 0, "advice": []}).exercise == []
    assert shown().exercise[0].text == "At least 2 times a week."


def test_says_when_it_was_prepared_in_the_practices_zone():
    assert shown(prepared_at=datetime(2026, 3, 3, 23, tzinfo=UTC)).prepared == "Tue 3 Mar 2026, 18:00"


def test_carries_the_label_of_a_single_case_protocol():
    assert shown(label="single case, uncontrolled").label == "single case, uncontrolled"


def test_says_protocol_and_phase():
    assert shown().phase == "Fibromyalgia course, series 2"
    assert shown(phase=None).phase == "Fibromyalgia course"
    assert shown(phase={"kind": "maintenance"}, protocol={}).phase == "Maintenance"


def test_says_what_event_the_session_is_for_and_how_long_the_client_lies_prone():
    event = {"at": "2026-03-07T15:00:00Z", "session_at": "2026-03-07T14:00:00Z"}
    words = "For the event on Sat 7 Mar 2026, 10:00. The session begins about 09:00."
    assert shown(event=event | {"source": "B"}).event == Line(text=words, source="B")
    assert shown().event is None
    line = Line(text="Prone: longest stretch 8 minutes.", source="A")
    assert shown(prone={"longest": 8, "limit": None}).prone == line


def test_every_sentence_has_its_source():
    found = shown(tell=[{"text": "Drink water.", "source": "A"}])
    lists = [getattr(found, name) for name in LISTS]
    assert all(lists)
    assert [line for lines in lists for line in lines if not line.source] == []
    assert found.exercise[0] == Line(text="At least 2 times a week.", source="A; policy")
    assert found.areas_source == "A, figure 10"
    assert found.points
    assert found.points.how
    assert found.points.how.source
    assert all(step.source for step in found.plan.steps)


def test_does_without_what_a_note_may_lack():
    bare = page(
        msgspec.convert({"ordinal": 1, "prepared_at": "2026-03-03T23:00:00Z", "minutes": 60}, Note),
        Protocol(),
        ZONE,
        TODAY,
    )
    assert (bare.focus, bare.points, bare.pictures, bare.areas, bare.plan.steps) == ([], None, [], [], [])
