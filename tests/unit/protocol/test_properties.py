"""Whatever is booked and whatever takes place: the rules are kept, or it is flagged."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain import commands as c
from services.protocol.domain.cadence import Cadence, refusals, stand
from services.protocol.domain.judging import verdicts
from shared.decider import Refused, Unknown
from tests.unit.protocol.told import SPACE, START, Told, definition, session

FIBROMYALGIA = definition()
DAYS = st.integers(-5, 160).map(lambda number: START + timedelta(days=number))


def cadence(done: list[date]) -> Cadence:
    return Cadence(definition=FIBROMYALGIA, days=tuple(sorted(done)), starts_on=START)


def most_in_seven(days: list[date]) -> int:
    return max((sum(0 <= (other - one).days < 7 for other in days) for one in days), default=0)


@given(st.lists(DAYS, max_size=60))
def test_days_that_were_allowed_keep_every_rule_together(asked: list[date]):
    kept = [one.date for one in verdicts(cadence([]), sorted(asked)) if one.allowed]
    assert all((later - one).days >= 2 for one, later in pairwise(kept))
    assert most_in_seven(kept[:15]) <= 2
    assert most_in_seven(kept[15:30]) <= 3
    assert most_in_seven(kept[30:]) <= 2
    for count, weeks in ((15, 2), (30, 3)):
        assert len(kept) <= count or kept[count] - kept[count - 1] >= timedelta(weeks=weeks)


@given(st.lists(DAYS, max_size=40), DAYS)
def test_the_earliest_day_will_do_and_none_before_it(done: list[date], day: date):
    found = cadence(done)
    (verdict,) = verdicts(found, [day])
    if verdict.earliest:
        between = [day + timedelta(days=n) for n in range(1, (verdict.earliest - day).days)]
        assert [verdicts(found, [one])[0].allowed for one in between] == [False] * len(between)
        assert verdicts(found, [verdict.earliest])[0].allowed


@settings(deadline=None, max_examples=50)
@given(st.lists(DAYS, min_size=1, max_size=40, unique=True))
def test_sessions_in_any_order_are_flagged_exactly_where_a_rule_is_broken(written: list[date]):
    course = Told(on=START + timedelta(days=200))
    for on in written:
        course.write(session(on))
    broken = set()
    done: list[date] = []
    for on in sorted(written):
        found = cadence(done)
        broken |= {(rule, on) for rule in refusals(found, on, stand(found))}
        done.append(on)
    flagged = {("break" if one.rule == "session_in_break" else one.rule, one.on) for one in course.state.deviations}
    assert flagged == broken
    assert course.state.completed == len(written)


def fact(on: date, name: str, kind: int) -> Any:
    now = Told.at(on)
    session_id = session(on, name).session_id
    return [
        c.CountSession(now=now, session=session(on, name, contraction=bool(kind % 2))),
        c.WithdrawSession(now=now, session_id=session_id),
        c.AgreeVisit(now=now, appointment_id=session_id, starts_at=now, ends_at=now + timedelta(minutes=60)),
        c.DropVisit(now=now, appointment_id=session_id),
        c.Review(now=now),
        c.CloseCourse(now=now, reason="other"),
        c.ReopenCourse(now=now),
        c.PauseCourse(now=now, paused_from=on, to=on + timedelta(days=kind), reason="client_ill"),
        c.ResumeCourse(now=now),
        c.DecideLapse(now=now, decision="repeat"),
        c.ForgetClient(now=now),
    ][kind]


FACTS = st.tuples(DAYS, st.sampled_from("abcdef"), st.sampled_from([*[0] * 6, 1, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9]))


@settings(deadline=None, max_examples=100)
@given(st.lists(FACTS, max_size=60))
def test_a_decision_raises_only_refusals_leaves_the_state_alone_and_equals_a_fresh_fold(
    facts: list[tuple[date, str, int]],
):
    course = Told()
    for on, name, kind in facts:
        state, was = course.state, repr(course.state)
        try:
            course.do(fact(on, name, kind))
        except (Refused, Unknown):
            assert kind > 4, "a fact is never refused"
        assert repr(state) == was
    folded = None
    for event in course.events:
        folded = course.decider.evolve(folded, event)
    assert folded == course.state == course.decider.fold(None, course.events)
    assert course.state.completed == len({given.session.session_id for given in course.state.given})
    assert SPACE not in {given.session.session_id for given in course.state.given}
