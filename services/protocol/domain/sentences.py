"""What a definition says in words, each sentence with its source."""

from typing import Literal

from msgspec import field

from services.protocol.domain.catalogue import Data, Held, Positive, Text
from shared.vocabulary import Region, SessionFlag

Moment = Literal["course_start", "phase_end", "quarter"]
"""The course's first session, the last of a series, one each quarter of maintenance."""


class Sourced(Data, frozen=True, kw_only=True):
    """A sentence and where it comes from, for the sessions from one to another: places in the protocol, from 1.

    If named, only while what a gate holds back is allowed (`needs`) or is not (`unless`), only right after a flag, or
    only at these moments of a course.
    """

    text: Text
    source: Text
    since: Positive = field(default=1, name="from")
    until: Positive | None = None
    needs: Held | None = None
    unless: Held | None = None
    after: SessionFlag | None = None
    at: tuple[Moment, ...] = ()


class FocusRegion(Data, frozen=True, kw_only=True):
    """A region to dwell on when nothing better is known, and why."""

    region: Region
    why: Text
    source: Text


class Gentler(Data, frozen=True, kw_only=True):
    """What the note does when the client was worse after the last session: fewer minutes a region, a longer opening."""

    after: SessionFlag
    text: Text
    source: Text
    region_minutes: Positive | None = None
