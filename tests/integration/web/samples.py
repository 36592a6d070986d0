"""A made-up practice on Wednesday 4 March 2026, in the form of the contract's answers."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 3, 4)


def uid(n: int) -> UUID:
    return UUID(int=n)


def instant(day: date, clock: str) -> str:
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC).isoformat().replace("+00:00", "Z")


ANA, BEN, CHLOE = uid(101), uid(102), uid(103)
ROOMS = {uid(201): "Room 1", uid(202): "Room 2"}
COURSE, ROSA = uid(301), uid(1)
NAMES = [
    "Rosa Alvarez", "Tom Becker", "Grace Kim", "Lena Novak", "Ines Duarte", "Paul Green", "Mary Shaw", "Olu Adeyemi",
    "Sara Lind", "Jo Rivera", "Nadia Haddad", "Will Tan",
]  # fmt: skip


def visit(  # noqa: PLR0917  a table of visits reads best as rows
    n: int, client: int, therapist: UUID, room: int, day: date, start: str, **more: Any
) -> dict[str, Any]:
    begin = datetime.fromisoformat(instant(day, start))
    minutes = more.pop("minutes", 60)
    return {
        "appointment_id": str(uid(1000 + n)),
        "client_id": str(uid(client)),
        "course_id": str(uid(300 + client)),
        "therapist_id": str(therapist),
        "room_id": str(uid(200 + room)),
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(minutes=minutes)).isoformat(),
        "status": "booked",
        "revision": 0,
    } | more


def day_of_visits() -> list[dict[str, Any]]:
    return [
        visit(1, 2, ANA, 1, TODAY, "08:30", ordinal=41, status="fulfilled"),
        visit(2, 3, ANA, 1, TODAY, "09:45", ordinal=3, status="fulfilled"),
        visit(3, 1, ANA, 1, TODAY, "11:00", ordinal=13, status="arrived"),
        visit(4, 4, ANA, 1, TODAY, "13:30", ordinal=7),
        visit(5, 5, ANA, 1, TODAY, "14:45", ordinal=1),
        visit(6, 6, BEN, 2, TODAY, "09:00", ordinal=22, status="missed"),
        visit(7, 7, BEN, 2, TODAY, "10:15", ordinal=16),
        visit(8, 8, BEN, 2, TODAY, "11:30", ordinal=9),
        visit(9, 9, BEN, 2, TODAY, "14:00", ordinal=38),
        visit(10, 10, BEN, 2, TODAY, "15:15", minutes=30, ordinal=30),
        visit(11, 11, CHLOE, 2, TODAY, "12:30", ordinal=5),
        visit(12, 12, CHLOE, 2, TODAY, "16:15", ordinal=11, status="cancelled"),
    ]


def rosas_visits() -> list[dict[str, Any]]:
    """Twelve given, the thirteenth today, the rest of thirty booked around the first break; three are weekly."""
    days, day = [], date(2026, 1, 20)
    for ordinal in range(1, 34):
        days.append(day)
        step = {1: 3, 2: 2}.get(day.weekday(), 4)
        day += timedelta(days={15: 15, 30: 22}.get(ordinal, 7 if ordinal > 30 else step))
        if ordinal == 12:
            day = TODAY
    booked = [*range(13, 27), 31]
    given = [visit(20 + n, 1, ANA, 1, days[n - 1], "11:00", ordinal=n, status="fulfilled") for n in range(1, 13)]
    coming = [visit(60 + n, 1, ANA, 1, days[n - 1], "11:00", ordinal=n) for n in booked]
    return [*given, visit(99, 1, BEN, 2, date(2026, 2, 16), "10:00", status="missed"), *coming]


REGIONS = {"neck": 5, "shoulders": 1, "upper_back": 2, "lower_back": 0, "hips": 0, "knees": 0}


def course(**more: Any) -> dict[str, Any]:
    return {
        "course_id": str(COURSE),
        "client_id": str(ROSA),
        "protocol": "fibromyalgia",
        "title": "Fibromyalgia course",
        "label": None,
        "status": "series",
        "phase": {"kind": "series", "number": 2, "sessions": 5, "done": 2},
        "sessions_completed": 12,
        "next_ordinal": 13,
        "break": None,
        "exercise": {"cleared": True, "per_week": 2, "regions": REGIONS, "weeks": [
            {"from": "2026-02-17", "to": "2026-02-23", "days": 2, "target": 2, "met": True},
            {"from": "2026-02-24", "to": "2026-03-02", "days": 1, "target": 2, "met": False},
        ]},
        "slips": 1,
        "deviations": [
            {"rule": "region_over_10_min", "session_id": str(uid(7)), "on": "2026-02-24", "source": "A",
             "text": "Too long on one region (neck): 12 minutes, at most 10 (source A)."},
        ],
    } | more  # fmt: skip


def history() -> list[dict[str, Any]]:
    """Opened at the desk, a slip noted by itself, a pause by a therapist whose account is not here."""
    return [
        {"at": "2026-01-19T14:00:00Z", "actor": f"front_desk:{uid(900)}", "type": "CourseOpened",
         "text": "Course opened (fibromyalgia), starting 2026-01-20."},
        {"at": "2026-02-03T05:00:00Z", "actor": "protocol", "type": "CadenceSlipped",
         "text": "Week from 2026-01-27: 1 of 2 sessions."},
        {"at": "2026-02-16T16:30:00Z", "actor": f"therapist:{uid(901)}", "type": "CoursePaused",
         "text": "Paused from 2026-02-17 to 2026-02-19 (client_ill)."},
        {"at": "2026-02-20T16:30:00Z", "actor": f"front_desk:{uid(900)}", "type": "OverrideGranted",
         "text": f"2026-03-02 allowed against the rule min gap by front_desk:{uid(900)} (client_away)."},
    ]  # fmt: skip


def adherence(**more: Any) -> dict[str, Any]:
    """Two courses: Rosa's goes on, Grace's fell behind."""
    return {
        "courses": [
            {"course_id": str(COURSE), "client_id": str(ROSA), "protocol": "fibromyalgia", "status": "series",
             "sessions_completed": 12, "slips": 1, "lapses": 0, "deviations": {"region_over_10_min": 2},
             "exercise": {"hit": 4, "missed": 2}, "pain": {"first": 8, "last": 6}},
            {"course_id": str(uid(303)), "client_id": str(uid(3)), "protocol": "als_support", "status": "series",
             "sessions_completed": 2, "slips": 3, "lapses": 1, "deviations": {"min_gap": 1},
             "exercise": {"hit": 0, "missed": 0}, "pain": {"first": 7, "last": None}},
        ],
        "deviations": {"region_over_10_min": 2, "min_gap": 1},
    } | more  # fmt: skip


def absent(total: int = 1) -> dict[str, Any]:
    """Grace has not come for long."""
    one = {"course_id": str(uid(303)), "client_id": str(uid(3)), "protocol": "neuromuscular_maintenance"}
    more = {"title": "Neuromuscular maintenance", "label": None, "since": "2026-02-11"}
    return {"courses": [one | more], "total": total}


PROTOCOL = {
    "id": "fibromyalgia",
    "title": "Fibromyalgia course",
    "phases": [
        {"kind": "series", "number": 1, "sessions": 10, "source": "A"},
        {"kind": "series", "number": 2, "sessions": 5, "source": "A; policy"},
        {"kind": "break", "weeks": 2},
        {"kind": "series", "sessions": 15},
        {"kind": "break", "weeks": 3},
        {"kind": "maintenance"},
    ],
    "limits": {"prone_minutes": {"most": 12, "source": "A", "deviation": "prone_over_12_min"}},
    "techniques": [{"id": "connective_tissue", "technique": "connective_tissue", "source": "A, figure 10"}],
    "sources": [
        {"text": "Massage & Bodywork, February/March 2004", "source": "A"},
        {"text": "Practitioner's article, part II", "source": "B"},
        {"text": "Explainer on neuromuscular massage therapy", "source": "C"},
    ],
}


def waitlist() -> list[dict[str, Any]]:
    """A time is kept for Rosa; Tom waits."""
    offer = {
        "therapist_id": str(ANA), "room_id": str(uid(201)), "starts_at": instant(TODAY, "16:00"),
        "ends_at": instant(TODAY, "17:00"), "until": instant(TODAY, "12:52"),
    }  # fmt: skip
    wish = {"weekdays": ["tue", "fri"], "from": "10:00", "to": None, "therapist_id": None}
    places = [{"client_id": str(ROSA), "prefer": {}, "offer": offer}, {"client_id": str(uid(2)), "prefer": wish}]
    return [{"waitlist_id": str(uid(700 + n)), "minutes": 60} | place for n, place in enumerate(places)]


def stepped_over() -> list[dict[str, Any]]:
    """A week of Rosa's for which nothing else is free."""
    whose = {"course_id": str(COURSE), "client_id": str(ROSA)}
    why = {"detail": "The practice is closed then.", "alternatives": []}
    return [{"day": "2026-03-10", "starts_at": instant(date(2026, 3, 10), "11:00")} | whose | why]
