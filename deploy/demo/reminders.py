"""Reminders, counted from the letters: each visit's two exactly once, or the reason why not."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from deploy.demo.course import Course, visits
from deploy.demo.figures import Figure
from deploy.demo.letters import Letterbox

LEADS = ("P2D", "PT3H")
KINDS: dict[tuple[int, ...], str] = {
    (1, 1): "both once",
    (0, 1): "the second once (agreed too late for the first)",
    (0, 0): "none (no consent)",
}
"""How often the reminder of two days before and that of three hours before were sent."""


def reminders(
    courses: Sequence[Course],
    itineraries: Sequence[list[dict[str, Any]]],
    messages: Sequence[list[dict[str, Any]]],
    letterbox: Letterbox,
) -> list[Figure]:
    """The figures about what was sent; `itineraries` and `messages` are those of the courses, in their order."""
    copies = Counter(letter.message_id for letter in letterbox.letters())
    return [
        *(
            _one(course, [one for one in itinerary if _is_over(course, one)], sent, copies)
            for course, itinerary, sent in zip(courses, itineraries, messages, strict=True)
        ),
        _letters(messages, copies),
    ]


def _is_over(course: Course, visit: dict[str, Any]) -> bool:
    """Whether the visit's time has come: all its reminders are due then."""
    return visit["status"] != "cancelled" and course.at(visit["starts_at"]) <= course.scene.clock.now


def _one(
    course: Course, over: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]], copies: Counter[str]
) -> Figure:
    """How many visits had each reminder once, by the letters found in the Maildir."""
    sent = Counter(
        (one["appointment_id"], one["lead"])
        for one in messages
        if one["kind"] == "reminder" and one["status"] == "sent"
        for _ in range(copies[one["message_id"]])
    )
    counts = [tuple(sent[visit["appointment_id"], lead] for lead in LEADS) for visit in over]
    return Figure(f"Reminders of {course.client.name}", _in_words(counts), _in_words(_expected(course, over)))


def _expected(course: Course, over: Sequence[dict[str, Any]]) -> list[tuple[int, ...]]:
    """Each reminder once; none without consent, and none whose time had passed when the visit was booked."""
    if not course.client.consents_to_email:
        return [(0, 0)] * len(over)
    return [(int(_in_time(course, visit)), 1) for visit in over]


def _in_time(course: Course, visit: dict[str, Any]) -> bool:
    """Whether the visit was agreed for its time before its first reminder was due, two days before on the clock."""
    agreed = course.agreed[visit["appointment_id"], visit["starts_at"]]
    return course.at(visit["starts_at"]) - timedelta(days=2) >= agreed


def _in_words(counts: Sequence[tuple[int, ...]]) -> str:
    """`12 visits: both once`, and what is otherwise."""
    kinds = sorted(Counter(counts).items(), reverse=True)
    return "; ".join(f"{visits(n)}: {KINDS.get(kind, str(kind))}" for kind, n in kinds)


def _letters(messages: Sequence[list[dict[str, Any]]], copies: Counter[str]) -> Figure:
    """Every message that counts as sent is one letter, and there are no others."""
    sent = {one["message_id"] for found in messages for one in found if one["status"] == "sent"}
    twice = sum(n > 1 for n in copies.values())
    lost, unknown = len(sent - set(copies)), len(set(copies) - sent)
    found = f"{twice} twice, {lost} missing, {unknown} unknown"
    return Figure(f"Letters, of {len(sent)} sent", found, "0 twice, 0 missing, 0 unknown")
