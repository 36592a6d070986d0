"""How the pages say things: days, times, states, rules and slugs in plain English."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

STATES = {
    "booked": "expected",
    "arrived": "is here",
    "fulfilled": "done",
    "missed": "did not come",
    "cancelled": "called off",
}
ROLES = {"owner": "owner", "front_desk": "front desk", "therapist": "therapist"}
DEVIATIONS = {
    "region_over_10_min": "more than 10 minutes on one region",
    "prone_over_12_min": "more than 12 minutes prone at a stretch",
    "full_body_too_early": "the whole body before session 4",
    "intensive_too_early": "intensive techniques too early",
    "pir_too_early": "post-isometric relaxation too early",
    "pir_with_contraction": "post-isometric relaxation although the muscle contracted",
    "periosteal_out_of_phase": "periosteal massage outside sessions 26 to 30",
    "exercise_too_early": "exercise before session 10 was done",
    "session_in_break": "a session inside the break",
    "min_gap": "too close to the session before",
    "too_many_in_7_days": "too many sessions in seven days",
    "closed": "after the course was closed",
    "not_started": "before the course started",
    "paused": "during an agreed pause",
    "event_day": "not on the day of the event, or not over when it begins",
    "foreign_course": "filed under another client's course",
    "same_appointment": "a second session for one appointment",
}
WHATS = {
    "pir": "Post-isometric relaxation (PIR)",
    "periosteal": "Periosteal massage",
    "intensive": "Intensive techniques",
    "full_body": "The whole body",
    "exercise": "Exercise at home",
    "side_lying": "Side-lying",
}
SITES = {
    "occiput": "base of the skull",
    "low_cervical": "front of the neck, low",
    "trapezius": "top of the shoulder, middle",
    "supraspinatus": "above the spine of the shoulder blade",
    "second_rib": "second rib, beside the breastbone",
    "lateral_epicondyle": "outer elbow, 2 cm below the bone",
    "gluteal": "buttock, upper outer quarter",
    "greater_trochanter": "behind the bony point of the hip",
    "knee": "inner knee, above the joint",
}
DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
REASON = re.compile(r"\([a-z]+(?:_[a-z]+)+\)")


def day(value: date) -> str:
    """`Wednesday 4 March`."""
    return f"{value:%A} {value.day} {value:%B}"


def short_day(value: date) -> str:
    """`Wed 4 Mar`."""
    return f"{value:%a} {value.day} {value:%b}"


def short_date(value: date) -> str:
    """`4 Mar`."""
    return f"{value.day} {value:%b}"


def full_date(value: date) -> str:
    """`Wed 4 Mar 2026`."""
    return f"{short_day(value)} {value.year}"


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """`11:00`, in the practice's zone."""
    return f"{instant.astimezone(zone):%H:%M}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """`Wed 4 Mar 2026, 11:00`, in the practice's zone."""
    return f"{full_date(instant.astimezone(zone).date())}, {clock_time(instant, zone)}"


def soonest(earliest: date | datetime | None, zone: ZoneInfo) -> str:
    """`The first day is Wed 4 Mar 2026.`, for an instant with the time, else nothing."""
    if earliest is None:
        return ""
    if isinstance(earliest, datetime):
        return f"The earliest time is {moment(earliest, zone)}."
    return f"The first day is {full_date(earliest)}."


def span(first: date, last: date) -> str:
    """`10 Mar – 17 Apr`, in one month `13–26 Mar`; a single day stands alone."""
    if first == last:
        return short_date(first)
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day}–{short_date(last)}" if same_month else f"{short_date(first)} – {short_date(last)}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 visit`, `12 visits`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def minutes(number: float) -> str:
    """`7 min`, not to be broken at the line's end; half minutes are kept."""
    return f"{number:g}\N{NO-BREAK SPACE}min"


def spoken(slug: str) -> str:
    """Read a slug aloud: `upper_back` becomes `Upper back`."""
    return WHATS.get(slug) or slug.replace("_", " ").capitalize()


def readable(text: str) -> str:
    """Make days and reasons in another service's sentence easy to read: `Wed 4 Mar 2026`, `client ill`."""
    dated = DAY.sub(lambda found: full_date(date.fromisoformat(found[0])), text)
    return REASON.sub(lambda found: found[0].replace("_", " "), dated)


def place(region: str, side: str | None) -> str:
    """Name a region and its side: `Upper back, left`."""
    return f"{spoken(region)}, {side}" if side else spoken(region)


def site(slug: str) -> str:
    """Say where a tender point is: `Base of the skull`."""
    text = SITES.get(slug, slug.replace("_", " "))
    return text[:1].upper() + text[1:]


def deviation(rule: str) -> str:
    """Say a deviation's rule as a sentence's beginning."""
    text = DEVIATIONS.get(rule, rule.replace("_", " "))
    return text[:1].upper() + text[1:]
