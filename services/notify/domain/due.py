"""When a message is due: lead times, quiet hours, the evening before a visit (domain.md §3.8)."""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.clock import at, before, day_of, parse_time


class Policy(Struct, frozen=True, kw_only=True):
    """The practice's settings for messages; `zone` is the practice's, times are wall-clock `HH:MM`."""

    zone: str
    lead_times: tuple[str, ...] = ("P2D", "PT3H")
    quiet_from: str = "21:00"
    quiet_to: str = "08:00"
    useful: timedelta = timedelta(minutes=60)
    merge: timedelta = timedelta(minutes=60)
    undo: timedelta = timedelta(minutes=3)
    note_at: str = "18:00"

    @property
    def tz(self) -> ZoneInfo:
        """The practice's zone."""
        return ZoneInfo(self.zone)


class Quiet(Struct, frozen=True, kw_only=True):
    """Hours in which a client wants no message, `[begins, ends)` on the clock of the client's own zone."""

    begins: time
    ends: time
    zone: ZoneInfo


def quiet(begins: str, ends: str, zone: str) -> Quiet:
    """Quiet hours from their text form."""
    return Quiet(begins=parse_time(begins), ends=parse_time(ends), zone=ZoneInfo(zone))


def quiet_span(instant: datetime, hours: Quiet) -> tuple[datetime, datetime] | None:
    """The stretch of quiet `[from, to)` that holds this instant, if one does. Equal times mean never quiet."""
    if hours.begins == hours.ends:
        return None
    today = day_of(instant, hours.zone)
    for day in (today - timedelta(days=1), today):
        last_day = day if hours.begins < hours.ends else day + timedelta(days=1)
        begins, ends = at(day, hours.begins, hours.zone), at(last_day, hours.ends, hours.zone)
        if begins <= instant < ends:
            return begins, ends
    return None


def reminder_at(
    starts_at: datetime, lead: str, made_at: datetime, hours: Quiet, policy: Policy
) -> datetime | Literal["not_made", "too_late"]:
    """When the reminder of a visit is due (domain.md §3.8, rules 1 to 3).

    `not_made`: the lead time had passed when the visit was agreed at `made_at`, so the booking message covers it.
    `too_late`: quiet hours leave no moment that is of use.
    """
    wished = before(starts_at, lead, policy.tz)
    if wished < made_at:
        return "not_made"
    span = quiet_span(wished, hours)
    if span is None:
        return wished
    begins, ends = span
    if starts_at - ends >= policy.useful:
        return ends
    evening_before = begins - timedelta(minutes=1)
    return evening_before if evening_before >= made_at else "too_late"


def sendable_at(now: datetime, hours: Quiet, starts_at: datetime | None, policy: Policy) -> datetime | None:
    """The first moment from `now` on that is not quiet; none if that is of no use for a visit at `starts_at`."""
    span = quiet_span(now, hours)
    if span is None:
        return now
    ends = span[1]
    return ends if starts_at is None or starts_at - ends >= policy.useful else None


def note_due_at(starts_at: datetime, made_at: datetime, policy: Policy) -> datetime:
    """The evening before the visit, practice time; at once for a visit agreed later than that (rule 7)."""
    evening_before = at(day_of(starts_at, policy.tz) - timedelta(days=1), parse_time(policy.note_at), policy.tz)
    return max(evening_before, made_at)
