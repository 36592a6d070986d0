"""What notify makes of the news of the others. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notify.domain import notes, state
from services.notify.domain.briefing import DropNote, PlanNote, RenewNote
from services.notify.domain.correspondence import DropVisit, ForgetClient, NoteVisit
from services.notify.domain.letter import Change
from services.notify.domain.telling import Tell, Untell
from shared.bus.hearing import React, Reactions
from shared.events.protocol import BreakStarted, ExerciseMilestone, NotePrepared
from shared.events.records import ClientErased
from shared.events.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    OfferAccepted,
    OfferDeclined,
    OfferEnded,
    OfferLapsed,
    SlotOffered,
)
from shared.messages import Command, Recorded

Found = Sequence[Mapping[str, Any]]
Commands = Iterator[tuple[str, Command]]
Query = tuple[str, tuple[object, ...]]


def on_appointment_booked(heard: Recorded, _: Found) -> Commands:
    """The client is told and will be reminded; the therapist will get the note."""
    event: AppointmentBooked = heard.event
    yield (
        state.stream(event.client_id),
        NoteVisit(
            client_id=event.client_id,
            appointment_id=event.appointment_id,
            revision=0,
            starts_at=event.starts_at,
            made_at=heard.recorded_at,
            change_id=heard.event_id,
        ),
    )
    yield from _plan_note(heard)


def on_appointment_moved(heard: Recorded, found: Found) -> Commands:
    """The same anew for the new time; a therapist who is not to give the visit any more needs no note."""
    event: AppointmentMoved = heard.event
    yield (
        state.stream(event.client_id),
        NoteVisit(
            client_id=event.client_id,
            appointment_id=event.appointment_id,
            revision=event.revision,
            starts_at=event.starts_at,
            made_at=heard.recorded_at,
            change_id=heard.event_id,
            was_at=event.previous_starts_at,
        ),
    )
    yield from _drop_notes([row for row in found if row["therapist_id"] != event.therapist_id], "moved")
    yield from _plan_note(heard)


def on_appointment_cancelled(heard: Recorded, found: Found) -> Commands:
    """The client is told and not reminded, the therapist gets no note."""
    event: AppointmentCancelled = heard.event
    yield (
        state.stream(event.client_id),
        DropVisit(
            client_id=event.client_id,
            appointment_id=event.appointment_id,
            starts_at=event.starts_at,
            at=heard.recorded_at,
            change_id=heard.event_id,
        ),
    )
    yield from _drop_notes(found, "cancelled")


def on_break_started(heard: Recorded, _: Found) -> Commands:
    """The client hears that the body rests now, and until when."""
    event: BreakStarted = heard.event
    news = Change(what="break", about=event.course_id, on=event.first_day, number=event.weeks)
    yield _tell(heard, news)


def on_exercise_milestone(heard: Recorded, _: Found) -> Commands:
    """The client hears that exercise may begin; the other milestones are for the pages."""
    event: ExerciseMilestone = heard.event
    if event.kind == "cleared":
        yield _tell(heard, Change(what="exercise", about=heard.event_id, number=event.per_week))


def on_slot_offered(heard: Recorded, _: Found) -> Commands:
    """Who waits hears of the time that is kept for them."""
    event: SlotOffered = heard.event
    news = Change(what="offered", about=event.offer_id, starts_at=event.starts_at, until=event.until)
    yield _tell(heard, news)


def on_offer_ended(heard: Recorded, _: Found) -> Commands:
    """A client who has not heard of it yet need not."""
    event: OfferEnded = heard.event
    yield state.stream(event.client_id), Untell(client_id=event.client_id, about=event.offer_id)


def on_note_prepared(heard: Recorded, found: Found) -> Commands:
    """Therapists who had the note of a coming visit of the course get the new one."""
    event: NotePrepared = heard.event
    for row in found:
        renew = RenewNote(
            therapist_id=row["therapist_id"],
            appointment_id=row["appointment_id"],
            digest=event.digest,
            at=event.prepared_at,
        )
        yield notes.stream(row["therapist_id"]), renew


def on_client_erased(heard: Recorded, found: Found) -> Commands:
    """Nobody is told anything of or to the client any more."""
    event: ClientErased = heard.event
    yield state.stream(event.client_id), ForgetClient(client_id=event.client_id)
    yield from _drop_notes(found, "erased")


def note_of_visit(heard: Recorded) -> Query:
    """Whose note the visit is."""
    return "select therapist_id, appointment_id from briefing where appointment_id = $1", (heard.event.appointment_id,)


def notes_delivered(heard: Recorded) -> Query:
    """Notes of the course that therapists have."""
    sql = "select therapist_id, appointment_id from briefing where course_id = $1 and digest is not null"
    return sql, (heard.event.course_id,)


def notes_of_client(heard: Recorded) -> Query:
    """Notes about the client."""
    return "select therapist_id, appointment_id from briefing where client_id = $1", (heard.event.client_id,)


def _plan_note(heard: Recorded) -> Commands:
    event: AppointmentBooked | AppointmentMoved = heard.event
    if event.course_id is None:
        return
    plan = PlanNote(
        therapist_id=event.therapist_id,
        client_id=event.client_id,
        appointment_id=event.appointment_id,
        course_id=event.course_id,
        starts_at=event.starts_at,
        made_at=heard.recorded_at,
    )
    yield notes.stream(event.therapist_id), plan


def _drop_notes(found: Found, reason: str) -> Commands:
    for row in found:
        yield notes.stream(row["therapist_id"]), DropNote(appointment_id=row["appointment_id"], reason=reason)


def _tell(heard: Recorded, news: Change) -> tuple[str, Command]:
    tell = Tell(client_id=heard.event.client_id, change=news, at=heard.recorded_at, change_id=heard.event_id)
    return state.stream(heard.event.client_id), tell


REACTIONS: Reactions = {
    AppointmentBooked: React(on_appointment_booked),
    AppointmentMoved: React(on_appointment_moved, find=note_of_visit),
    AppointmentCancelled: React(on_appointment_cancelled, find=note_of_visit),
    BreakStarted: React(on_break_started),
    ExerciseMilestone: React(on_exercise_milestone),
    SlotOffered: React(on_slot_offered),
    OfferAccepted: React(on_offer_ended),
    OfferDeclined: React(on_offer_ended),
    OfferLapsed: React(on_offer_ended),
    NotePrepared: React(on_note_prepared, find=notes_delivered),
    ClientErased: React(on_client_erased, find=notes_of_client),
}
