"""The Revised Fibromyalgia Impact Questionnaire: 21 items of 0–10, one score of 0–100 (domain.md §3.6)."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

Item = Annotated[int, Meta(ge=0, le=10)] | None
"""An answer from 0 (best) to 10 (worst); absent when the client left it out."""

FUNCTION = (
    "hair", "walk_20_minutes", "prepare_meal", "clean_floors", "carry_groceries", "climb_stairs", "change_sheets",
    "sit_45_minutes", "shop_groceries",
)  # fmt: skip
OVERALL = ("goals_prevented", "overwhelmed")
SYMPTOMS = (
    "pain", "energy", "stiffness", "sleep", "depression", "memory", "anxiety", "tenderness", "balance", "sensitivity",
)  # fmt: skip


class FiqrAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The client's answers for the last seven days.

    Function, how hard it was: `hair` (brush or comb), `walk_20_minutes` (without a stop), `prepare_meal`,
    `clean_floors`, `carry_groceries`, `climb_stairs` (one flight), `change_sheets`, `sit_45_minutes`,
    `shop_groceries`. Overall: `goals_prevented` (kept from what the week was to bring), `overwhelmed` (by the
    symptoms). Symptoms, how strong: `pain`, `energy` (lack of), `stiffness`, `sleep` (how bad), `depression`,
    `memory`, `anxiety`, `tenderness`, `balance`, `sensitivity` (to noise, light, smell, cold).
    """

    hair: Item = None
    walk_20_minutes: Item = None
    prepare_meal: Item = None
    clean_floors: Item = None
    carry_groceries: Item = None
    climb_stairs: Item = None
    change_sheets: Item = None
    sit_45_minutes: Item = None
    shop_groceries: Item = None
    goals_prevented: Item = None
    overwhelmed: Item = None
    pain: Item = None
    energy: Item = None
    stiffness: Item = None
    sleep: Item = None
    depression: Item = None
    memory: Item = None
    anxiety: Item = None
    tenderness: Item = None
    balance: Item = None
    sensitivity: Item = None


class Unscorable(ValueError):  # noqa: N818 - it says what the answers are
    """A whole part of the questionnaire was left out, so that nothing can stand in for it."""


def score(answers: FiqrAnswers) -> float:
    """0 (no impact) to 100, to two decimals: function / 3 + overall + symptoms / 2. Raises `Unscorable`."""
    function, overall, symptoms = (_scaled(answers, items) for items in (FUNCTION, OVERALL, SYMPTOMS))
    return round(function / 3 + overall + symptoms / 2, 2)


def _scaled(answers: FiqrAnswers, items: Iterable[str]) -> float:
    """The sum over a part, as if items left out had been answered like the average of the others."""
    asked: list[int | None] = [getattr(answers, item) for item in items]
    given = [value for value in asked if value is not None]
    if not given:
        raise Unscorable(f"Answer at least one of: {', '.join(items)}.")
    return sum(given) * len(asked) / len(given)
