"""Screening suggests; it says so only when the answers lean clearly to one side."""

import pytest

from services.records.domain.screening import ScreeningAnswers, suggest

FIBROMYALGIA = ScreeningAnswers(
    pain="wearing", rest="hurts_at_rest", place="widespread", movement="stiffness", companions=["bad_sleep", "migraine"]
)
MYOFASCIAL = ScreeningAnswers(pain="sharp", rest="better_at_rest", place="local", movement="weakness", companions=[])


def test_suggests_fibromyalgia_when_the_whole_column_fits() -> None:
    assert suggest(FIBROMYALGIA, 14) == "fibromyalgia"


def test_suggests_fibromyalgia_also_with_few_tender_points() -> None:
    assert suggest(FIBROMYALGIA, 4) == "fibromyalgia"


def test_suggests_myofascial_pain_when_the_other_column_fits() -> None:
    assert suggest(MYOFASCIAL, 2) == "myofascial_pain"


@pytest.mark.parametrize(
    ("answers", "points"),
    [
        (ScreeningAnswers(), 18),  # tender points alone say nothing
        (ScreeningAnswers(pain="wearing", place="widespread"), 10),  # two of the three needed
        (ScreeningAnswers(pain="wearing", rest="hurts_at_rest", place="local", movement="weakness"), 11),
        (ScreeningAnswers(pain="sharp", rest="better_at_rest", place="local", movement="stiffness"), 11),
    ],
)
def test_is_unclear_when_the_answers_do_not_lean(answers: ScreeningAnswers, points: int) -> None:
    assert suggest(answers, points) == "unclear"


def test_eleven_tender_points_can_tip_the_scale_and_ten_cannot() -> None:
    leaning = ScreeningAnswers(pain="wearing", rest="hurts_at_rest")
    assert suggest(leaning, 10) == "unclear"
    assert suggest(leaning, 11) == "fibromyalgia"


def test_one_companion_is_no_sign_and_one_named_twice_is_one() -> None:
    leaning = ScreeningAnswers(pain="wearing", rest="hurts_at_rest", companions=["migraine", "migraine"])
    assert suggest(leaning, 0) == "unclear"


@pytest.mark.parametrize("row", ["pain", "rest", "place", "movement", "companions"])
def test_each_row_of_the_table_counts_for_its_side(row: str) -> None:
    for whole, side in ((FIBROMYALGIA, "fibromyalgia"), (MYOFASCIAL, "myofascial_pain")):
        three = [name for name in whole.__struct_fields__ if name != row][:2]
        given = {name: getattr(whole, name) for name in [row, *three]}
        assert suggest(ScreeningAnswers(**given), 0) == side
        given.pop(row)
        assert suggest(ScreeningAnswers(**given), 0) == "unclear"
