"""Who has not come for long: open courses with a gap that no session has ended, or that nobody has begun."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.protocol.queries import definitions
from shared.clock import day_of
from shared.http.routes import STAFF, Call, Route
from shared.values import Limit

SOME, MOST = 20, 500


class Absent(Struct, frozen=True, kw_only=True):
    """A course nobody came to after `since`, and what its protocol is called; one not begun was to start then."""

    course_id: UUID
    client_id: UUID
    protocol: str
    title: str
    label: str | None
    since: date
    not_begun: bool = False


class AllAbsent(Struct, frozen=True, kw_only=True):
    """Some of them, those who stayed away last first, and how many there are."""

    courses: list[Absent]
    total: int


class AbsentQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many to name."""

    limit: Limit = SOME


async def show_absent(call: Call) -> AllAbsent:
    """Courses in a long gap, or not begun (domain.md §3.1); who is away by agreement today is not missed."""
    zone = call.service.practice.tz
    patience = {one.id: one.policy.begin_days for one in definitions(call.service).values()}
    rows = await call.service.store.fetch(
        """
        with open_course as (
            select * from course c where not closed and not exists
                (select from course_pause p where p.course_id = c.course_id
                    and $1 between first_day and coalesce(last_day, $1))),
        lapsed as (
            select c.course_id, c.client_id, c.protocol, max(l.since) as since, false as not_begun
              from lapse l join open_course c using (course_id)
             where not exists (select from session_course s where s.course_id = c.course_id
                    and s.started_at >= (l.since + 1)::timestamp at time zone $2)
             group by 1, 2, 3),
        waiting as (
            select c.course_id, c.client_id, c.protocol, c.starts_on, true
              from open_course c left join unnest($4::text[], $5::int[]) as begin (protocol, days) using (protocol)
             where c.sessions_before = 0 and c.starts_on <= $1 - coalesce(begin.days, 14)
                   and not exists (select from session_course s where s.course_id = c.course_id))
        select *, count(*) over () as total from (select * from lapsed union all select * from waiting) as found
         order by since desc, course_id limit $3
        """,
        day_of(call.now, zone),
        zone.key,
        min(call.query.limit, MOST),
        [*patience],
        [*patience.values()],
    )
    return AllAbsent(courses=[_one(call, row) for row in rows], total=rows[0]["total"] if rows else 0)


def _one(call: Call, row: Mapping[str, Any]) -> Absent:
    """With the title of today; a protocol no longer offered is known by its id."""
    found = definitions(call.service).get(row["protocol"])
    named = {"title": found.title, "label": found.label} if found else {"title": row["protocol"], "label": None}
    of_row = ("course_id", "client_id", "protocol", "since", "not_begun")
    return Absent(**{name: row[name] for name in of_row}, **named)


ABSENT = [
    Route("GET", "/lapses", show_absent, STAFF, "Who has not come for long", query=AbsentQuery, gives=AllAbsent),
]
