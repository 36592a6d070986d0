"""News gathered into letters: one for a while, worded by what the client does not know yet."""

from datetime import timedelta
from uuid import UUID

from services.notify.domain.delivery import FallDue, StartSending
from services.notify.domain.letter import Change
from services.notify.domain.telling import Tell, Untell
from tests.spec import given
from tests.unit.notify.telling import (
    BOOKING,
    CLIENT,
    DECIDER,
    LETTER,
    MINUTE,
    NOON,
    VISIT,
    booked,
    cancelled,
    letters,
    moved,
    sent,
    visit_id,
)


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


OFFERED = Change(what="offered", about=UUID(int=8), starts_at=VISIT, until=NOON + 120 * MINUTE)
OFFER = Tell(client_id=CLIENT, change=OFFERED, at=NOON, change_id=UUID(int=1000))


def test_an_offered_time_is_told_in_a_letter_of_its_own_kind():
    assert letters(given(DECIDER).when(OFFER).state) == ["waitlist planned"]


def test_an_offer_that_ended_before_it_was_told_is_not_told():
    ended = Untell(client_id=CLIENT, about=OFFERED.about)
    assert letters(given(DECIDER).when(OFFER, ended, ended).state) == ["waitlist withdrawn"]
    accepted = given(DECIDER).when(OFFER, ended, booked(1))
    assert letters(accepted.state) == ["waitlist withdrawn", "booking planned"]
    assert letters(given(DECIDER).when(OFFER, booked(), ended).state) == ["booking planned"]


def test_an_offer_that_was_told_is_not_taken_back():
    past = given(DECIDER).when(OFFER, *sent(LETTER, NOON + 3 * MINUTE, seen={OFFERED.about: OFFERED})).events
    given(DECIDER, *past).when(Untell(client_id=CLIENT, about=OFFERED.about)).then_nothing()
    given(DECIDER).when(Untell(client_id=CLIENT, about=OFFERED.about)).then_nothing()
