"""The rules of the cadence for a day, told naively from domain.md §3.1."""

from collections.abc import Sequence
from datetime import date, timedelta

from tests.unit.protocol.facts import Facts


def against(day: date, facts: Facts, rest: tuple[date, date] | None, days: Sequence[date]) -> list[str]:
    """What speaks against a day, short of the seven days around it; `rest` is the break before it."""
    found = []
    if day < facts.starts_on:
        found.append("not_started")
    if facts.paused(day):
        found.append("paused")
    if rest and rest[0] < day < rest[1]:
        found.append("session_in_break")
    if any(abs((day - other).days) <= 1 for other in days):
        found.append("min_gap")
    return found


def crowded(day: date, days: Sequence[date], most: int) -> bool:
    """Whether any seven days in a row, this one among them, would hold more sessions than that."""
    for back in range(7):
        week = [day + timedelta(days=n - back) for n in range(7)]
        if sum(other in week for other in days) + 1 > most:
            return True
    return False
