"""How the client keeps the exercise at home, week by week, as the note shows it."""

from datetime import date, timedelta

from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.exercise import target, target_on, weeks
from services.protocol.domain.lines import Line, line
from services.protocol.domain.state import Course

SHOWN = 6
"""Weeks a note shows."""


class KeptWeek(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """A week from clearance on: days with exercise, days asked for, and whether that was met."""

    first: str
    last: str
    days: int
    target: int
    met: bool


class Exercise(Struct, frozen=True, kw_only=True):
    """Exercise at home: whether it may be done, how often, how, and how it is kept."""

    cleared: bool
    per_week: int
    advice: list[Line]
    weeks: list[KeptWeek] = []
    streak: int = 0


def keeping(definition: Definition, state: Course, *, allowed: bool, until: date | None) -> Exercise:
    """As of the day the note is for; a week not over yet breaks no streak."""
    if not allowed:
        return Exercise(cleared=False, per_week=0, advice=[])
    found = weeks(state, until) if until else []
    over = found[:-1] if found and not found[-1].met else found
    return Exercise(
        cleared=True,
        per_week=target(definition, state),
        advice=[line(one) for one in definition.exercise],
        weeks=[_week(definition, state, one.first_day, one.days, met=one.met) for one in found[-SHOWN:]],
        streak=next((n for n, one in enumerate(reversed(over)) if not one.met), len(over)),
    )


def _week(definition: Definition, state: Course, first: date, days: int, *, met: bool) -> KeptWeek:
    last = first + timedelta(days=6)
    asked = target_on(definition, state, first)
    return KeptWeek(first=first.isoformat(), last=last.isoformat(), days=days, target=asked, met=met)
