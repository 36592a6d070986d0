"""What comes in over HTTP: a client's wishes, and pages of lists."""

import re
from typing import Annotated

from msgspec import Meta, Struct, field

from services.notify.domain.events import Channel
from shared.http.problems import Malformed

LEAD = re.compile(r"P[1-9]\d{0,1}D|PT[1-9]\d{0,2}[HM]")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MOST_LEADS = 5
MOST = 500

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class QuietBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quiet from … to …, on the clock of the client's zone; equal times mean never quiet."""

    begins: Clock = field(name="from")
    ends: Clock = field(name="to")


class PreferencesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client's wishes; what is absent is the practice's default. No channel means no messages."""

    channels: list[Channel] | None = None
    lead_times: list[str] | None = None
    quiet: QuietBody | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for n, lead in enumerate(self.lead_times or []):
            if not LEAD.fullmatch(lead):
                raise Malformed(f"lead_times[{n}]", "A lead time is written like P2D (two days) or PT3H (three hours).")
        if self.lead_times and (len(set(self.lead_times)) < len(self.lead_times) or len(self.lead_times) > MOST_LEADS):
            raise Malformed("lead_times", f"Give up to {MOST_LEADS} different lead times.")
        if self.channels and len(set(self.channels)) < len(self.channels):
            raise Malformed("channels", "Name each channel once.")
        if self.language and not LANGUAGE.fullmatch(self.language):
            raise Malformed("language", "A language is written like en or en-US.")


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: Annotated[int, Meta(ge=1)] = 200
    cursor: Annotated[int, Meta(ge=0)] = 0

    @property
    def size(self) -> int:
        """How many to give."""
        return min(self.limit, MOST)
