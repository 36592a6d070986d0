"""What one client is told: planned once, re-armed by a move, withdrawn by a cancellation, gathered into letters."""

from datetime import UTC, datetime, timedelta

from services.notify.domain.correspondence import (
    ForgetClient,
    SetPreferences,
)
from services.notify.domain.delivery import FallDue
from services.notify.domain.events import ReminderPlanned
from services.notify.domain.message import MessageDue
from shared.events.notify import MessageFailed, MessageSent
from tests.spec import given
from tests.unit.notify.telling import (
    BOOKING,
    CLIENT,
    DECIDER,
    LETTER,
    MINUTE,
    NOON,
    P2D,
    VISIT,
    booked,
    cancelled,
    moved,
    planned,
    reminders,
    sent,
    visit_id,
)


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
