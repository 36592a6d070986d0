"""What comes in over HTTP: a client's wishes, and pages of lists."""

from typing import Annotated, get_args

from msgspec import Meta, Struct, field

from services.notify.domain.events import Channel
from shared.http.problems import Malformed
from shared.values import ClockTime, LanguageTag, LeadTime, Limit

MOST_LEADS = 5
MOST = 500

Wanted = Annotated[list[LeadTime], Meta(max_length=MOST_LEADS)]
FURTHEST = 2**31
"""No list is so long; a position beyond it is no cursor."""


class QuietBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quiet from … to …, on the clock of the client's zone; equal times mean never quiet."""

    begins: ClockTime = field(name="from")
    ends: ClockTime = field(name="to")


class PreferencesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client's wishes; what is absent is the practice's default. No channel means no messages."""

    channels: Annotated[list[Channel], Meta(max_length=len(get_args(Channel)))] | None = None
    lead_times: Wanted | None = None
    quiet: QuietBody | None = None
    language: LanguageTag | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.lead_times and len(set(self.lead_times)) < len(self.lead_times):
            raise Malformed("lead_times", "Name each lead time once.")
        if self.channels and len(set(self.channels)) < len(self.channels):
            raise Malformed("channels", "Name each channel once.")


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: Limit = 200
    cursor: Annotated[int, Meta(ge=0, le=FURTHEST)] = 0

    @property
    def size(self) -> int:
        """How many to give."""
        return min(self.limit, MOST)
