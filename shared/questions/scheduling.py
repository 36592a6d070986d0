"""What `scheduling` is asked: the facts of appointments."""

from uuid import UUID

from msgspec import Struct

from shared.messages import Instant
from shared.questions.question import Question


class VisitFacts(Struct, frozen=True, kw_only=True):
    """An appointment in words a message needs. Staff names and work addresses may travel, clients' never."""

    appointment_id: UUID
    client_id: UUID
    starts_at: Instant
    ends_at: Instant
    status: str
    revision: int
    therapist_id: UUID
    therapist_name: str
    room_name: str
    course_id: UUID | None = None
    ordinal: int | None = None
    therapist_email: str | None = None


class AskVisits(Question, frozen=True, kw_only=True):
    """Facts of these appointments, in the order asked; unknown ones are left out."""

    to = "scheduling"
    answer = list[VisitFacts]
    appointment_ids: list[UUID]
