"""What the year must have come to, counted anew from the API and from the letters that were sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from deploy.demo.course import Course
from deploy.demo.figures import Figure
from deploy.demo.reminders import reminders
from deploy.demo.story import Story

WEEK = timedelta(days=7)
CLOCK_CHANGES = (date(2026, 3, 8), date(2026, 11, 1))
SERVICES = ("records", "protocol", "scheduling", "notify")
FROM_SESSION = {"full_body": 4, "intensive": 6, "exercise": 11, "pir": 11, "periosteal": 26}
"""From which session the protocol allows what (domain.md §3.3)."""


async def figures(story: Story, courses: Sequence[Course]) -> list[Figure]:
    """All figures of the table."""
    days = await session_days(story)
    return [
        *[await counted(course) for course in courses],
        *reminders(courses, [await course.itinerary() for course in courses], await _messages(courses), story.letters),
        await double_bookings(story),
        await flagged(courses),
        await slips(story, days),
        *breaks(days),
        *notes(story),
        *[figure for change in CLOCK_CHANGES for figure in clock_change(story, await story.itinerary(), change)],
        await parked(story),
    ]


async def _messages(courses: Sequence[Course]) -> list[list[dict[str, Any]]]:
    found = []
    for course in courses:
        path = f"notify/clients/{course.client_id}/messages"
        found.append((await course.scene.desks.front.get(path, limit="500"))["messages"])
    return found


async def session_days(course: Course) -> list[date]:
    """The days of the course's sessions, as the chart has them."""
    sessions = (await course.chart())["sessions"]
    return sorted(course.at(one["started_at"]).date() for one in sessions)


async def counted(course: Course) -> Figure:
    """Sessions written down, in the chart, counted by the protocol, fulfilled in the calendar."""
    in_chart = len((await course.chart())["sessions"])
    by_protocol = (await course.course())["sessions_completed"] - course.client.sessions_before
    fulfilled = sum(one["status"] == "fulfilled" for one in await course.itinerary())
    found = f"{in_chart} in the chart, {by_protocol} counted, {fulfilled} in the calendar"
    n = course.given
    return Figure(f"Sessions of {course.client.name}", found, f"{n} in the chart, {n} counted, {n} in the calendar")


async def double_bookings(story: Story) -> Figure:
    """Appointments of the whole year that overlap for a therapist, a room or a client."""
    visits = await _calendar(story)
    held = [one for one in visits if one["status"] in ("booked", "arrived", "fulfilled")]
    overlaps = sum(len(list(_overlaps(held, who))) for who in ("therapist_id", "room_id", "client_id"))
    return Figure(f"Double bookings among {len(held)} visits", str(overlaps), "0")


async def _calendar(story: Story) -> list[dict[str, Any]]:
    """Every appointment, page by page."""
    visits: list[dict[str, Any]] = []
    query = {"from": "2026-01-01", "to": "2027-12-31"}
    while True:
        page = await story.scene.desks.front.get("scheduling/calendar", **query)
        visits += page["appointments"]
        if not page.get("next_cursor"):
            return visits
        query["cursor"] = page["next_cursor"]


def _overlaps(visits: Sequence[dict[str, Any]], who: str) -> Iterator[dict[str, Any]]:
    ordered = sorted(visits, key=lambda one: (one[who], one["starts_at"]))
    for one, following in pairwise(ordered):
        if one[who] == following[who] and _instant(following["starts_at"]) < _instant(one["ends_at"]):
            yield following


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def flagged(courses: Sequence[Course]) -> Figure:
    """What took place against the protocol: the one thing the story did on purpose."""
    rules = [one["rule"] for course in courses for one in (await course.course())["deviations"]]
    return Figure("Flagged against the protocol", ", ".join(rules) or "none", "region_over_10_min")


async def slips(story: Story, days: Sequence[date]) -> Figure:
    """Weeks with too few sessions, counted again from the days: the missed visit makes one."""
    phases = [(days[:10], 2), (days[10:15], 2), (days[15:30], 2), (days[30:], 1)]
    expected = sum(_short_weeks(phase, per_week) for phase, per_week in phases)
    return Figure("Weeks with too few sessions (slips)", str((await story.course())["slips"]), str(expected))


def _short_weeks(days: Sequence[date], per_week: int) -> int:
    """Weeks from the phase's first session on; the one in which the phase ends is not judged."""
    weeks = Counter((day - days[0]) // WEEK for day in days)
    return sum(weeks[week] < per_week for week in range(max(weeks, default=0)))


def breaks(days: Sequence[date]) -> list[Figure]:
    """Days between the last session before a break and the first one after it."""
    kept = []
    for number, last, weeks in ((1, 15, 2), (2, 30, 3)):
        gap = (days[last] - days[last - 1]).days
        found = f"{gap} days" if gap < weeks * 7 else f"at least {weeks * 7} days"
        kept.append(
            Figure(
                f"Break {number}, {days[last - 1]:%-d %b} to {days[last]:%-d %b}", found, f"at least {weeks * 7} days"
            )
        )
    return kept


def notes(story: Story) -> list[Figure]:
    """From which session on the notes allowed what; periosteal massage in the last five of the series only."""
    allowed = {name: [n for n, note in story.notes.items() if note["allowed"][name]] for name in FROM_SESSION}
    found = ", ".join(f"{name} {min(sessions, default=0)}" for name, sessions in allowed.items())
    expected = ", ".join(f"{name} {first}" for name, first in FROM_SESSION.items())
    periosteal = " ".join(map(str, sorted(allowed["periosteal"])))
    return [
        Figure("Notes allow from session", found.replace("_", " "), expected.replace("_", " ")),
        Figure("Sessions with periosteal massage", periosteal, "26 27 28 29 30"),
    ]


def clock_change(story: Story, visits: Sequence[dict[str, Any]], change: date) -> Iterator[Figure]:
    """The wall-clock times of the three weeks before and after a clock change."""
    for name, first in ((f"before {change:%-d %B}", change - 3 * WEEK), (f"from {change:%-d %B} on", change)):
        starts = [story.at(one["starts_at"]) for one in visits if one["appointment_id"] != story.moved]
        times = sorted({f"{at:%H:%M}" for at in starts if first <= at.date() < first + 3 * WEEK})
        yield Figure(f"Visits of the three weeks {name}", " ".join(times), "10:00")


async def parked(story: Story) -> Figure:
    """Events that a service could not handle and set aside."""
    states = [await story.scene.desks.owner.get(f"{service}/readyz") for service in SERVICES]
    return Figure("Events that could not be handled", str(sum(state["parked"] for state in states)), "0")
