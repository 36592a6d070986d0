"""The FIQR's score: the published rule, with parts left out."""

import pytest

from services.records.domain.fiqr import FUNCTION, OVERALL, SYMPTOMS, FiqrAnswers, Unscorable, score

ITEMS = FUNCTION + OVERALL + SYMPTOMS


def answers(**given: int) -> FiqrAnswers:
    return FiqrAnswers(**given)


def test_has_nine_two_and_ten_items() -> None:
    assert (len(FUNCTION), len(OVERALL), len(SYMPTOMS)) == (9, 2, 10)
    assert set(ITEMS) == set(FiqrAnswers.__struct_fields__)


def test_is_a_hundred_when_everything_is_at_its_worst() -> None:
    assert score(answers(**dict.fromkeys(ITEMS, 10))) == 100


def test_is_nothing_when_nothing_is_wrong() -> None:
    assert score(answers(**dict.fromkeys(ITEMS, 0))) == 0


def test_adds_a_third_of_function_all_of_overall_and_half_of_symptoms() -> None:
    function, overall, symptoms = dict.fromkeys(FUNCTION, 5), dict.fromkeys(OVERALL, 3), dict.fromkeys(SYMPTOMS, 7)
    assert score(answers(**function, **overall, **symptoms)) == 15 + 6 + 35


def test_scales_a_part_with_items_left_out() -> None:
    # Five of nine answered with 45 in all: 45 · 9 / 5 = 81, a third of it is 27.
    function = dict.fromkeys(FUNCTION[:5], 9)
    rest = dict.fromkeys(OVERALL + SYMPTOMS, 0)
    assert score(answers(**function, **rest)) == 27
    assert score(answers(hair=0, overwhelmed=4, pain=3)) == 8 + 15


@pytest.mark.parametrize("left_out", [FUNCTION, OVERALL, SYMPTOMS])
def test_cannot_score_without_a_single_answer_in_a_part(left_out: tuple[str, ...]) -> None:
    with pytest.raises(Unscorable, match=left_out[0]):
        score(answers(**{item: 5 for item in ITEMS if item not in left_out}))
