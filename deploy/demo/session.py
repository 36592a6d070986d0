"""What the made-up therapists write down after a visit: they do what the note says."""

from datetime import datetime
from typing import Any

TENDER_POINTS = [
    f"{site}_{side}"
    for site in (
        "occiput",
        "trapezius",
        "supraspinatus",
        "low_cervical",
        "gluteal",
        "greater_trochanter",
        "second_rib",
        "knee",
        "lateral_epicondyle",
    )
    for side in ("left", "right")
]
FIQR = ("walk_20_minutes", "carry_groceries", "goals_prevented", "overwhelmed", "pain", "energy", "stiffness", "sleep")


def screening() -> dict[str, Any]:
    """The first conversation."""
    answers = {
        "pain": "wearing",
        "rest": "hurts_at_rest",
        "place": "widespread",
        "movement": "stiffness",
        "companions": ["bad_sleep", "exhaustion", "tension_headache"],
    }
    return {"answers": answers, "tender_points": TENDER_POINTS[:14], "pain": 8}


def fiqr(level: int) -> dict[str, Any]:
    """A questionnaire in which every item asked has the same answer."""
    return {"measure": "fiqr", "answers": dict.fromkeys(FIQR, level)}


def session(visit: dict[str, Any], note: dict[str, Any], course_id: str) -> dict[str, Any]:
    """The body of `POST sessions`: the regions of the note's focus with the techniques of its sequence.

    The pain is made up; in this story it falls slowly, and rises a little in sessions 2 and 3.
    """
    ordinal = note["ordinal"]
    pain = max(3, 8 - ordinal // 6) + (ordinal in (2, 3))
    what = {"course_id": course_id, "appointment_id": visit["appointment_id"], "therapist_id": visit["therapist_id"]}
    when = {"started_at": visit["starts_at"], "ended_at": visit["ends_at"]}
    figures = {"pain_before": pain, "pain_after": pain - 1, "prone_minutes": 10, "threshold_risen": ordinal >= 5}
    points = {"tender_points": TENDER_POINTS[: max(4, 14 - ordinal // 3)]}
    reactions = {"reactions": {"aggravated": ordinal in (2, 3), "contraction": False}}
    return {**what, **when, **figures, **points, **reactions, "regions": _regions(note)}


def _regions(note: dict[str, Any]) -> list[dict[str, Any]]:
    techniques = list(dict.fromkeys(step["technique"] for step in note["sequence"]))
    if not note["focus"]:
        return [{"region": "full_body", "minutes": 10, "techniques": techniques}]
    return [
        {"region": one["region"], "minutes": one["minutes"], "techniques": ["kneading"] if n else techniques}
        for n, one in enumerate(note["focus"])
    ]


def exercise(day: datetime, minutes: int = 20) -> dict[str, Any]:
    """What a client logs after exercising at home."""
    return {"date": f"{day:%Y-%m-%d}", "regions": ["neck", "shoulders", "lower_back"], "minutes": minutes}
