"""The note in the short lines of a mail."""

from datetime import UTC, datetime
from typing import Any

from services.notify.noted import short
from services.notify.words import Voice, said
from shared.config import Practice

PRACTICE = Practice(name="Riverside Practice", zone="America/New_York")
VOICE = Voice(practice=PRACTICE, zone=PRACTICE.tz, now=datetime(2026, 3, 3, 23, tzinfo=UTC))
LONG = "Too long on one region (neck): 12 minutes, at most 10."
AGAINST = {"rule": "region_over_10_min", "text": LONG, "source": "A"}
NOTE: dict[str, Any] = {
    "ordinal": 13,
    "minutes": 60,
    "last_session": {"on": "2026-02-11", "pain_before": 5, "pain_after": 4, "ordinal": 12, "deviations": [AGAINST]},
    "changed": [
        {"text": "The client was worse after it.", "source": None},
        {"text": LONG, "source": "A"},
    ],
    "adapted": [{"what": "Gentler opening", "why": "The client was worse", "source": "policy"}],
    "tender_points": {
        "left": ["knee_left", "knee_right", "second_rib_left"],
        "found_on": "2026-02-11",
        "gone": ["low_cervical_left"],
        "how": {"text": "Press to just below the threshold.", "source": "A"},
        "seconds": 30,
    },
}


def mailed(found: dict[str, Any]) -> str:
    visit = VOICE.visit(VOICE.now, room="Front room")
    return said("note.txt", VOICE, visit=visit, name="Zoë", note=short(found, VOICE))[1]


def test_says_what_changed_what_went_against_the_protocol_and_what_is_different_each_once():
    text = mailed(NOTE)
    assert "Last session: on 2026-02-11, pain before 5, pain after 4\n" in text
    assert "What changed\n- The client was worse after it.\n\n" in text
    assert "Against the protocol last time\n- Too long on one region (neck): 12 minutes, at most 10. (A)\n\n" in text
    assert "So today is different\n- Gentler opening, The client was worse (policy)\n\n" in text
    assert text.count("12 minutes, at most 10") == 1


def test_names_tender_points_to_treat_those_gone_and_how():
    assert short(NOTE, VOICE)["tender_points"] == [
        "To treat, found on Wednesday 11 February, 30 seconds each: knee left and right, second rib left",
        "Gone: low cervical left",
        "Press to just below the threshold. (A)",
    ]
    assert "Tender points\n- To treat" in mailed(NOTE)


def test_a_first_note_says_nothing_of_a_time_before():
    text = mailed({"ordinal": 1, "tender_points": {"left": [], "how": {"text": "Press.", "source": "A"}}})
    for words in ("Last session", "What changed", "Against", "different", "Tender points", "Press."):
        assert words not in text
