"""Notes in the form of the contract: a usual one, the shortest there can be, and one far too long for its paper."""

from typing import Any


def note(**more: Any) -> dict[str, Any]:
    """Rosa's thirteenth session."""
    return shortest() | {
        "ordinal": 13,
        "phase": {"kind": "series", "number": 2, "sessions": 5, "done": 2},
        "minutes": 60,
        "positions": [
            {"text": "Neck and upper back in side-lying, folded towel between neck and pillow.", "source": "A"},
            {"text": "Prone at most 12 minutes at a stretch; one pillow under the stomach, two under the chest.",
             "source": "A"},
        ],
        "sequence": [
            step("Inhibitory opening", "effleurage", 6, "First effleurage, then gentle kneading: same technique, speed "
                 "and pressure each time.", position="side_lying"),
            step("Connective tissue, dry", "connective_tissue", 8, "A small fold, short slow pulls; slow down at any "
                 "tightening.", position="side_lying"),
            step("Base of the skull", "suboccipital", 3, "Fingers round the base of the skull, pressure rising.",
                 region="neck", position="side_lying"),
            step("Side of the neck", "petrissage_1", 7, "Side of the neck and upper trapezius; keep off the carotid "
                 "artery.", region="shoulder", side="left", position="side_lying"),
            step("Kneading", "kneading", 12, "Kneading of slowly growing intensity.", region="upper_back", source="B",
                 position="prone"),
            step("Kneading, side-lying", "kneading", 14, "Half of the session is kneading.", region="lower_back",
                 source="B", position="side_lying"),
            step("Tender points", "tender_point", 6, "Just below the pain threshold, 30 seconds each, let go quickly.",
                 position="side_lying"),
            step("Post-isometric relaxation", "pir", 4, "Last: 15 to 20 % of full strength, stretch very slowly.",
                 position="supine"),
        ],
        "prone": {"longest": 12, "limit": 12},
        "focus": [
            {"region": "neck", "side": "left", "minutes": 7, "why": "hurts most, tender on the left last time",
             "source": "A"},
            {"region": "lower_back", "side": None, "minutes": 8, "why": "treated least so far", "source": "A"},
        ],
        "allowed": {"pir": True, "periosteal": False, "intensive": True, "full_body": True, "exercise": True},
        "not_yet": [{"what": "periosteal", "from": "sessions 26 to 30", "source": "A"}],
        "tender_points": {
            "left": ["occiput_left", "occiput_right", "trapezius_left", "low_cervical_left", "gluteal_right"],
            "found_on": "2026-02-27",
            "gone": ["trapezius_right"],
            "how": {"text": "Press to just below the pain threshold with circular and lengthwise friction.",
                    "source": "A"},
            "seconds": 30,
        },
        "cautions": [{"text": "Never in a massage chair.", "source": "A"}],
        "adapted": [{"what": "Gentler opening", "why": "more pain after the last session", "source": "practice"}],
        "changed": [{"text": "Half of the session is kneading from now on.", "source": "B"}],
        "exercise": {
            "cleared": True, "per_week": 2, "streak": 0,
            "advice": [{"text": "Slow, never forced; at the slightest pain stop and go back to the middle.",
                        "source": "A"}],
            "weeks": [
                {"from": "2026-02-17", "to": "2026-02-23", "days": 2, "target": 2, "met": True},
                {"from": "2026-02-24", "to": "2026-03-02", "days": 1, "target": 2, "met": False},
            ],
        },
        "last_session": {
            "on": "2026-02-27", "ordinal": 12, "pain_before": 6, "pain_after": 4, "minutes": 44, "tender_points": 12,
            "aggravated": False, "contraction": False, "regions": ["neck", "neck", "upper_back"],
            "deviations": [{"rule": "region_over_10_min", "text": "Neck: 12 minutes, at most 10", "source": "A"}],
        },
        "body_maps": ["cervical", "upper_thoracic", "hand_palm"],
    } | more  # fmt: skip


def shortest() -> dict[str, Any]:
    """Only what a note cannot be without."""
    return {
        "ordinal": 1,
        "phase": {"kind": "series", "number": 1, "sessions": 10, "done": 0},
        "protocol": {"id": "fibromyalgia", "title": "Fibromyalgia course", "version": 1},
        "prepared_at": "2026-03-03T23:00:00Z",
        "minutes": 60,
        "sequence": [step("Gentle assessment", "effleurage", 60, "")],
        "label": None,
    }


def longest(times: int = 3) -> dict[str, Any]:
    """Every list `times` as long as usual, and every sentence three."""
    usual = note()
    lists = {name: [many(item) for item in usual[name]] * times for name in usual if isinstance(usual[name], list)}
    points = usual["tender_points"] | {"left": EVERY_POINT, "gone": []}
    areas = {"body_maps": usual["body_maps"], "label": "single case, uncontrolled; only with the treating physician"}
    return usual | lists | {"tender_points": points, "minutes": 60 * times} | areas


def many(item: Any) -> Any:
    """The same with its words three times over."""
    wordy = {"text", "detail", "why"}
    return (
        {name: " ".join([value] * 3) if name in wordy else value for name, value in item.items()}
        if isinstance(item, dict)
        else item
    )


def step(name: str, technique: str, minutes: int, detail: str, **more: Any) -> dict[str, Any]:
    """A step of the plan."""
    return {"step": name, "technique": technique, "minutes": minutes, "detail": detail, "source": "A"} | more


PAIRS = [
    "occiput", "low_cervical", "trapezius", "supraspinatus", "second_rib", "lateral_epicondyle", "gluteal",
    "greater_trochanter", "knee",
]  # fmt: skip
EVERY_POINT = [f"{pair}_{side}" for pair in PAIRS for side in ("left", "right")]
