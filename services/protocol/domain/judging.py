"""Verdicts: would these days do as the next sessions, and if not, why and from when (domain.md §3.1)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from services.protocol.domain.cadence import Cadence, Standing, near, refusal, stand
from shared.questions.protocol import Verdict
from shared.vocabulary import CadenceRule

A_DAY = timedelta(days=1)
LOOK_AHEAD = 100
"""Days outside breaks and pauses among which an `earliest` is looked for: more than any cap keeps free."""


def verdicts(cadence: Cadence, days: Sequence[date]) -> list[Verdict]:
    """Judge the days one after another; a refused one does not count for those that follow."""
    found = []
    for day in days:
        verdict = judge(cadence, day)
        found.append(verdict)
        if verdict.allowed:
            cadence = cadence.with_session(day)
    return found


def judge(cadence: Cadence, day: date) -> Verdict:
    """Would this day do as the next session?"""
    standing, ordinal = stand(cadence), cadence.completed + 1
    rule = refusal(cadence, day, standing)
    if rule is None:
        return Verdict(date=day, ordinal=ordinal, allowed=True)
    first = earliest(cadence, day)
    detail = sentence(cadence, day, rule, first)
    return Verdict(date=day, ordinal=ordinal, allowed=False, rule=rule, detail=detail, earliest=first)


def earliest(cadence: Cadence, day: date) -> date | None:
    """The first day after this one that would do; absent for a closed course and in a pause without an end."""
    standing = stand(cadence)
    if cadence.closed or standing.phase is None:
        return None
    ahead = islice(_ahead(cadence, day + A_DAY, standing), LOOK_AHEAD)
    return next((other for other in ahead if refusal(cadence, other, standing) is None), None)


def _ahead(cadence: Cadence, day: date, standing: Standing) -> Iterator[date]:
    """Days that may do: of those before the start, in a pause or in a break only the ones a therapist has allowed."""
    permitted = sorted({other for _, other in cadence.permitted})
    while True:
        last = _shut_until(cadence, day, standing)
        if last is None:
            yield day
            last = day
        else:
            yield from permitted[bisect_left(permitted, day) : bisect_right(permitted, last)]
        if last == date.max:
            return
        day = last + A_DAY


def _shut_until(cadence: Cadence, day: date, standing: Standing) -> date | None:
    """The last day of what shuts this one out: the time before the start, a pause or a break."""
    if day < cadence.starts_on:
        return cadence.starts_on - A_DAY
    if pause := next((pause for pause in cadence.pauses if pause.covers(day)), None):
        return pause.to or date.max
    if cadence.event_on and day != cadence.event_on:
        return cadence.event_on - A_DAY if day < cadence.event_on else date.max
    return standing.pause.first_day - A_DAY if standing.pause and standing.pause.covers(day) else None


def sentence(cadence: Cadence, day: date, rule: CadenceRule, first: date | None) -> str:
    """Why not, and from when, in words for the front desk."""
    why = WHY[rule](cadence, day, stand(cadence))
    return f"{why} The first day that will do is {first}." if first else why


def _closed(_: Cadence, _day: date, standing: Standing) -> str:
    return "The course is closed. Reopen it to book." if standing.phase else "All its sessions are done."


def _min_gap(cadence: Cadence, day: date, _: Standing) -> str:
    gap, other = cadence.definition.policy.min_gap_days, near(cadence, day)[0]
    return f"There is a session on {other}, and sessions are at least {gap} days apart."


def _break(_: Cadence, _day: date, standing: Standing) -> str:
    pause = standing.pause
    if pause is None:
        return "No massage in the break. A therapist can allow an exception."
    first, last = pause.started_on + A_DAY, pause.first_day - A_DAY
    return f"No massage from {first} to {last}: it is break {pause.number}. A therapist can allow an exception."


def _too_many(_: Cadence, _day: date, standing: Standing) -> str:
    most = standing.phase.max_in_7_days if standing.phase else 0
    return f"With this day there would be more than {most} sessions in 7 days."


WHY: dict[CadenceRule, Callable[[Cadence, date, Standing], str]] = {
    "closed": _closed,
    "not_started": lambda cadence, _day, _: f"The course starts on {cadence.starts_on}.",
    "paused": lambda _cadence, _day, _: "The course is paused on this day.",
    "event_day": lambda cadence, _day, _: f"The session is for the event and belongs on {cadence.event_on}.",
    "break": _break,
    "min_gap": _min_gap,
    "too_many_in_7_days": _too_many,
}
