"""How all courses keep to their protocol, read from the read models: for the owner."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from shared.clock import day_of
from shared.http.routes import Call, Route
from shared.service import Service
from shared.values import Limit

PAGE, LONGEST_PAGE = 200, 500


class Kept(Struct, frozen=True, kw_only=True):
    """Weeks of exercise at home whose target was met, and missed; those with a day in a pause are neither."""

    hit: int
    missed: int


class Pain(Struct, frozen=True, kw_only=True):
    """Pain 0-10 before the course's first session here, and before its last."""

    first: int | None
    last: int | None


class Adherence(Struct, frozen=True, kw_only=True):
    """How one course is kept. `deviations` counts those that stand, by rule."""

    course_id: UUID
    client_id: UUID
    protocol: str
    status: str
    sessions_completed: int
    slips: int
    lapses: int
    deviations: dict[str, int]
    exercise: Kept
    pain: Pain


class AllAdherence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of courses, the newest first, and the deviations of all courses together."""

    courses: list[Adherence]
    deviations: dict[str, int]
    next_cursor: UUID | None = None


class AdherenceQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the list."""

    limit: Limit = PAGE
    cursor: UUID | None = None


async def show_adherence(call: Call) -> AllAdherence:
    """How courses are kept."""
    return await adherence(call.service, call.query, day_of(call.now, call.service.practice.tz))


async def adherence(service: Service, query: AdherenceQuery, today: date) -> AllAdherence:
    """Every course of the practice, closed ones too."""
    limit = min(query.limit, LONGEST_PAGE)
    rows = await service.store.fetch(
        """
        select c.course_id, c.client_id, c.protocol, c.closed, c.phase, c.break_until,
            c.sessions_before + (select count(*) from session_course s where s.course_id = c.course_id) as sessions,
            (select count(*) from slip where slip.course_id = c.course_id) as slips,
            (select count(*) from lapse where lapse.course_id = c.course_id) as lapses,
            (select count(*) from exercise_week e where e.course_id = c.course_id and met) as hit,
            (select count(*) from exercise_week e where e.course_id = c.course_id and not met) as missed,
            (select pain_before from session_course s where s.course_id = c.course_id
                order by started_at limit 1) as first_pain,
            (select pain_before from session_course s where s.course_id = c.course_id
                order by started_at desc limit 1) as last_pain,
            exists (select from course_pause p where p.course_id = c.course_id
                and $3 between first_day and coalesce(last_day, $3)) as paused,
            (select array_agg(rule) from deviation d where d.course_id = c.course_id) as rules
        from course c where $1::uuid is null or c.course_id < $1 order by c.course_id desc limit $2
        """,
        query.cursor,
        limit + 1,
        today,
    )
    cursor = rows[limit - 1]["course_id"] if len(rows) > limit else None
    courses = [_one(row, today) for row in rows[:limit]]
    return AllAdherence(courses=courses, deviations=await _all_deviations(service), next_cursor=cursor)


async def _all_deviations(service: Service) -> dict[str, int]:
    rows = await service.store.fetch("select rule, count(*) as count from deviation group by rule order by rule")
    return {row["rule"]: row["count"] for row in rows}


def _one(row: Mapping[str, Any], today: date) -> Adherence:
    rules: list[str] = sorted(row["rules"] or [])
    return Adherence(
        **{name: row[name] for name in ("course_id", "client_id", "protocol", "slips", "lapses")},
        status=_status(row, today),
        sessions_completed=row["sessions"],
        deviations={rule: rules.count(rule) for rule in rules},
        exercise=Kept(hit=row["hit"], missed=row["missed"]),
        pain=Pain(first=row["first_pain"], last=row["last_pain"]),
    )


def _status(row: Mapping[str, Any], today: date) -> str:
    """As `Course.status` has it."""
    if row["closed"]:
        return "closed"
    if row["paused"]:
        return "paused"
    return "break" if row["break_until"] and today < row["break_until"] else str(row["phase"])


ADHERENCE = [
    Route(
        "GET", "/adherence", show_adherence, ("owner", "therapist"), "How courses are kept",
        query=AdherenceQuery, gives=AllAdherence,
    ),
]  # fmt: skip
