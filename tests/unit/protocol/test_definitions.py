"""Definitions are data: they load, and a practice may change their policy."""

import pytest

from services.protocol.app import protocols
from services.protocol.domain.focusing import REGION_OF_POINT
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


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ({"min_gap_day": 3}, "min_gap_day"),
        ({"min_gap_days": "three"}, "min_gap_days"),
        ({"min_gap_days": 0}, "min_gap_days"),
        ({"phases": {"series 9": {}}}, "series 9"),
        ({"phases": {"series 1": {"rooms": 2}}}, "rooms"),
        ({"phases": {"series 1": {"sessions": 0}}}, "sessions"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_that_names_it(policy: dict[str, object], names: str):
    with pytest.raises(ValueError, match=f"policy of fibromyalgia.*{names}"):
        definition(**policy)


def test_policy_for_a_protocol_that_does_not_exist_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="fibromialgia"):
        protocols(Practice(zone="America/New_York", policy={"fibromialgia": {}}))


def test_every_tender_point_has_its_region():
    assert {point.rpartition("_")[0] for point in TenderPoint.__args__} == set(REGION_OF_POINT)  # type: ignore[attr-defined]
