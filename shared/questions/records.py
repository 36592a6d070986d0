"""What `records` is asked: who a client is, what the last screening found."""

from uuid import UUID

from msgspec import Struct

from shared.messages import Instant
from shared.questions.question import Question
from shared.vocabulary import TenderPoint


class Contact(Struct, frozen=True, kw_only=True):
    """How to reach a client; `timezone` is an IANA name or absent (then the practice's zone counts)."""

    name: str
    email: str | None = None
    phone: str | None = None
    timezone: str | None = None
    language: str = "en"
    consents: dict[str, bool] = {}


class AskContact(Question, frozen=True, kw_only=True):
    """Who is this client? Absent when unknown or erased."""

    to = "records"
    answer = Contact | None
    client_id: UUID


class Screened(Struct, frozen=True, kw_only=True):
    """What the client's last screening found, and when."""

    at: Instant
    tender_points: list[TenderPoint]


class AskScreening(Question, frozen=True, kw_only=True):
    """Which tender points did the client's last screening find? Absent when there was none."""

    to = "records"
    answer = Screened | None
    client_id: UUID
