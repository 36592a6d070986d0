"""What one client is told: planned once, re-armed by a move, withdrawn by a cancellation, gathered into letters."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notify.domain.correspondence import (
    DropVisit,
    ForgetClient,
    NoteVisit,
    RecordSent,
    SetPreferences,
    decider,
)
from services.notify.domain.delivery import FallDue, Postpone, ReportFailure, StartSending, Withdraw
from services.notify.domain.due import Policy
from services.notify.domain.events import ReminderPlanned
from services.notify.domain.letter import Change
from services.notify.domain.message import AttemptFailed, MessageDue, MessageWithdrawn, SendingStarted
from services.notify.domain.planning import PlanReminders
from services.notify.domain.state import Correspondence, letter_id, reminder_id
from services.notify.domain.telling import Tell
from shared.events.notify import MessageFailed, MessageSent
from tests.spec import Then, given

DECIDER = decider(Policy(zone="America/New_York"))
CLIENT = UUID(int=1)
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
VISIT = datetime(2026, 3, 18, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def visit_id(n: int) -> UUID:
    return UUID(int=100 + n)


def booked(n: int = 0, *, at: datetime = NOON, starts_at: datetime = VISIT) -> NoteVisit:
    change = UUID(int=1000 + n)
    return NoteVisit(
        client_id=CLIENT, appointment_id=visit_id(n), revision=0, starts_at=starts_at, made_at=at, change_id=change
    )


def moved(n: int = 0, *, to: datetime, at: datetime = NOON, was: datetime = VISIT, revision: int = 1) -> NoteVisit:
    change = UUID(int=2000 + 10 * n + revision)
    return NoteVisit(
        client_id=CLIENT,
        appointment_id=visit_id(n),
        revision=revision,
        starts_at=to,
        made_at=at,
        change_id=change,
        was_at=was,
    )


def cancelled(n: int = 0, *, at: datetime = NOON, starts_at: datetime = VISIT) -> DropVisit:
    change = UUID(int=3000 + n)
    return DropVisit(client_id=CLIENT, appointment_id=visit_id(n), starts_at=starts_at, at=at, change_id=change)


def planned(now: datetime = NOON) -> PlanReminders:
    return PlanReminders(client_id=CLIENT, zone="America/New_York", now=now)


def reminders(done: Then) -> dict[tuple[int, str], str]:
    found = [message for message in done.state.messages.values() if message.lead]
    return {(message.revision, message.lead): message.status for message in found}


def letters(state: Correspondence) -> list[str]:
    return [f"{message.kind} {message.status}" for message in state.messages.values() if not message.lead]


def sent(message_id: UUID, now: datetime, *, seen: dict[UUID, Change] | None = None) -> list[object]:
    start = StartSending(message_id=message_id, now=now, seen=seen)
    return [FallDue(now=now), start, RecordSent(message_id=message_id, appointment_ids=(visit_id(0),))]


LETTER = letter_id(UUID(int=1000))
BOOKING = {visit_id(0): Change(what="booked", about=visit_id(0), starts_at=VISIT)}
P2D = reminder_id(visit_id(0), 0, "P2D")


def test_a_visit_gets_one_reminder_for_each_lead_time():
    done = given(DECIDER).when(booked(), planned())
    due = {event.lead: event.due_at for event in done.events if isinstance(event, ReminderPlanned)}
    assert due == {"P2D": VISIT - timedelta(days=2), "PT3H": VISIT - timedelta(hours=3)}


def test_a_visit_heard_of_twice_is_planned_once():
    given(DECIDER, *given(DECIDER).when(booked(), planned()).events).when(booked(), planned()).then_nothing()


def test_the_alarm_is_set_for_what_is_due_first():
    done = given(DECIDER).when(booked(), planned())
    assert done.state.alarm == NOON + 3 * MINUTE
    after = given(DECIDER, *done.events).when(*sent(LETTER, NOON + 3 * MINUTE, seen=BOOKING))
    assert after.state.alarm == VISIT - timedelta(days=2)


def test_a_lead_time_already_past_gives_no_reminder():
    late = VISIT - timedelta(days=1)
    done = given(DECIDER).when(booked(at=late), planned(late))
    assert reminders(done) == {(0, "PT3H"): "planned"}


def test_a_reminder_due_before_the_zone_was_known_is_sent_late_not_dropped():
    done = given(DECIDER).when(booked(), planned(VISIT - timedelta(days=1)))
    assert reminders(done) == {(0, "P2D"): "planned", (0, "PT3H"): "planned"}
    assert done.state.alarm == NOON + 3 * MINUTE


def test_quiet_hours_that_leave_no_moment_tell_the_front_desk():
    evening, morning = datetime(2026, 3, 18, 2, tzinfo=UTC), datetime(2026, 3, 18, 12, tzinfo=UTC)
    done = given(DECIDER).when(booked(at=evening, starts_at=morning), planned(evening))
    assert [event.error for event in done.events if isinstance(event, MessageFailed)] == ["too_late"]
    assert reminders(done) == {(0, "PT3H"): "withdrawn"}


def test_a_move_withdraws_the_reminders_and_plans_them_anew():
    later = VISIT + timedelta(days=1)
    done = given(DECIDER).when(booked(), planned(), moved(to=later), planned())
    assert reminders(done) == {
        (0, "P2D"): "withdrawn",
        (0, "PT3H"): "withdrawn",
        (1, "P2D"): "planned",
        (1, "PT3H"): "planned",
    }


def test_a_move_after_the_first_reminder_arms_it_again():
    now = VISIT - timedelta(days=2)
    past = given(DECIDER).when(booked(), planned(), *sent(P2D, now)).events
    done = given(DECIDER, *past).when(moved(to=VISIT + timedelta(days=7), at=now), planned(now))
    assert reminders(done)[0, "P2D"] == "sent"
    assert reminders(done)[1, "P2D"] == "planned"


def test_a_cancellation_withdraws_the_reminders():
    done = given(DECIDER).when(booked(), planned(), cancelled())
    assert set(reminders(done).values()) == {"withdrawn"}
    assert done.state.alarm is None


def test_a_cancelled_visit_is_not_noted_again():
    past = given(DECIDER).when(booked(), cancelled()).events
    given(DECIDER, *past).when(booked(), moved(to=VISIT + MINUTE), cancelled()).then_nothing()


def test_a_whole_course_is_one_letter():
    commands = [booked(n, starts_at=VISIT + timedelta(days=n)) for n in range(30)]
    done = given(DECIDER).when(*commands)
    assert letters(done.state) == ["booking planned"]
    assert len(done.state.contents[LETTER]) == 30


def test_a_booking_and_its_cancellation_annul_each_other():
    done = given(DECIDER).when(booked(), cancelled(at=NOON + 2 * MINUTE))
    assert letters(done.state) == ["booking withdrawn"]


def test_one_booking_of_two_taken_back_leaves_the_other_in_the_letter():
    done = given(DECIDER).when(booked(0), booked(1), cancelled(0))
    assert letters(done.state) == ["booking planned"]
    assert list(done.state.contents[LETTER]) == [visit_id(1)]


def test_a_visit_moved_there_and_back_is_not_news():
    past = given(DECIDER).when(booked(), *sent(LETTER, NOON + 3 * MINUTE, seen=BOOKING)).events
    at, there = NOON + 90 * MINUTE, VISIT + 60 * MINUTE
    back = moved(to=VISIT, was=there, at=at, revision=2)
    done = given(DECIDER, *past).when(moved(to=there, at=at), back)
    assert letters(done.state) == ["booking sent", "change withdrawn"]


def test_a_booking_moved_before_it_was_told_is_a_booking():
    done = given(DECIDER).when(booked(), moved(to=VISIT + MINUTE))
    assert letters(done.state) == ["booking planned"]


def test_a_move_and_a_cancellation_are_a_cancellation_of_the_time_the_client_knew():
    past = given(DECIDER).when(booked(), *sent(LETTER, NOON + 3 * MINUTE, seen=BOOKING)).events
    there = VISIT + 60 * MINUTE
    done = given(DECIDER, *past).when(moved(to=there), cancelled(starts_at=there))
    [contents] = [said for key, said in done.state.contents.items() if key != LETTER]
    assert contents[visit_id(0)] == Change(what="cancelled", about=visit_id(0), starts_at=VISIT)


def test_the_next_letter_waits_an_hour_after_the_last():
    past = given(DECIDER).when(booked(), *sent(LETTER, NOON + 3 * MINUTE, seen=BOOKING)).events
    done = given(DECIDER, *past).when(cancelled(at=NOON + 10 * MINUTE))
    assert done.state.alarm == NOON + 63 * MINUTE


def test_a_letter_that_says_more_than_the_sender_read_is_read_again():
    past = given(DECIDER).when(booked(0), FallDue(now=NOON + 3 * MINUTE), booked(1)).events
    given(DECIDER, *past).when(StartSending(message_id=LETTER, now=NOON + 3 * MINUTE, seen=BOOKING)).then_nothing()


def test_news_of_a_course_is_told_in_a_letter():
    rest = Change(what="break", about=UUID(int=7), number=2, on=VISIT.date())
    done = given(DECIDER).when(Tell(client_id=CLIENT, change=rest, at=NOON, change_id=UUID(int=9)))
    assert letters(done.state) == ["break planned"]


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


def test_an_erased_client_is_told_nothing_any_more():
    done = given(DECIDER).when(booked(), planned(), ForgetClient(client_id=CLIENT), booked(1), cancelled(0))
    assert {message.status for message in done.state.messages.values()} == {"withdrawn"}
    assert done.state.alarm is None


def test_new_wishes_plan_the_reminders_anew():
    wish = SetPreferences(client_id=CLIENT, now=NOON, lead_times=["P1D"])
    done = given(DECIDER).when(booked(), planned(), wish, planned())
    assert reminders(done) == {(0, "P2D"): "withdrawn", (0, "PT3H"): "withdrawn", (0, "P1D"): "planned"}


def test_the_same_wishes_twice_change_nothing():
    wish = SetPreferences(client_id=CLIENT, now=NOON, quiet_from="20:00", quiet_to="09:00")
    later = SetPreferences(client_id=CLIENT, now=NOON + MINUTE, quiet_from="20:00", quiet_to="09:00")
    given(DECIDER, *given(DECIDER).when(wish).events).when(later).then_nothing()


def test_without_a_channel_nothing_is_planned():
    done = given(DECIDER).when(SetPreferences(client_id=CLIENT, now=NOON, channels=[]), booked(), planned())
    assert not done.state.messages


def test_a_message_is_due_once_its_time_has_come():
    done = given(DECIDER).when(booked(), planned(), FallDue(now=VISIT - timedelta(days=2) - MINUTE))
    assert [event.message_id for event in done.events if isinstance(event, MessageDue)] == [LETTER]


def test_sending_is_published_with_its_visits():
    done = given(DECIDER).when(booked(), planned(), *sent(P2D, VISIT - timedelta(days=2)))
    published = [event for event in done.events if isinstance(event, MessageSent)]
    assert [(event.kind, event.channel, event.appointment_ids) for event in published] == [
        ("reminder", "email", [visit_id(0)])
    ]
