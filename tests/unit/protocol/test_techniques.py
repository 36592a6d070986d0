"""What is allowed when, and what went against it (domain.md §3.3, §3.7)."""

from typing import Any

import pytest

from services.protocol.domain.deviations import deviations
from services.protocol.domain.gates import open_gates
from services.protocol.domain.techniques import Allowed, allowed
from tests.unit.protocol.told import START, definition, region, session

FIBROMYALGIA = definition()
CALM = [session(START), session(START)]


def flagged(place: int, *regions: Any, before: Any = (), series: bool = True, **more: Any) -> list[str]:
    given = session(START, regions=list(regions), **more)
    return [one.rule for one in deviations(FIBROMYALGIA, place, before, given, series=series)]


def may(place: int, before: Any = CALM, *, series: bool = True) -> Allowed:
    return allowed(FIBROMYALGIA, open_gates(FIBROMYALGIA, place, before, series=series))


def test_ten_minutes_on_a_region_will_do_eleven_not():
    assert flagged(5, region("neck", 10)) == []
    assert flagged(5, region("neck", 11)) == ["region_over_10_min"]


def test_entries_and_sides_of_a_region_add_up():
    assert flagged(5, region("hip", 6, side="left"), region("hip", 5, side="right")) == ["region_over_10_min"]
    assert flagged(5, region("hip", 6), region("thigh", 6)) == []


def test_the_whole_body_is_no_region_and_waits_for_session_4():
    assert flagged(4, region("full_body", 40)) == []
    assert flagged(3, region("full_body", 40)) == ["full_body_too_early"]


def test_twelve_minutes_prone_will_do_thirteen_not():
    assert flagged(5, prone_minutes=12) == []
    assert flagged(5, prone_minutes=13) == ["prone_over_12_min"]


@pytest.mark.parametrize(
    ("place", "risen", "rules"),
    [(5, True, ["intensive_too_early"]), (6, False, ["intensive_too_early"]), (6, True, [])],
)
def test_intensive_work_needs_session_6_and_a_risen_threshold(place: int, risen: bool, rules: list[str]):
    assert flagged(place, region("neck", 5, "intensive"), threshold_risen=risen) == rules
    assert may(place, [session(START, threshold_risen=risen)]).intensive == (rules == [])


def test_pir_waits_for_session_11():
    assert flagged(10, region("neck", 5, "pir"), before=CALM) == ["pir_too_early"]
    assert flagged(11, region("neck", 5, "pir"), before=CALM) == []
    assert (may(10).pir, may(11).pir) == (False, True)


def test_pir_needs_two_sessions_without_contraction():
    once = [session(START, contraction=True), session(START)]
    assert not may(12, once).pir
    assert flagged(12, region("neck", 5, "pir"), before=once) == ["pir_with_contraction"]
    assert may(13, [*once, session(START)]).pir
    assert not may(12, [session(START)]).pir


def test_a_contraction_in_the_session_itself_is_flagged():
    assert flagged(12, region("neck", 5, "pir"), before=CALM, contraction=True) == ["pir_with_contraction"]


@pytest.mark.parametrize(("place", "fine"), [(25, False), (26, True), (30, True), (31, False)])
def test_periosteal_massage_is_for_sessions_26_to_30(place: int, fine: bool):
    series = place <= 30
    assert (flagged(place, region("neck", 5, "periosteal"), series=series) == []) == fine
    assert may(place, series=series).periosteal == fine


def test_periosteal_massage_is_not_for_maintenance():
    assert flagged(28, region("neck", 5, "periosteal"), series=False) == ["periosteal_out_of_phase"]


def test_several_rules_are_all_flagged():
    found = flagged(1, region("full_body", 30, "pir", "intensive", "periosteal"), region("neck", 20), prone_minutes=30)
    assert found == [
        "region_over_10_min", "prone_over_12_min", "full_body_too_early", "intensive_too_early", "pir_too_early",
        "periosteal_out_of_phase",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["als_support", "neuromuscular_maintenance", "pre_event_sports", "post_event_sports"])
def test_the_rules_of_fibromyalgia_bind_no_other_protocol(name: str):
    given = session(START, regions=[region("thigh", 40, "pir", "intensive")], prone_minutes=40)
    assert list(deviations(definition(name), 1, [], given, series=True)) == []
    assert not definition(name).gates
