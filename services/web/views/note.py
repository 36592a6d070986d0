"""The next-session note as on paper: what to do with minutes, not yet, positions, cautions and sources."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.protocol import Note, Step
from services.web.views.words import SOURCES, WHATS, minutes, moment, short_day, spoken

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class StepLine(Struct, frozen=True, kw_only=True):
    """One step: what, for how long (empty where it takes no minutes of its own), and its source."""

    text: str
    minutes: str
    source: str


class Page(Struct, frozen=True, kw_only=True):
    """The note on one page. Lists are empty where there is nothing to say."""

    ordinal: int
    prepared: str
    length: str
    label: str
    steps: list[StepLine]
    focus: list[str]
    not_yet: list[str]
    positions: list[str]
    cautions: list[StepLine]
    exercise: str
    last_time: list[str]
    sources: list[str]


def page(note: Note, zone: ZoneInfo) -> Page:
    """Put the note into words."""
    return Page(
        ordinal=note.ordinal,
        prepared=moment(note.prepared_at, zone),
        length=minutes(note.minutes),
        label=note.label or "",
        steps=[_step(step) for step in note.sequence],
        focus=[_focus(item.region, item.minutes, item.why) for item in note.focus],
        not_yet=[_not_yet(item.what, item.since) for item in note.not_yet],
        positions=[said(position) for position in note.positions],
        cautions=[StepLine(text=item.text, minutes="", source=item.source or "") for item in note.cautions],
        exercise=said(note.exercise),
        last_time=last_time(note.last_session),
        sources=_sources(note),
    )


def _step(step: Step) -> StepLine:
    region = spoken(step.region) if step.region else ""
    text = f"{region}: {step.detail}" if region and region.lower() not in step.detail.lower() else step.detail
    return StepLine(text=text, minutes=minutes(step.minutes) if step.minutes else "", source=step.source or "")


def _focus(region: str, length: float, why: str | None) -> str:
    reason = f" ({why})" if why else ""
    return f"{spoken(region)}: {minutes(length)}{reason}" if length else f"{spoken(region)}{reason}"


def _not_yet(what: str, since: Any) -> str:
    from_when = f"from session {since}" if isinstance(since, int) else said(since)
    return f"{WHATS.get(what, said(what))}: {from_when}" if from_when else WHATS.get(what, said(what))


def said(value: Any) -> str:
    """Any plain value of a note as words: a sentence stays, a record is read out field by field."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dict):
        return str(value.get("text") or value.get("detail") or ", ".join(_fields(value)))
    if isinstance(value, list):
        return ", ".join(filter(None, map(said, value)))
    return _day(value) if isinstance(value, str) and DAY.fullmatch(value) else str(value)


def _day(text: str) -> str:
    return short_day(date.fromisoformat(text))


def _fields(record: dict[str, Any]) -> Iterable[str]:
    return (f"{spoken(name).lower()} {said(value)}" for name, value in record.items() if said(value))


def last_time(session: dict[str, Any] | None) -> list[str]:
    """What happened last time, a line a fact; empty before the first session."""
    return list(_last(session)) if session else []


def _last(session: dict[str, Any]) -> Iterable[str]:
    before, after = session.get("pain_before"), session.get("pain_after")
    if before is not None and after is not None:
        yield f"pain {before} → {after}"
    known = {"pain_before", "pain_after", "session_id", "therapist_id", "course_id", "client_id"}
    yield from _fields({name: value for name, value in session.items() if name not in known})


def _sources(note: Note) -> list[str]:
    named = [step.source or "" for step in note.sequence] + [caution.source or "" for caution in note.cautions]
    used = set(" ".join(named).replace(",", " ").split())
    return [text for key, text in SOURCES.items() if key in used]
