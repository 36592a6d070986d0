"""What the smaller protocols say, word by word (domain.md §4), and the slugs all protocols share (§3.7)."""

from typing import Any, get_args

import pytest

from services.protocol.domain.definition import Definition
from shared.vocabulary import DeviationRule, ExerciseRegion, Reason, Region, Technique, TenderPoint
from tests.unit.protocol.told import definition


def said(protocol: str) -> dict[str, str]:
    """All its sentences by where they stand."""
    found: Definition = definition(protocol)
    texts = {move.id: f"{move.technique} {move.region or ''}: {move.detail}" for move in found.techniques}
    for name in ("cautions", "tell"):
        texts |= {f"{name}[{n}]": one.text for n, one in enumerate(getattr(found, name))}
    return texts


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("cautions[0]", "amino-acid injections ran alongside, and the trial was stopped after 18 sessions"),
        ("cautions[1]", "newly diagnosed, not hereditary ALS; about 5 % is hereditary, said the physician"),
        ("tell[0]", "One woman of 45 is described, diagnosed five months before"),
        ("tell[0]", "great difficulty walking and visible atrophy: 15 steps after 7 sessions"),
        ("tell[0]", "muscle mass began to return, and 25 minutes' walk after 18"),
        ("intensive_kneading", "Intensive kneading"),
        ("acetylcholine", "release acetylcholine"),
        ("ischemic_compression", "At the neuromuscular junctions"),
        ("pir", "pir :"),
    ],
)
def test_the_single_case_is_told_as_it_was(where: str, words: str):
    assert words in said("als_support")[where]


def test_the_single_case_had_18_sessions_at_two_a_week():
    (series,) = definition("als_support").phases
    assert (series.sessions, series.per_week, series.max_in_7_days) == (18, 2, 2)


def test_the_marks_of_the_single_case_are_milestones():
    policy = definition("als_support").policy
    assert 15 in policy.steps_milestones
    assert 25 in policy.walked_minutes_milestones


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("pain_points", "Direct pressure on the pain points; relief may last several days"),
        ("cautions[0]", "Osteoporosis: no direct pressure without the physician"),
        ("cautions[1]", "lasting neuromuscular conditions, not for a short-lived ache"),
        (
            "cautions[2]",
            "the symptoms back (in cerebral palsy spasticity, at the top of the neck with headaches)",
        ),
        ("tell[1]", "mobility, flexibility, strength, energy"),
    ],
)
def test_lasting_conditions_are_worked_as_the_text_says(where: str, words: str):
    assert words in said("neuromuscular_maintenance")[where]


def test_lasting_conditions_have_maintenance_only_once_a_week():
    found = definition("neuromuscular_maintenance")
    assert [(phase.kind, phase.per_week) for phase in found.phases] == [("maintenance", 1)]
    assert (found.policy.lapse_days, found.policy.lapse_in_maintenance) == (10, True)


@pytest.mark.parametrize(
    ("protocol", "where", "words"),
    [
        ("pre_event_sports", "strokes", "stimulating, for capillary flow"),
        ("pre_event_sports", "kneading", "for acetylcholine and mitochondrial activity"),
        ("pre_event_sports", "cautions[1]", "asthma, digestive disorders and other parasympathetic weakness"),
        ("post_event_sports", "kneading", "full_body: For recovery and medical stress management"),
        ("post_event_sports", "stretching", "full_body: Full-body stretching brings muscle tone to rest"),
    ],
)
def test_the_sports_sessions_say_what_they_are_for(protocol: str, where: str, words: str):
    assert words in said(protocol)[where]
    assert definition(protocol).total == 1


def test_there_are_nine_pairs_of_tender_points():
    sites = ["occiput", "low_cervical", "trapezius", "supraspinatus", "second_rib", "lateral_epicondyle", "gluteal",
             "greater_trochanter", "knee"]  # fmt: skip
    assert get_args(TenderPoint) == tuple(f"{site}_{side}" for site in sites for side in ("left", "right"))


REGIONS = (
    "neck shoulder upper_back lower_back chest abdomen gluteal hip thigh knee lower_leg foot upper_arm forearm hand"
    " full_body"
)
TECHNIQUES = (
    "effleurage kneading petrissage_1 petrissage_2 squeezing cross_fiber_friction connective_tissue suboccipital"
    " subscapular thumb_glide ironing tender_point trigger_point ischemic_compression pir periosteal intensive"
    " stretching"
)
REASONS = (
    "client_ill client_away client_wish therapist_ill therapist_away practice_closed medical_need entered_in_error"
    " finished moved_away other"
)


@pytest.mark.parametrize(
    ("slugs", "words"),
    [
        (Region, REGIONS),
        (Technique, TECHNIQUES),
        (ExerciseRegion, "neck shoulders upper_back lower_back hips knees"),
        (Reason, REASONS),
    ],
)
def test_the_slugs_are_those_of_the_specification(slugs: Any, words: str):
    assert " ".join(get_args(slugs)) == words


def test_every_deviation_of_the_specification_has_its_slug():
    wanted = (
        "region_over_10_min prone_over_12_min full_body_too_early intensive_too_early pir_too_early"
        " pir_with_contraction periosteal_out_of_phase exercise_too_early session_in_break min_gap too_many_in_7_days"
    )
    assert " ".join(get_args(DeviationRule)).startswith(wanted)
