"""Events of this service → its read models."""

from collections.abc import Iterator

from services.notify import visits
from services.notify.domain.events import (
    ChangeAnnulled,
    ChangeGathered,
    LetterOpened,
    ReminderPlanned,
)
from services.notify.domain.message import AttemptFailed, MessageDue, MessagePostponed, MessageWithdrawn, SendingStarted
from services.notify.domain.notes import NotePlanned
from shared.events.notify import MessageFailed, MessageSent, NoteDelivered
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_reminder_planned(recorded: Recorded) -> Iterator[Statement]:
    """A reminder, or one whose time or channel changed."""
    event: ReminderPlanned = recorded.event
    yield (
        (
            "insert into message (message_id, client_id, kind, channel, lead, due_at, status, appointment_id) "
            "values ($1, $2, 'reminder', $3, $4, $5, 'planned', $6) on conflict (message_id) do update "
            "set channel = excluded.channel, due_at = excluded.due_at, status = 'planned', error = null"
        ),
        (event.message_id, event.client_id, event.channel, event.lead, event.due_at, event.appointment_id),
    )


def on_letter_opened(recorded: Recorded) -> Iterator[Statement]:
    """A letter; its kind comes with its first change."""
    event: LetterOpened = recorded.event
    yield (
        (
            "insert into message (message_id, client_id, kind, channel, due_at, status) "
            "values ($1, $2, 'change', $3, $4, 'planned')"
        ),
        (event.message_id, event.client_id, event.channel, event.due_at),
    )


def on_change_gathered(recorded: Recorded) -> Iterator[Statement]:
    """What the letter is now, and the visit it speaks of."""
    event: ChangeGathered = recorded.event
    about = [] if event.change.starts_at is None else [event.change.about]
    yield (
        (
            "update message set kind = $2, appointment_ids = appointment_ids || "
            "array(select unnest($3::uuid[]) except select unnest(appointment_ids)) where message_id = $1"
        ),
        (event.message_id, event.kind, about),
    )


def on_change_annulled(recorded: Recorded) -> Iterator[Statement]:
    """What the letter is now, without the visit."""
    event: ChangeAnnulled = recorded.event
    yield (
        "update message set kind = $2, appointment_ids = array_remove(appointment_ids, $3) where message_id = $1",
        (event.message_id, event.kind, event.about),
    )


def on_note_planned(recorded: Recorded) -> Iterator[Statement]:
    """A note for a therapist, and which one is the visit's newest."""
    event: NotePlanned = recorded.event
    yield (
        (
            "insert into message (message_id, client_id, kind, channel, due_at, status, appointment_id, therapist_id, "
            "course_id) values ($1, $2, 'note', 'email', $3, 'planned', $4, $5, $6)"
        ),
        (
            event.message_id,
            event.client_id,
            event.due_at,
            event.appointment_id,
            event.therapist_id,
            event.course_id,
        ),
    )
    yield (
        (
            "insert into briefing (appointment_id, therapist_id, client_id, course_id, message_id) "
            "values ($1, $2, $3, $4, $5) on conflict (appointment_id, therapist_id) do update "
            "set message_id = excluded.message_id"
        ),
        (event.appointment_id, event.therapist_id, event.client_id, event.course_id, event.message_id),
    )


def on_message_due(recorded: Recorded) -> Iterator[Statement]:
    """A sender should take it up."""
    event: MessageDue = recorded.event
    yield "update message set status = 'due' where message_id = $1", (event.message_id,)


def on_sending_started(recorded: Recorded) -> Iterator[Statement]:
    """A sender did; `started_at` is what the rate is measured by."""
    event: SendingStarted = recorded.event
    yield (
        "update message set status = 'sending', started_at = $2 where message_id = $1",
        (event.message_id, event.started_at),
    )


def on_attempt_failed(recorded: Recorded) -> Iterator[Statement]:
    """To be tried again."""
    event: AttemptFailed = recorded.event
    yield (
        "update message set status = 'planned', due_at = $2, error = $3 where message_id = $1",
        (event.message_id, event.retry_at, event.error),
    )


def on_message_postponed(recorded: Recorded) -> Iterator[Statement]:
    """Put off."""
    event: MessagePostponed = recorded.event
    yield "update message set status = 'planned', due_at = $2 where message_id = $1", (event.message_id, event.due_at)


def on_message_withdrawn(recorded: Recorded) -> Iterator[Statement]:
    """Not sent after all."""
    event: MessageWithdrawn = recorded.event
    yield "update message set status = 'withdrawn', error = $2 where message_id = $1", (event.message_id, event.reason)


def on_message_failed(recorded: Recorded) -> Iterator[Statement]:
    """Given up; one that would have come too late was not tried."""
    event: MessageFailed = recorded.event
    status = "withdrawn" if event.error == "too_late" else "failed"
    yield "update message set status = $2, error = $3 where message_id = $1", (event.message_id, status, event.error)


def on_message_sent(recorded: Recorded) -> Iterator[Statement]:
    """The mail server took it; it spoke of these visits."""
    event: MessageSent = recorded.event
    yield (
        "update message set status = 'sent', sent_at = $2, error = null, appointment_ids = $3 where message_id = $1",
        (event.message_id, recorded.recorded_at, event.appointment_ids),
    )


def on_note_delivered(recorded: Recorded) -> Iterator[Statement]:
    """The therapist has the visit's newest note."""
    event: NoteDelivered = recorded.event
    visit = (event.appointment_id, event.therapist_id)
    yield (
        (
            "update message set status = 'sent', sent_at = $3, error = null, digest = $4 from briefing where "
            "(briefing.appointment_id, briefing.therapist_id) = ($1, $2) and message.message_id = briefing.message_id"
        ),
        (*visit, recorded.recorded_at, event.digest),
    )
    yield "update briefing set digest = $3 where appointment_id = $1 and therapist_id = $2", (*visit, event.digest)


PROJECTIONS: Projections = {
    **visits.PROJECTIONS,
    ReminderPlanned: on_reminder_planned,
    LetterOpened: on_letter_opened,
    ChangeGathered: on_change_gathered,
    ChangeAnnulled: on_change_annulled,
    NotePlanned: on_note_planned,
    MessageDue: on_message_due,
    SendingStarted: on_sending_started,
    AttemptFailed: on_attempt_failed,
    MessagePostponed: on_message_postponed,
    MessageWithdrawn: on_message_withdrawn,
    MessageFailed: on_message_failed,
    MessageSent: on_message_sent,
    NoteDelivered: on_note_delivered,
}
