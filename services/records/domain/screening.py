"""Screening: is it more like fibromyalgia or like myofascial pain? It suggests, it never diagnoses (domain.md §3.5)."""

from typing import Literal

from msgspec import Struct

Suggestion = Literal["fibromyalgia", "myofascial_pain", "unclear"]
Companion = Literal[
    "depression", "mood_swings", "tears", "bad_sleep", "exhaustion", "tension_headache", "migraine",
    "teeth_grinding", "jaw_trouble", "irritable_bowel", "pelvic_pain", "fast_heart", "raynaud", "rhinitis",
]  # fmt: skip

SUPPORTING_TENDER_POINTS = 11
"""Eleven or more of the eighteen sites support the diagnosis, which a physician makes (source A)."""
TELLING_COMPANIONS = 2
ENOUGH = 3
LEAD = 2


class ScreeningAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer for each row of the table in domain.md §3.5; a row that was not asked is absent.

    `pain`: `wearing` (milder, constant) or `sharp` (acute). `rest`: `hurts_at_rest` or `better_at_rest`.
    `place`: `widespread` (hard to point at, patches) or `local` (radiates along one muscle or segment).
    `movement`: `stiffness` (with mild swelling) or `weakness` (reduced range, the muscle clearly weak).
    `companions`: what comes with it; an empty list says "nothing else". Sex and age are not asked: they decide nothing.
    """

    pain: Literal["wearing", "sharp"] | None = None
    rest: Literal["hurts_at_rest", "better_at_rest"] | None = None
    place: Literal["widespread", "local"] | None = None
    movement: Literal["stiffness", "weakness"] | None = None
    companions: list[Companion] | None = None


def suggest(answers: ScreeningAnswers, tender_point_count: int) -> Suggestion:
    """What the answers point to.

    Each row answered is one point for its side of the table; two companions or more are one for fibromyalgia, none
    at all one for myofascial pain; eleven tender points or more are one for fibromyalgia. **policy**: a side needs
    three points and a lead of two, anything else is `unclear`.
    """
    fibromyalgia = sum(_for_fibromyalgia(answers)) + (tender_point_count >= SUPPORTING_TENDER_POINTS)
    myofascial = sum(_for_myofascial_pain(answers))
    if fibromyalgia >= ENOUGH and fibromyalgia - myofascial >= LEAD:
        return "fibromyalgia"
    if myofascial >= ENOUGH and myofascial - fibromyalgia >= LEAD:
        return "myofascial_pain"
    return "unclear"


def _for_fibromyalgia(answers: ScreeningAnswers) -> list[bool]:
    return [
        answers.pain == "wearing",
        answers.rest == "hurts_at_rest",
        answers.place == "widespread",
        answers.movement == "stiffness",
        len(set(answers.companions or [])) >= TELLING_COMPANIONS,
    ]


def _for_myofascial_pain(answers: ScreeningAnswers) -> list[bool]:
    return [
        answers.pain == "sharp",
        answers.rest == "better_at_rest",
        answers.place == "local",
        answers.movement == "weakness",
        answers.companions == [],
    ]
