"""A message on its way: claimed once, tried again, given up, never out more than twice."""

from datetime import timedelta

from services.notify.domain.correspondence import (
    RecordSent,
)
from services.notify.domain.delivery import FallDue, Postpone, ReportFailure, StartSending, Withdraw
from services.notify.domain.message import AttemptFailed, MessageWithdrawn, SendingStarted
from services.notify.domain.state import reminder_id
from shared.events.notify import MessageFailed
from tests.spec import Then, given
from tests.unit.notify.telling import CLIENT, DECIDER, LETTER, MINUTE, P2D, VISIT, booked, planned, sent, visit_id


def test_a_message_is_claimed_once():
    past = given(DECIDER).when(booked(), planned(), FallDue(now=VISIT - timedelta(days=2))).events
    start = StartSending(message_id=P2D, now=VISIT - timedelta(days=2))
    claimed = given(DECIDER, *past).when(start)
    assert isinstance(claimed.events[0], SendingStarted)
    given(DECIDER, *past, *claimed.events).when(start).then_nothing()


def test_a_message_sent_is_sent_once():
    past = given(DECIDER).when(booked(), planned(), *sent(P2D, VISIT - timedelta(days=2))).events
    again = [FallDue(now=VISIT - timedelta(days=2)), planned(), RecordSent(message_id=P2D, appointment_ids=())]
    given(DECIDER, *past).when(*again).then_nothing()


def failing(error: str, outcome: str, times: int) -> Then:
    now, commands = VISIT - timedelta(hours=3), []
    reminder = reminder_id(visit_id(0), 0, "PT3H")
    commands = [booked(), planned(), Withdraw(message_ids=(P2D, LETTER), reason="erased")]
    for pause in (0, 1, 5, 15, 60, 60)[:times]:
        now += pause * MINUTE
        commands += [FallDue(now=now), StartSending(message_id=reminder, now=now)]
        commands.append(ReportFailure(message_id=reminder, error=error, outcome=outcome, now=now))
    return given(DECIDER).when(*commands)


def test_a_temporary_error_is_tried_again_after_1_5_15_and_60_minutes_until_useless():
    done = failing("smtp_451", "later", 5)
    start = VISIT - timedelta(hours=3)
    pauses = [(event.retry_at - start) / MINUTE for event in done.events if isinstance(event, AttemptFailed)]
    assert pauses == [1, 6, 21, 81]
    assert [event.error for event in done.events if isinstance(event, MessageFailed)] == ["smtp_451"]


def test_a_refusal_ends_it():
    done = failing("smtp_550", "refused", 1)
    assert [event.error for event in done.events if isinstance(event, MessageFailed)] == ["smtp_550"]


def test_a_message_that_may_have_arrived_is_sent_once_more_at_most():
    done = failing("no_answer", "unknown", 2)
    assert [event.error for event in done.events if isinstance(event, MessageFailed)] == ["maybe_sent"]


def test_a_claim_nobody_reports_back_on_lapses():
    now = VISIT - timedelta(days=2)
    past = given(DECIDER).when(booked(), planned(), FallDue(now=now), StartSending(message_id=P2D, now=now)).events
    done = given(DECIDER, *past).when(FallDue(now=now + 5 * MINUTE))
    assert [event.unknown for event in done.events if isinstance(event, AttemptFailed)] == [True]


def test_a_message_put_off_is_due_later():
    now = VISIT - timedelta(days=2)
    commands = [booked(), planned(), FallDue(now=now), Postpone(message_id=P2D, until=now + 30 * MINUTE)]
    assert given(DECIDER).when(*commands).state.messages[P2D].due_at == now + 30 * MINUTE


def test_what_is_covered_by_another_is_withdrawn_with_the_claim():
    other, now = reminder_id(visit_id(0), 0, "PT3H"), VISIT - timedelta(hours=2)
    past = given(DECIDER).when(booked(), planned(), FallDue(now=now)).events
    done = given(DECIDER, *past).when(StartSending(message_id=P2D, now=now, covers=(other,)))
    assert MessageWithdrawn(client_id=CLIENT, message_id=other, reason="covered") in done.events
    assert done.state.messages[P2D].covers == (visit_id(0),)
