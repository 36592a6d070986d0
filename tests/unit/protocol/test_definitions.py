"""Definitions are data: they load, and a practice may change their policy."""

from services.protocol.app import protocols
from services.protocol.domain.catalogue import BODY_MAPS
from services.protocol.domain.focusing import REGION_OF_POINT
from services.web.views.figure import AREAS
from shared.config import Practice
from shared.vocabulary import TenderPoint
from tests.unit.protocol.told import definition

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


def test_a_lower_limit_of_the_practice_holds_after_a_bad_session_too():
    assert definition(limits={"region_minutes": {"least": 4, "most": 5}}).limits.region_minutes


def test_the_areas_of_connective_tissue_work_are_those_there_are_pictures_of():
    assert tuple(AREAS) == BODY_MAPS == tuple(definition().body_maps)
