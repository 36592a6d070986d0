"""Definitions and settings that cannot be: the error names file, line and key, and what is possible."""

import tomllib
from functools import reduce
from operator import getitem
from typing import Any

import pytest

from services.protocol.app import protocols
from services.protocol.domain.checking import IN_A_FILE, WrongError
from services.protocol.domain.parsing import UnreadableError, checked, parse
from services.protocol.domain.places import keys_of
from shared.config import Practice
from tests.unit.protocol.told import FOLDER, definition

TEXT = (FOLDER / "fibromyalgia.toml").read_text()


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ({"min_gap_day": 3}, "min_gap_day"),
        ({"min_gap_days": "three"}, "min_gap_days"),
        ({"min_gap_days": 0}, "min_gap_days"),
        ({"phases": {"series 9": {}}}, "series 9"),
        ({"phases": {"series 1": {"rooms": 2}}}, "rooms"),
        ({"phases": {"series 1": {"per_week": 9}}}, "phases.series 1: per_week is at least 1"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_that_names_it(policy: dict[str, object], names: str):
    with pytest.raises(ValueError, match=f"policy of fibromyalgia.*{names}"):
        definition(**policy)


@pytest.mark.parametrize(
    ("phase", "key", "value"),
    [("series 1", "sessions", 14), ("series 1", "kind", "break"), ("series 1", "number", 4), ("break 1", "weeks", 3)],
)
def test_the_shape_of_a_protocol_is_no_setting(phase: str, key: str, value: object):
    with pytest.raises(UnreadableError) as error:
        definition(phases={phase: {key: value}})
    assert f"practice.toml, policy of fibromyalgia, phases.{phase}.{key}: it cannot be changed here" in str(error.value)
    assert "Write a protocol of your own" in str(error.value)


@pytest.mark.parametrize(
    ("written", "line", "key"),
    [
        ('[policy.fibromyalgia.phases."series 1"]\nsessions = 14', 2, "phases.series 1.sessions"),
        ('[policy.fibromyalgia.phases."series 2"]\nper_week = 2\nrooms = 2', 3, "phases.series 2.rooms"),
        ("[policy.fibromyalgia]\nlapse_days = 3\nmin_gap_days = 0", 3, "min_gap_days"),
        ("[policy.fibromyalgia.gates.pir]\nonce = 'risen'", 2, "gates.pir.once"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_its_line(written: str, line: int, key: str):
    with pytest.raises(UnreadableError) as error:
        parse(TEXT.encode(), tomllib.loads(written)["policy"]["fibromyalgia"], "mine.toml", written)
    assert str(error.value).startswith(f"practice.toml, line {line}, policy of fibromyalgia, {key}: ")


def test_policy_for_a_protocol_that_does_not_exist_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="fibromialgia"):
        protocols(Practice(zone="America/New_York", policy={"fibromialgia": {}}))


def line_with(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("there", "instead", "key"),
    [
        ("sessions = 5", 'sessions = "five"', "phases[1].sessions"),
        ('once = "threshold_risen"', 'once = "risen"', "gates[1].once"),
        ("per_week = 1", "per_weeks = 1", "phases[5].per_weeks"),
        ('stage = "pir"', 'stage = "pirr"', "techniques[21].stage"),
        ("least = 15", "least = 25", "limits.pir_effort_percent.least"),
        ("to_session = 30", "to_session = 3", "gates[4].to_session"),
        ("version = 1", "version = 0", "version"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_file_line_and_key(there: str, instead: str, key: str):
    with pytest.raises(UnreadableError) as error:
        parse(TEXT.replace(there, instead, 1).encode(), {}, "mine.toml")
    assert str(error.value).startswith(f"mine.toml, line {line_with(there)}, {key}: ")


@pytest.mark.parametrize(
    ("there", "instead", "words"),
    [
        ("weeks = 2\n", "", "phases[2]: a break has weeks"),
        ("[limits.prone_minutes]\nmost = 12\n", "[limits.prone_minutes]\n", "missing required field `most`"),
        ('id = "figure_9"', 'id = "figure_8"', "there are two called figure_8"),
        ('source = "B; policy"', 'source = "E"', "E is none of the sources listed"),
        ("from_session = 4", "from_session = 4\nfrom_day = 3", "unknown field `from_day`"),
    ],
)
def test_what_does_not_fit_together_is_told(there: str, instead: str, words: str):
    assert there in TEXT
    with pytest.raises(UnreadableError) as error:
        parse(TEXT.replace(there, instead, 1).encode(), {}, "mine.toml")
    assert words in str(error.value)
    assert "mine.toml, line " in str(error.value)


@pytest.mark.parametrize(
    ("protocol", "path", "value", "sentence"),
    [
        ("fibromyalgia", "tender_points.source", "ZZ", "ZZ is none of the sources listed"),
        ("fibromyalgia", "gentler.source", "ZZ", "ZZ is none of the sources listed"),
        ("fibromyalgia", "limits.prone_minutes.source", "A; ZZ", "A; ZZ is none of the sources listed"),
        ("fibromyalgia", "phases[2].source", "", "Expected `str` of length >= 1"),
        ("pre_event_sports", "anchor.source", "ZZ", "ZZ is none of the sources listed"),
        ("fibromyalgia", "cautions[6].until", 1, "it ends before it begins"),
        ("fibromyalgia", "tell[3].from", 16, "it ends before it begins"),
        ("fibromyalgia", "body_maps[3]", "hop", "hop is no area that has a picture. Possible: hand_palm, "),
        ("fibromyalgia", "gentler.region_minutes", 11, "it is more than limits.region_minutes"),
        ("als_support", "techniques[4].stage", "junctions", "post-isometric relaxation is the last stage of a session"),
    ],
)
def test_what_cannot_be_is_told_where_it_stands(protocol: str, path: str, value: object, sentence: str):
    text = (FOLDER / f"{protocol}.toml").read_text()
    given: Any = tomllib.loads(text)
    *way, last = keys_of(path)
    reduce(getitem, way, given)[last] = value
    with pytest.raises(WrongError) as error:
        checked(given, IN_A_FILE)
    assert str(error.value).startswith((f"{path}: {sentence}", f"{path.replace('from', 'until')}: {sentence}"))


def test_a_phase_names_its_source():
    text = TEXT.replace('weeks = 2\nsource = "A"', "weeks = 2")
    with pytest.raises(UnreadableError, match=r"phases\[2\]: Object missing required field `source`"):
        parse(text.encode(), {}, "mine.toml")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b'id = "mine"\ntitle = "Mine"\n[phases\n', "line 3, phases: no TOML: "),
        (b'id = "mine"\n[[phases]]\n[[phases]]\nsessions = \n', "line 4, phases[1].sessions: no TOML: "),
        (b'id = "mine"\n[policy]\nmin_gap_days = [2,', "line 3, policy.min_gap_days: no TOML: "),
        ('id = "mine"\ntitle = "Müde"\n'.encode("latin-1"), "line 2, title: it is not in UTF-8"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line_and_key(text: bytes, place: str):
    with pytest.raises(UnreadableError) as error:
        parse(text, {}, "mine.toml")
    assert str(error.value).startswith(f"mine.toml, {place}")


@pytest.mark.parametrize(
    ("there", "instead", "possible"),
    [
        ('once = "threshold_risen"', 'once = "risen"', "aggravated, contraction, threshold_risen"),
        ('phases = ["series"]', 'phases = ["break"]', "maintenance, series"),
        ('what = "pir"', 'what = "pri"', "tender_point, thumb_glide, trigger_point, exercise, full_body"),
        ('deviation = "prone_over_12_min"', 'deviation = "prone"', "prone_over_12_min"),
    ],
)
def test_a_word_that_is_none_of_those_possible_is_told_with_them(there: str, instead: str, possible: str):
    assert there in TEXT
    with pytest.raises(UnreadableError, match=f"Invalid enum value .*Possible: .*{possible}"):
        parse(TEXT.replace(there, instead, 1).encode(), {}, "mine.toml")
