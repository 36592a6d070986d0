"""Definitions are data: they load, and a practice may change their policy."""

import tomllib

import pytest

from services.protocol.app import protocols
from services.protocol.domain.focusing import REGION_OF_POINT
from services.protocol.domain.parsing import UnreadableError, parse
from shared.config import Practice
from shared.vocabulary import TenderPoint
from tests.unit.protocol.told import FOLDER, definition

TEXT = (FOLDER / "fibromyalgia.toml").read_text()
NAMES = ["als_support", "fibromyalgia", "neuromuscular_maintenance", "post_event_sports", "pre_event_sports"]


def test_all_five_load_under_their_names():
    found = protocols(Practice(zone="America/New_York"))
    assert list(found) == NAMES
    assert all(one.id == name and one.title and one.summary and one.sources for name, one in found.items())


def test_fibromyalgia_is_10_5_break_15_break_weekly():
    found = definition()
    shape = [(phase.name, phase.sessions or phase.weeks, phase.per_week, phase.max_in_7_days) for phase in found.phases]
    assert shape == [
        ("series 1", 10, 2, 2), ("series 2", 5, 2, 2), ("break 1", 2, 0, 0), ("series 3", 15, 2, 3),
        ("break 2", 3, 0, 0), ("maintenance", 0, 1, 2),
    ]  # fmt: skip
    assert [phase.exercise_per_week for phase in found.phases] == [0, 2, 0, 4, 0, 4]
    assert (found.total, found.endless) == (30, True)


def test_the_single_case_is_labelled():
    assert "Single case, uncontrolled" in (definition("als_support").label or "")
    assert definition("als_support").total == 18


def test_a_practice_changes_a_policy_value_and_nothing_else():
    found = definition(min_gap_days=3)
    assert found.policy.min_gap_days == 3
    assert found.policy.lapse_days == definition().policy.lapse_days


def test_a_practice_changes_a_phase():
    found = definition(phases={"series 2": {"per_week": 3, "max_in_7_days": 3}})
    assert [(phase.per_week, phase.max_in_7_days) for phase in found.phases][:2] == [(2, 2), (3, 3)]


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


def test_every_tender_point_has_its_region():
    assert {point.rpartition("_")[0] for point in TenderPoint.__args__} == set(REGION_OF_POINT)  # type: ignore[attr-defined]


def test_the_nine_lubricated_techniques_are_each_in_the_catalogue():
    figures = {move.figure: move for move in definition().techniques if move.figure}
    assert sorted(figures) == list(range(1, 10))
    assert (figures[1].technique, figures[1].minutes, figures[1].position) == ("suboccipital", 3, "side_lying")
    assert all("carotid artery" in figures[n].detail for n in (2, 4, 5))
    assert "behind the back if it goes there without trouble" in figures[3].detail
    assert {figures[n].position for n in (6, 7, 8, 9)} == {"prone"}
    assert [figures[n].technique for n in range(1, 10)] == [
        "suboccipital", "petrissage_1", "subscapular", "petrissage_2", "thumb_glide", "ironing", "ironing",
        "cross_fiber_friction", "petrissage_1",
    ]  # fmt: skip


def test_the_gates_are_those_of_the_text():
    gates = {gate.what: gate for gate in definition().gates}
    assert {what: gate.from_session for what, gate in gates.items()} == {
        "full_body": 4, "intensive": 6, "exercise": 11, "pir": 11, "periosteal": 26,
    }  # fmt: skip
    assert (gates["intensive"].once, gates["pir"].absent, gates["pir"].absent_in) == (
        "threshold_risen",
        "contraction",
        2,
    )
    assert (gates["periosteal"].to_session, gates["periosteal"].phases) == (30, ("series",))
    assert definition().exercise_after == 10


def test_the_limits_are_those_of_the_text():
    limits = definition().limits
    assert limits.region_minutes
    assert limits.prone_minutes
    assert limits.tender_point_seconds
    assert limits.pir_effort_percent
    assert (limits.region_minutes.least, limits.region_minutes.most) == (7, 10)
    assert (limits.prone_minutes.most, limits.tender_point_seconds.most) == (12, 30)
    assert (limits.pir_effort_percent.least, limits.pir_effort_percent.most) == (15, 20)


def test_a_practice_changes_gates_and_limits_by_name():
    found = definition(gates={"pir": {"from_session": 13}}, limits={"region_minutes": {"most": 8}})
    assert [gate.from_session for gate in found.gates if gate.what == "pir"] == [13]
    assert found.limits.region_minutes
    assert (found.limits.region_minutes.most, found.limits.region_minutes.source) == (8, "A")


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
