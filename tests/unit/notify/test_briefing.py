"""When a therapist gets a note: planned once, planned anew by a move, renewed by a change that matters."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notify.domain.briefing import DropNote, PlanNote, RecordDelivered, RenewNote, decider, note_id
from services.notify.domain.delivery import FallDue, StartSending
from services.notify.domain.due import Policy
from services.notify.domain.message import MessageWithdrawn
from services.notify.domain.notes import NotePlanned
from shared.events.notify import NoteDelivered
from tests.spec import given

DECIDER = decider(Policy(zone="America/New_York"))
THERAPIST, CLIENT, VISIT, COURSE = (UUID(int=n) for n in (1, 2, 3, 4))
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
STARTS = datetime(2026, 3, 18, 17, tzinfo=UTC)
EVENING = datetime(2026, 3, 17, 22, tzinfo=UTC)


def plan(starts_at: datetime = STARTS, made_at: datetime = NOON) -> PlanNote:
    return PlanNote(
        therapist_id=THERAPIST,
        client_id=CLIENT,
        appointment_id=VISIT,
        course_id=COURSE,
        starts_at=starts_at,
        made_at=made_at,
    )


def delivered(digest: str, number: int = 1, now: datetime = EVENING) -> list[object]:
    message_id = note_id(VISIT, THERAPIST, number)
    done = RecordDelivered(therapist_id=THERAPIST, message_id=message_id, digest=digest)
    return [FallDue(now=now), StartSending(message_id=message_id, now=now), done]


def renew(digest: str, at: datetime) -> RenewNote:
    return RenewNote(therapist_id=THERAPIST, appointment_id=VISIT, digest=digest, at=at)


def test_is_planned_for_the_evening_before_and_once():
    past = given(DECIDER).when(plan()).events
    assert [event.due_at for event in past if isinstance(event, NotePlanned)] == [EVENING]
    given(DECIDER, *past).when(plan()).then_nothing()


def test_is_delivered_once():
    past = given(DECIDER).when(plan(), *delivered("d1")).events
    assert [event.digest for event in past if isinstance(event, NoteDelivered)] == ["d1"]
    given(DECIDER, *past).when(*delivered("d1")).then_nothing()


def test_a_moved_visit_gets_a_note_anew():
    done = given(DECIDER).when(plan(), plan(STARTS + timedelta(days=2)))
    assert [type(event) for event in done.events if isinstance(event, MessageWithdrawn)] == [MessageWithdrawn]
    assert done.state.alarm == EVENING + timedelta(days=2)


def test_a_visit_called_off_gets_none():
    done = given(DECIDER).when(plan(), DropNote(appointment_id=VISIT, reason="cancelled"))
    assert done.state.alarm is None


def test_a_change_after_delivery_and_before_the_visit_is_delivered_again():
    past = given(DECIDER).when(plan(), *delivered("d1")).events
    later = EVENING + timedelta(hours=1)
    done = given(DECIDER, *past).when(renew("d2", later), *delivered("d2", 2, later))
    assert [event.digest for event in done.events if isinstance(event, NoteDelivered)] == ["d2"]


def test_nothing_new_is_not_delivered_again():
    past = given(DECIDER).when(plan(), *delivered("d1")).events
    given(DECIDER, *past).when(renew("d1", EVENING)).then_nothing()


def test_a_change_before_delivery_or_after_the_visit_began_needs_no_second_note():
    given(DECIDER, *given(DECIDER).when(plan()).events).when(renew("d2", NOON)).then_nothing()
    past = given(DECIDER).when(plan(), *delivered("d1")).events
    given(DECIDER, *past).when(renew("d2", STARTS)).then_nothing()


def test_a_note_taken_off_a_therapist_and_given_back_is_planned_again():
    drop = DropNote(appointment_id=VISIT, reason="moved")
    done = given(DECIDER).when(plan(), drop, plan())
    assert done.state.alarm == EVENING
