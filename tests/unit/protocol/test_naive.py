"""Random years: whatever comes, late or in order, the service and a naive telling of the rules agree on every day."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.protocol.year import Year

Steps = list[tuple[int, str, int, int, dict[str, Any]]]
SMALL = st.integers(0, 12)
GAPS = st.sampled_from([1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 15, 17, 23])
SESSIONS = ["give"] * 14 + ["late", "late", "amend", "withdraw"]
VISITS = ["agree"] * 2 + ["book"] * 3 + ["miss", "miss", "call off", "call off"]
PERMISSIONS = ["pause", "resume", "close", "reopen", "reopen", "override"]
AT_HOME = ["train"] * 3 + ["train late"]
OPENINGS = st.sampled_from(
    [(0, 0), (0, 0), (4, 3), (9, 3), (10, 8), (13, 2), (15, 5), (15, 30), (28, 4), (30, 8), (40, 2)]
)


def steps(deeds: list[str], least: int, most: int, *, uses: st.SearchStrategy[bool]) -> st.SearchStrategy[Steps]:
    """Days to the next deed, the deed, two numbers, figures; by `uses` a visit missed uses up a session."""
    figures = st.fixed_dictionaries(
        {
            "minutes": st.sampled_from([0, 8, 10, 11]),
            "prone": st.sampled_from([0, 12, 13]),
            "whole_body": st.booleans(),
            "techniques": st.sets(st.sampled_from(["intensive", "pir", "periosteal"])).map(tuple),
            "contraction": st.sampled_from([False, False, True]),
            "risen": st.booleans(),
            "visit": st.sampled_from(["", "due", "due", "a", "b"]),
            "uses": uses,
        }
    )
    step = st.tuples(GAPS, st.sampled_from(deeds), SMALL, SMALL, figures)
    return st.lists(step, min_size=least, max_size=most)


YEARS = steps([*SESSIONS, *VISITS, *PERMISSIONS, *AT_HOME, "repeat"], 10, 50, uses=st.just(False))
BEGINNINGS = steps([*SESSIONS, *VISITS * 2, *PERMISSIONS, *AT_HOME], 6, 14, uses=st.booleans())


def live(year: Year, steps: Steps) -> None:
    for gap, deed, one, two, figures in steps:
        year.do(deed, one, two, figures)
        year.pass_days(gap)


@settings(deadline=None, max_examples=25)
@given(YEARS, st.sampled_from(["continue", "repeat", "ask"]), OPENINGS)
def test_the_service_agrees_with_the_naive_telling_on_every_day(steps: Steps, setting: str, opening: tuple[int, int]):
    live(Year(setting, *opening), steps)


@settings(deadline=None, max_examples=30)
@given(BEGINNINGS)
def test_they_agree_also_where_a_missed_visit_uses_up_a_session(steps: Steps):
    live(Year("continue", 0, 0), steps)
