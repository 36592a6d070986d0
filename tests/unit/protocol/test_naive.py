"""Random years: whatever comes, late or in order, the service and a naive telling of the rules agree on every day."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.protocol.year import Year

FIGURES = st.fixed_dictionaries(
    {
        "minutes": st.sampled_from([0, 8, 10, 11]),
        "prone": st.sampled_from([0, 12, 13]),
        "whole_body": st.booleans(),
        "techniques": st.sets(st.sampled_from(["intensive", "pir", "periosteal"])).map(tuple),
        "contraction": st.sampled_from([False, False, True]),
        "risen": st.booleans(),
        "visit": st.sampled_from(["", "", "a", "b"]),
    }
)
SMALL = st.integers(0, 12)
GAPS = st.sampled_from([1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 15, 17, 23])
DEEDS = st.sampled_from(
    ["give"] * 14 + ["late", "late", "amend", "withdraw", "pause", "resume", "close", "reopen", "reopen", "override"]
    + ["repeat"] + ["train"] * 3 + ["train late"]
)  # fmt: skip
STEPS = st.lists(st.tuples(GAPS, DEEDS, SMALL, SMALL, FIGURES), min_size=10, max_size=50)
OPENINGS = st.sampled_from(
    [(0, 0), (0, 0), (4, 3), (9, 3), (10, 8), (13, 2), (15, 5), (15, 30), (28, 4), (30, 8), (40, 2)]
)


@settings(deadline=None, max_examples=25)
@given(STEPS, st.sampled_from(["continue", "repeat", "ask"]), OPENINGS)
def test_the_service_agrees_with_the_naive_telling_on_every_day(
    steps: list[tuple[int, str, int, int, dict[str, Any]]], setting: str, opening: tuple[int, int]
):
    year = Year(setting, *opening)
    for gap, deed, one, two, figures in steps:
        year.do(deed, one, two, figures)
        year.pass_days(gap)
