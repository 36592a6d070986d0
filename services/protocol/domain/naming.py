"""Deviations in sentences a person can read (domain.md §3.7)."""

from collections.abc import Callable

from shared.events.protocol import DeviationNoted
from shared.vocabulary import DeviationRule


def named(event: DeviationNoted) -> str:
    """What was against the protocol, with the figure and the limit where they are known."""
    return SENTENCES[event.rule](event)


def sourced(event: DeviationNoted) -> str:
    """The same with its source."""
    return f"{named(event)}{f' (source {event.source})' if event.source else ''}"


def _span(event: DeviationNoted, unit: str, allowed: str) -> str:
    return f": {event.figure} {unit}, {allowed} {event.limit}" if event.figure is not None else ""


def _where(event: DeviationNoted) -> str:
    return f" ({event.region.replace('_', ' ')})" if event.region else ""


def _from(event: DeviationNoted) -> str:
    return f": in session {event.figure}, allowed from {event.limit}" if event.figure is not None else ""


SENTENCES: dict[DeviationRule, Callable[[DeviationNoted], str]] = {
    "region_over_10_min": lambda e: f"Too long on one region{_where(e)}{_span(e, 'minutes', 'at most')}",
    "prone_over_12_min": lambda e: f"Too long prone at a stretch{_span(e, 'minutes', 'at most')}",
    "full_body_too_early": lambda e: f"Whole body too early{_from(e)}",
    "intensive_too_early": lambda e: f"Intensive techniques too early, or the threshold had not risen{_from(e)}",
    "pir_too_early": lambda e: f"Post-isometric relaxation too early{_from(e)}",
    "pir_with_contraction": lambda _: "Post-isometric relaxation although a muscle contracted lately",
    "periosteal_out_of_phase": lambda e: f"Periosteal massage out of its sessions{_from(e)}",
    "exercise_too_early": lambda e: f"Exercise at home too early{_span(e, 'sessions done', 'allowed after')}",
    "session_in_break": lambda e: f"In the break{_span(e, 'days after the last session', 'rest until day')}",
    "min_gap": lambda e: f"Too close to another session{_span(e, 'days apart', 'at least')}",
    "too_many_in_7_days": lambda e: f"Too many sessions in 7 days{_span(e, 'sessions', 'at most')}",
    "closed": lambda _: "After the course was closed",
    "not_started": lambda _: "Before the course's first day",
    "paused": lambda _: "In a pause",
    "event_day": lambda e: (
        "Not on the day of the event" if e.figure is None else f"Not over when the event began: {e.figure} minutes past"
    ),
    "foreign_course": lambda _: "The session names a course that is not the client's",
    "same_appointment": lambda _: "A second session for one appointment: withdraw one if it was written down twice",
}
