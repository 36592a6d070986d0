"""What the catalogue of fibromyalgia says of each technique, word by word (domain.md §3.3, §3.4)."""

import pytest

from tests.unit.protocol.told import definition

MOVES = {move.id: move for move in definition().techniques}


@pytest.mark.parametrize(
    ("technique", "words"),
    [
        ("inhibitory_opening", "first effleurage, which restores the threshold of the pain receptors"),
        ("inhibitory_opening", "then gentle kneading"),
        ("inhibitory_opening", "The same technique, speed, pressure and direction each time"),
        ("inhibitory_opening", "Always the zones beside the spine: muscles, skin and connective tissue"),
        ("connective_tissue", "Before any lubricant"),
        ("connective_tissue", "2nd and 3rd finger, bent at 90°, catch a small fold"),
        ("connective_tissue", "short slow pulls toward the therapist"),
        ("connective_tissue", "Slow down at any protective tightening"),
        ("connective_tissue", "Areas and order by the body maps"),
        ("squeezing", "Always toward the heart"),
        ("cross_fiber", "Slowly growing pressure on hardened deposits"),
        ("kneading_side_lying", "Most of the work"),
        ("intensive", "release acetylcholine, growing slowly"),
        ("tender_points", "just below the pain threshold, 30 seconds a point"),
        ("tender_points", "with circular and lengthwise friction, let go quickly"),
        ("tender_points", "Look for more than the 18: they are probably sleeping trigger points"),
        ("trigger_points", "Not the same as tender points"),
        ("trigger_points", "to the threshold and slightly past it, hold still, let go quickly"),
        ("pir", "at most 15 to 20 % of full strength"),
        ("pir", "stretch very gradually, shortened muscles may find it unpleasant"),
        ("pir", "Leave it altogether if the client contracts a muscle during it, willingly or not"),
        ("figure_1", "round the base of the skull where the neck muscles insert, pressure rising, 3 minutes"),
        ("figure_2", "the thumbs are a wall, the fingers bring the tissue to them"),
        ("figure_2", "Standing in front of the client"),
        ("figure_2", "Keep off the carotid artery"),
        ("figure_3", "A hand steadies the front of the shoulder"),
        ("figure_3", "arm behind the back if it goes there without trouble, else as it lies"),
        ("figure_4", "hand after hand: side of the neck and upper trapezius"),
        ("figure_5", "Thumb after thumb along the whole side of the neck, from the base of the skull"),
        ("figure_6", "Right palm on the low back, left hand on it: upward over all of the back"),
        ("figure_6", "hands off at the top, return without touching"),
        ("figure_7", "with the backs of the fingers"),
        ("figure_8", "hand against hand, across the fibres of the whole back"),
        ("figure_9", "over the whole back"),
    ],
)
def test_says_how_each_technique_is_done(technique: str, words: str):
    assert words in MOVES[technique].detail


def test_kneading_has_the_largest_part_of_a_session():
    shares = {stage.id: stage.share for stage in definition().stages}
    assert max(shares, key=lambda name: shares[name]) == "kneading"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "Light touch may hurt sharply: the first session is gentle assessment with a short introduction"),
        (1, "usually neck and upper back, low back and buttocks; not the whole body yet"),
        (6, "counts taken in one are not compared"),
        (7, "Myofascial pain raises the risk of fibromyalgia, and fibromyalgia that of chronic fatigue"),
    ],
)
def test_warns_in_the_words_of_the_text(number: int, words: str):
    assert words in definition().cautions[number].text


def test_cautions_belong_to_their_sessions():
    first, second, *_ = definition().cautions
    assert (first.until, second.until, second.unless) == (1, None, "full_body")


def test_the_order_of_a_session_is_that_of_the_text():
    assert [stage.title for stage in definition().stages] == [
        "Inhibitory opening", "Connective tissue, dry", "Squeezing", "Cross-fibre friction",
        "Lubricated work by the figures", "Kneading", "Intensive techniques", "Tender points", "Trigger points",
        "Periosteal massage", "Post-isometric relaxation, last",
    ]  # fmt: skip
