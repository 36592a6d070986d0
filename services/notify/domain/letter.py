"""A letter: one message that gathers all the news of a while for one client (domain.md §3.8, rule 4)."""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.messages import Instant
from shared.vocabulary import MessageKind

OF_USE = timedelta(days=7)
"""News older than this is not worth another try at sending (policy)."""

What = Literal["booked", "moved", "cancelled", "break", "offered", "exercise"]
VISITS = ("booked", "moved", "cancelled")


class Change(Struct, frozen=True, kw_only=True):
    """One piece of news: of a visit (`about` its appointment), of a course (`about` the course), or an offer.

    A visit has `starts_at`, a moved one also the time the client knew, `was_at`. A break of `number` weeks ends on
    the day `on`; exercise may be done `number` times a week. A time that is `offered` is kept until `until`.
    """

    what: What
    about: UUID
    starts_at: Instant | None = None
    was_at: Instant | None = None
    on: date | None = None
    number: int | None = None
    until: Instant | None = None

    @property
    def of_visit(self) -> bool:
        """Whether it is about a visit that is agreed, or was."""
        return self.what in VISITS


Contents = dict[UUID, Change]
"""What a letter says, by what it is about."""


def merged(before: Change | None, news: Change) -> Change | None:
    """What a client who has heard of neither must be told of the two; nothing if they annul each other.

    Of a visit that was moved to its own time, only therapist or room are others: that is not annulled by more of it.
    """
    if before is None or before.what not in ("booked", "moved"):
        return news
    if news.what == "cancelled":
        return None if before.what == "booked" else Change(what="cancelled", about=news.about, starts_at=before.was_at)
    if before.was_at == news.starts_at != before.starts_at:
        return None
    return Change(what=before.what, about=news.about, starts_at=news.starts_at, was_at=before.was_at)


def with_change(contents: Contents, about: UUID, change: Change | None) -> Contents:
    """The letter with this piece of news put in, put right, or taken out."""
    rest = {key: kept for key, kept in contents.items() if key != about}
    return rest if change is None else {**rest, about: change}


def kind_of(contents: Contents) -> MessageKind:
    """One word for the letter: that of its visits if they agree, else `change`; without visits that of its news."""
    found = {change.what for change in contents.values()}
    visits = found & set(VISITS)
    if visits:
        return _OF_VISITS[next(iter(visits))] if len(visits) == 1 else "change"
    if "offered" in found:
        return "waitlist"
    return "break" if "break" in found else "exercise"


_OF_VISITS: dict[str, MessageKind] = {"booked": "booking", "moved": "change", "cancelled": "cancellation"}
