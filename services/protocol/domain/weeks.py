"""What follows when time passes: weeks with too few sessions, long gaps, and when to look again (domain.md §3.1)."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Pause, Restart
from services.protocol.domain.definition import Definition
from services.protocol.domain.state import Course, Lapse
from services.protocol.domain.walk import Stay, Walk, judged_since, judged_until, walk
from shared.events import protocol as told
from shared.messages import Event

WEEK = timedelta(days=7)
Few = dict[date, tuple[int, int]]
"""The first day of each week with too few sessions: how many there were, and how many there should have been."""


def slips(definition: Definition, state: Course, today: date) -> Iterator[Event]:
    """Too few sessions in a week gone by is a slip, told and never refused; news of the past may take it back."""
    until = judged_until(state, today)
    since = judged_since(state, until)
    found = too_few(walk(definition, state, today), state.days, since, until)
    for week in [week for week in state.slipped if week + WEEK > since and week not in found]:
        yield own.SlipLifted(**state.ids, week_from=week)
    for week, (count, expected) in found.items():
        slip = told.CadenceSlipped(**state.ids, week_from=week, sessions=count, expected=expected)
        if state.slipped.get(week) != slip:
            yield slip


def too_few(walked: Walk, days: Sequence[date], since: date, until: date) -> Few:
    """Weeks that ended after `since` and by `until` with too few sessions."""
    found: Few = {}
    for stay in walked.stays:
        for week in _weeks(stay, since, until):
            count = bisect_left(days, week + WEEK) - bisect_left(days, week)
            if count < stay.phase.per_week and not touched(walked.pauses, week):
                found[week] = (count, stay.phase.per_week)
    return found


def _weeks(stay: Stay, since: date, until: date) -> Iterator[date]:
    """The whole weeks of a phase. The week in which it ends is not judged.

    They count from its first session, or until there is one, from the first day after a break nobody returned from.
    """
    end = min(until, stay.ended) if stay.ended else until
    if stay.waiting:
        yield from _row(stay.waiting, since, min(end, stay.days[0]) if stay.days else end)
    if stay.days:
        yield from _row(stay.days[0], since, end)


def _weeks_over(stay: Stay, since: date, today: date) -> bool:
    """Whether weeks of the phase are over that nobody has judged, as after news of a phase that ended earlier."""
    return bool(stay.phase.per_week) and next(_weeks(stay, since, today), None) is not None


def _row(first: date, since: date, end: date) -> Iterator[date]:
    """Weeks from a day on that ended after `since` and by `end`."""
    week = after(first, since)
    while week + WEEK <= end:
        yield week
        week += WEEK


def after(first: date, since: date) -> date:
    """The first of the weeks from a day on that ends after `since`."""
    return first + max((since - first).days // 7, 0) * WEEK


def touched(pauses: Sequence[Pause], week: date) -> bool:
    """Whether a day of the week lies in a pause: then the week is not judged."""
    ends = week + WEEK
    return bool(pauses) and any(pause.first < ends and (pause.to is None or week <= pause.to) for pause in pauses)


def lapses(definition: Definition, state: Course, today: date) -> Iterator[Event]:
    """Notice a long gap, once, and what the setting makes of it; news of the past may take it back."""
    walked = walk(definition, state, today)
    found = {lapse.since: lapse for lapse in walked.lapses}
    for lapse in state.lapses:
        if lapse.since not in found:
            yield own.LapseLifted(**state.ids, since=lapse.since)
    known = {lapse.since: lapse for lapse in state.lapses}
    for lapse in found.values():
        yield from _noticed(state, lapse, known.get(lapse.since))
    for lapse in state.lapses:
        if lapse.restart and lapse.since in found and found[lapse.since].restart is None:
            yield own.RepetitionLifted(**state.ids, since=lapse.since)
    for lapse, stay in walked.repeated:
        if lapse.since not in known or known[lapse.since].restart != lapse.restart:
            yield repetition(state, lapse, stay)


def _noticed(state: Course, lapse: Lapse, known: Lapse | None) -> Iterator[Event]:
    if known and known.on == lapse.on:
        return
    yield told.CourseLapsed(**state.ids, since=lapse.since, on=lapse.on)
    if known is None and lapse.decision != "undecided":
        decided_on = lapse.decided_on
        yield own.LapseDecided(**state.ids, decision=lapse.decision, since=lapse.since, on=decided_on)


def repetition(state: Course, lapse: Lapse, stay: Stay) -> Event:
    """The series of this stay starts again."""
    restart = lapse.restart or Restart(lapse.since, 0, lapse.on, 0)
    return own.SeriesRepeated(
        **state.ids, number=stay.phase.number, sessions=stay.done, since=lapse.since, place=restart.place,
        on=restart.on, given=restart.given,
    )  # fmt: skip


def decided(_: Definition, state: Course, decision: str, today: date) -> Iterator[Event]:
    """A person says what becomes of the gap in force."""
    if gap := state.gap:
        yield own.LapseDecided(**state.ids, decision=decision, since=gap.since, on=today)


def next_days(definition: Definition, state: Course, today: date) -> Iterator[date]:
    """Days on which time alone may change something; those that have come were not looked at yet."""
    if state.closed:
        return
    if state.pause:
        yield state.pause.first_day
    since, walked = state.judged_to or today, walk(definition, state, today)
    if any(_weeks_over(stay, since, today) for stay in walked.stays):
        yield today
    stay = walked.stay
    if stay and stay.phase.per_week and (first := stay.days[0] if stay.days else stay.waiting):
        yield after(first, since) + WEEK
    if state.cleared_on and definition.exercises:
        yield after(state.cleared_on, since) + WEEK
    if (gap := walked.gap_from()) and (not state.lapses or state.lapses[-1].since < gap):
        yield from filter(None, [walked.lapses_on(gap)])
