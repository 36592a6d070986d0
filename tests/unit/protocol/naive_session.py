"""What a session may hold, told naively from domain.md §3.3: by the sessions that took place before it."""

from collections.abc import Sequence

from tests.unit.protocol.facts import Session


def open_to(number: int, before: Sequence[Session], *, series: bool) -> dict[str, bool]:
    """What the session with this number may hold; `before` are the sessions written down so far."""
    last_two = before[-2:]
    return {
        "full_body": number > 3,
        "intensive": number >= 6 and any(one.risen for one in before),
        "pir": number >= 11 and len(last_two) == 2 and not any(one.contraction for one in last_two),
        "periosteal": series and 26 <= number <= 30,
        "exercise": number > 10,
    }


def against_figures(number: int, before: Sequence[Session], session: Session, *, series: bool) -> set[str]:
    """The rules that a session's figures went against. A threshold found risen in it counts for it."""
    found = set()
    if session.minutes > 10:
        found.add("region_over_10_min")
    if session.prone > 12:
        found.add("prone_over_12_min")
    if session.whole_body and number < 4:
        found.add("full_body_too_early")
    if "intensive" in session.techniques and (number < 6 or not any(one.risen for one in [*before, session])):
        found.add("intensive_too_early")
    if "pir" in session.techniques and number < 11:
        found.add("pir_too_early")
    if "pir" in session.techniques and any(one.contraction for one in [*before[-2:], session]):
        found.add("pir_with_contraction")
    if "periosteal" in session.techniques and not (series and 26 <= number <= 30):
        found.add("periosteal_out_of_phase")
    return found
