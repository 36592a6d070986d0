"""Weeks of exercise at home: each hit or missed, and what they come to."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from services.web.answers.protocol import Exercise, Week
from services.web.views.words import count, span, spoken


class WeekMark(Struct, frozen=True, kw_only=True):
    """A week: its days on the calendar, how often, and its state: met, missed or running (it is not over yet)."""

    dates: str
    often: str
    state: str


class Weeks(Struct, frozen=True, kw_only=True):
    """The weeks, oldest first, and the same in a sentence (empty where there are none)."""

    marks: list[WeekMark]
    sentence: str


def weeks(given: Sequence[Week], today: date, streak: int | None = None) -> Weeks:
    """Put weeks into words. `streak` is counted from the weeks where nobody has."""
    marks = [_mark(week, today) for week in given]
    judged = [mark.state for mark in marks if mark.state != "running"]
    row = _streak(judged) if streak is None else streak
    in_a_row = f", {row} in a row" if row > 1 else ""
    sentence = f"Target met in {judged.count('met')} of {count(len(judged), 'week')}{in_a_row}." if judged else ""
    return Weeks(marks=marks, sentence=sentence)


def regions(exercise: Exercise) -> list[tuple[str, str]]:
    """Each region and the days on which it was exercised, those never exercised too; none before it may begin."""
    given = exercise.regions if exercise.cleared else {}
    return [(spoken(region), count(days, "day")) for region, days in given.items()]


def _mark(week: Week, today: date) -> WeekMark:
    last = week.last or week.first + timedelta(days=6)
    often = f"{week.days} of {count(week.target, 'day')}" if week.target else count(week.days, "day")
    state = "met" if week.met else "running" if last >= today else "missed"
    return WeekMark(dates=span(week.first, last), often=often, state=state)


def _streak(judged: Sequence[str]) -> int:
    row = 0
    for state in reversed(judged):
        if state != "met":
            break
        row += 1
    return row
