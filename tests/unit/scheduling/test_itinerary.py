"""One client's itinerary: agreed all or none, moved, taken back; what took place is never refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.attendance import CancelAppointment, MarkArrived, MarkMissed, Undo
from services.scheduling.domain.facts import ForgetClient, FulfilAppointment, WithdrawSession
from services.scheduling.domain.itinerary import decider
from services.scheduling.domain.placing import BookAppointments, Placement, Rearrange
from services.scheduling.domain.visits import ClientForgotten, CourseEntered, SessionNoted, SessionStruck
from shared.decider import Refusal, Unknown
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentFulfilled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentReinstated,
    ClientArrived,
)
from tests.spec import given

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 4, 15, 5, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
CLIENT, COURSE, THERAPIST, ROOM, SESSION = (UUID(int=n) for n in range(1, 6))
A, B, C, D = (UUID(int=n) for n in range(11, 15))
PLACE_ONLY = {"therapist_id": THERAPIST, "room_id": ROOM}
PLACE = {**PLACE_ONLY, "course_id": COURSE}


def times(day: int, hour: int = 15, minutes: int = 60) -> dict[str, datetime]:
    starts_at = datetime(2026, 3, day, hour, tzinfo=UTC)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=minutes)}


def placement(appointment: UUID, day: int, hour: int = 15, **more: object) -> Placement:
    return Placement(appointment_id=appointment, **(PLACE | times(day, hour) | more))


def booked(appointment: UUID, day: int, hour: int = 15, **more: object) -> AppointmentBooked:
    fields = PLACE | times(day, hour) | more
    return AppointmentBooked(client_id=CLIENT, appointment_id=appointment, **fields)


def book(*placements: Placement, version: int = 0, before: dict[UUID, int] | None = None) -> BookAppointments:
    return BookAppointments(
        client_id=CLIENT, now=NOW, version=version, placements=placements, sessions_before=before or {}
    )


def rearrange(version: int, **parts: object) -> Rearrange:
    return Rearrange(client_id=CLIENT, now=NOW, version=version, **parts)


def of(appointment: UUID) -> dict[str, UUID]:
    return {"client_id": CLIENT, "appointment_id": appointment, "course_id": COURSE}


def asked(appointment: UUID) -> dict[str, UUID]:
    return {"client_id": CLIENT, "appointment_id": appointment}


def missing(appointment: UUID, now: datetime = LATER, **more: object) -> MarkMissed:
    return MarkMissed(**asked(appointment), now=now, **more)


def here(appointment: UUID, now: datetime = LATER) -> MarkArrived:
    return MarkArrived(**asked(appointment), now=now, zone=ZONE)


def undo(appointment: UUID, now: datetime = LATER, **more: object) -> Undo:
    return Undo(**asked(appointment), now=now, **more)


def test_books_all_of_them_and_enters_the_course_once():
    entered = CourseEntered(client_id=CLIENT, course_id=COURSE, sessions_before=5)
    first = given(decider).when(book(placement(A, 4), placement(B, 6), before={COURSE: 5}))
    first.then(entered, booked(A, 4), booked(B, 6))
    second = given(decider, entered, booked(A, 4)).when(book(placement(B, 6), version=2, before={COURSE: 5}))
    second.then(booked(B, 6))


def test_refuses_every_item_that_cannot_be_and_books_none():
    not_then = Refusal(rule="break", detail="In the break.")
    refused = (
        given(decider)
        .when(book(placement(A, 1), placement(B, 4), placement(C, 5, against=not_then), placement(D, 4, 15)))
        .then_refused("in_the_past")
    )
    assert [(item.index, item.rule) for item in refused.items] == [
        (0, "in_the_past"),
        (2, "break"),
        (3, "client_taken"),
    ]


def test_a_client_is_in_one_place_at_a_time():
    elsewhere = {"course_id": None, "therapist_id": D}
    given(decider, booked(A, 4, 15)).when(book(placement(B, 4, 15, **elsewhere), version=1)).then_refused(
        "client_taken"
    )
    given(decider, booked(A, 4, 15)).when(book(placement(B, 4, 16, **elsewhere), version=1)).then(
        booked(B, 4, 16, **elsewhere)
    )


def test_a_partial_overlap_is_an_overlap():
    half_past = times(4) | {"starts_at": datetime(2026, 3, 4, 15, 30, tzinfo=UTC)}
    given(decider, booked(A, 4, 15)).when(
        book(placement(B, 4, **(half_past | {"ends_at": datetime(2026, 3, 4, 16, 30, tzinfo=UTC)})), version=1)
    ).then_refused("client_taken")


def test_what_others_hold_is_refused_last():
    taken = Refusal(rule="therapist_taken", detail="Taken.")
    given(decider).when(book(placement(A, 4, taken=taken))).then_refused("therapist_taken")


def test_refuses_what_was_judged_for_another_version():
    refused = given(decider, booked(A, 4)).when(book(placement(B, 9))).then_refused("stale_itinerary")
    assert str(refused).endswith("Look at them and try again.")


def test_moves_and_counts_the_moves():
    first = AppointmentMoved(
        **of(A), therapist_id=THERAPIST, room_id=ROOM, **times(5), previous_starts_at=times(4)["starts_at"], revision=1
    )
    moved = given(decider, booked(A, 4)).when(rearrange(1, moves=(placement(A, 5),)))
    moved.then(first)
    again = given(decider, booked(A, 4), first).when(rearrange(2, moves=(placement(A, 6),)))
    assert (again.events[0].revision, again.events[0].previous_starts_at) == (2, times(5)["starts_at"])


def test_an_appointment_does_not_stand_in_the_way_of_its_own_move():
    half_an_hour_later = {"starts_at": times(4)["starts_at"] + timedelta(minutes=30)}
    moved = given(decider, booked(A, 4)).when(rearrange(1, moves=(placement(A, 4, **half_an_hour_later),)))
    assert len(moved.events) == 1


def test_a_move_to_where_it_is_changes_nothing():
    given(decider, booked(A, 4)).when(rearrange(1, moves=(placement(A, 4),))).then_nothing()


def test_two_appointments_may_change_places():
    swapped = given(decider, booked(A, 4), booked(B, 6)).when(rearrange(2, moves=(placement(A, 6), placement(B, 4))))
    assert [event.starts_at.day for event in swapped.events] == [6, 4]


def test_a_lost_visit_is_replaced_in_one_step():
    cancel = CancelAppointment(**asked(A), reason="client_ill")
    done = given(decider, booked(A, 4), booked(B, 9)).when(
        rearrange(2, losses=(cancel,), moves=(placement(B, 6),), bookings=(placement(C, 9),))
    )
    assert [type(event) for event in done.events] == [AppointmentCancelled, AppointmentMoved, AppointmentBooked]


def test_nothing_of_a_rearrangement_happens_when_one_part_cannot():
    cancel = CancelAppointment(**asked(A), reason="client_ill")
    given(decider, booked(A, 4), booked(B, 9)).when(
        rearrange(2, losses=(cancel,), moves=(placement(B, 1),), bookings=(placement(C, 9),))
    ).then_refused("in_the_past")


def test_arrival_and_absence_can_be_taken_back():
    back = AppointmentReinstated(**of(A), therapist_id=THERAPIST, room_id=ROOM, **times(4))
    given(decider, booked(A, 4)).when(here(A), undo(A)).then(ClientArrived(**of(A)), back)
    missed = AppointmentMissed(**of(A), starts_at=times(4)["starts_at"])
    given(decider, booked(A, 4)).when(missing(A), undo(A)).then(missed, back)


def test_an_absence_is_not_taken_back_over_a_newer_visit():
    missed = AppointmentMissed(**of(A), starts_at=times(4)["starts_at"])
    given(decider, booked(A, 4), missed, booked(B, 4)).when(undo(A)).then_refused("client_taken")


def test_asked_twice_changes_nothing():
    cancel = CancelAppointment(**asked(A), reason="client_wish")
    for command in (cancel, missing(A), here(A)):
        assert len(given(decider, booked(A, 4)).when(command, command).events) == 1
    given(decider, booked(A, 4)).when(undo(A)).then_nothing()


@pytest.mark.parametrize("command", [here(A), missing(A)])
def test_a_cancelled_visit_is_neither_arrived_nor_missed(command):
    cancelled = AppointmentCancelled(**of(A), starts_at=times(4)["starts_at"], reason="client_wish")
    given(decider, booked(A, 4), cancelled).when(command).then_refused("not_booked")
    given(decider, booked(A, 4), cancelled).when(undo(A)).then_refused("nothing_to_undo")


def test_an_unknown_appointment_is_unknown():
    with pytest.raises(Unknown):
        given(decider).when(here(A))


def session(**more: object) -> FulfilAppointment:
    return FulfilAppointment(
        client_id=CLIENT, session_id=SESSION, started_at=times(4)["starts_at"], course_id=COURSE, **more
    )


def test_a_session_fulfils_its_appointment_whatever_was_thought_of_it():
    fulfilled = AppointmentFulfilled(**of(A), session_id=SESSION)
    given(decider, booked(A, 4)).when(session(appointment_id=A)).then(fulfilled)
    cancelled = AppointmentCancelled(**of(A), starts_at=times(4)["starts_at"], reason="client_wish")
    given(decider, booked(A, 4), cancelled).when(session(appointment_id=A)).then(fulfilled)
    given(decider, booked(A, 4), fulfilled).when(session(appointment_id=A)).then_nothing()


def test_a_session_without_appointment_takes_the_visit_of_its_day():
    found = given(decider, booked(A, 4), booked(B, 6)).when(session())
    found.then(AppointmentFulfilled(**of(A), session_id=SESSION))


def test_a_session_without_any_visit_is_noted_and_struck_again():
    noted = SessionNoted(client_id=CLIENT, session_id=SESSION, course_id=COURSE, started_at=times(4)["starts_at"])
    given(decider, booked(B, 6)).when(session()).then(noted)
    given(decider, noted).when(WithdrawSession(client_id=CLIENT, session_id=SESSION)).then(
        SessionStruck(client_id=CLIENT, session_id=SESSION)
    )


def test_a_withdrawn_session_leaves_the_appointment_as_it_was():
    fulfilled = AppointmentFulfilled(**of(A), session_id=SESSION)
    missed = AppointmentMissed(**of(A), starts_at=times(4)["starts_at"])
    withdraw = WithdrawSession(client_id=CLIENT, session_id=SESSION)
    back = given(decider, booked(A, 4), fulfilled).when(withdraw)
    assert back.state.appointments[A].status == "booked"
    given(decider, booked(A, 4), missed, fulfilled).when(withdraw).then(missed)
    given(decider, booked(A, 4)).when(withdraw).then_nothing()


def test_nothing_is_agreed_with_an_erased_client():
    gone = given(decider, booked(A, 4), booked(B, 6)).when(ForgetClient(client_id=CLIENT))
    assert [type(event) for event in gone.events] == [AppointmentCancelled, AppointmentCancelled, ClientForgotten]
    with pytest.raises(Unknown):
        given(decider, ClientForgotten(client_id=CLIENT)).when(book(placement(A, 4), version=1))


def test_nothing_is_opened_again_for_an_erased_client():
    fulfilled, gone = AppointmentFulfilled(**of(A), session_id=SESSION), ClientForgotten(client_id=CLIENT)
    withdraw = WithdrawSession(client_id=CLIENT, session_id=SESSION)
    given(decider, booked(A, 4), fulfilled, gone).when(withdraw, session(appointment_id=A)).then_nothing()


@pytest.mark.parametrize(
    ("reason", "hours", "late"),
    [("client_ill", 23, True), ("client_ill", 24, False), ("other", 1, True), ("therapist_ill", 1, False)],
)
def test_late_is_the_client_calling_off_at_short_notice(reason: str, hours: int, late: bool):
    now = times(4)["starts_at"] - timedelta(hours=hours)
    command = CancelAppointment(**asked(A), reason=reason, now=now, late_hours=24, late_uses_session=True)
    (event,) = given(decider, booked(A, 4)).when(command).events
    assert (event.late, event.uses_session) == (late, late)


def test_outside_a_course_nothing_is_used_up():
    alone = booked(A, 4, course_id=None)
    (event,) = given(decider, alone).when(missing(A, uses_session=True)).events
    assert event.uses_session is False


def test_an_absence_that_used_up_a_session_does_so_again_when_the_session_is_withdrawn():
    missed = AppointmentMissed(**of(A), starts_at=times(4)["starts_at"], uses_session=True)
    fulfilled = AppointmentFulfilled(**of(A), session_id=SESSION)
    withdrawn = WithdrawSession(client_id=CLIENT, session_id=SESSION)
    given(decider, booked(A, 4), missed, fulfilled).when(withdrawn).then(missed)


def test_several_visits_are_called_off_in_one_decision():
    losses = tuple(CancelAppointment(**asked(one), reason="client_away") for one in (A, B))
    events = given(decider, booked(A, 4), booked(B, 9)).when(rearrange(2, losses=losses)).events
    assert [event.appointment_id for event in events] == [A, B]


def test_nobody_is_missed_before_the_visit_begins_nor_here_before_its_day():
    begins, _ = times(4).values()
    given(decider, booked(A, 4)).when(missing(A, begins - timedelta(seconds=1))).then_refused("not_begun")
    assert given(decider, booked(A, 4)).when(missing(A, begins)).events
    midnight = datetime(2026, 3, 4, 5, tzinfo=UTC)  # of the practice's zone
    given(decider, booked(A, 4)).when(here(A, midnight - timedelta(seconds=1))).then_refused("not_today")
    assert given(decider, booked(A, 4)).when(here(A, midnight)).events


def replaced() -> tuple[Any, ...]:
    """A was missed: B took its place and C was added at the end."""
    parts = {"losses": (missing(A),), "moves": (placement(B, 6),), "bookings": (placement(C, 9),)}
    before = booked(A, 4), booked(B, 9, hour=16)
    return (*before, *given(decider, *before).when(rearrange(2, **parts)).events)


def test_taking_an_absence_back_takes_back_what_came_of_it():
    back, moved, gone = given(decider, *replaced()).when(undo(A)).events
    assert (back.appointment_id, type(back)) == (A, AppointmentReinstated)
    assert (moved.appointment_id, moved.starts_at, moved.revision) == (B, times(9, 16)["starts_at"], 2)
    assert (gone.appointment_id, gone.reason) == (C, "entered_in_error")
    given(decider, *replaced()).when(undo(A), undo(A)).then(back, moved, gone)


def test_what_was_changed_again_or_lost_its_time_stays_when_an_absence_is_taken_back():
    elsewhere = AppointmentMoved(
        **of(B), **PLACE_ONLY, **times(7), previous_starts_at=times(6)["starts_at"], revision=2
    )
    cancelled = AppointmentCancelled(**of(C), starts_at=times(9)["starts_at"], reason="client_wish")
    done = given(decider, *replaced(), elsewhere, cancelled).when(undo(A))
    assert [type(event) for event in done.events] == [AppointmentReinstated]
    kept = given(decider, *replaced()).when(undo(A, keep=frozenset({B})))
    assert [event.appointment_id for event in kept.events] == [A, C]


def test_what_is_over_stays_when_an_absence_is_taken_back():
    done = given(decider, *replaced()).when(undo(A, times(20)["starts_at"]))
    assert [type(event) for event in done.events] == [AppointmentReinstated]
