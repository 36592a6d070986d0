"""Reading scheduling's own tables, and answering what other services ask."""

import base64
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from services.scheduling.bodies import PageQuery
from services.scheduling.domain.slots import Span
from services.scheduling.practice_views import RoomView, TherapistView
from services.scheduling.readable import readable, tried
from services.scheduling.views import Appointments, AppointmentView
from shared.decider import Unknown
from shared.http.problems import Malformed
from shared.messages import Instant
from shared.questions.question import Question
from shared.questions.scheduling import AskVisits, VisitFacts
from shared.service import Service
from shared.store.store import Store

MOST = 500

# The rank by time among the course's sessions (with or without an appointment) and its open visits (api.md).
ORDINAL = """
    case when a.course_id is not null and a.status in ('booked', 'arrived', 'fulfilled') then
        coalesce((select sessions_before from course where course.course_id = a.course_id), 0)
        + (select count(*) from appointment other where other.course_id = a.course_id
              and other.status in ('booked', 'arrived', 'fulfilled')
              and (other.starts_at, other.appointment_id) <= (a.starts_at, a.appointment_id))
        + (select count(*) from noted_session where noted_session.course_id = a.course_id and started_at < a.starts_at)
    end as ordinal"""
COLUMNS = f"""a.appointment_id, a.client_id, a.course_id, a.therapist_id, a.room_id, a.starts_at, a.ends_at, a.status,
    a.revision, a.session_id, {ORDINAL}"""


async def appointments(store: Store, where: str, limit: int | None, *args: object) -> list[AppointmentView]:
    """The first appointments `a` (all without a limit) that meet a condition on `$2` …, in order of time."""
    return appointment_views(await appointment_rows(store, where, limit, *args))


async def appointment_rows(store: Store, where: str, limit: int | None, *args: object) -> list[Any]:
    """The same as rows."""
    return await store.fetch(
        f"select {COLUMNS} from appointment a where {where} order by a.starts_at, a.appointment_id limit $1",
        limit,
        *args,
    )


def appointment_views(rows: Iterable[Any]) -> list[AppointmentView]:
    """Rows as answers show them."""
    return readable("appointment", "appointment_id", rows, lambda row: msgspec.convert(dict(row), AppointmentView))


async def appointment(store: Store, appointment_id: UUID) -> AppointmentView:
    """One appointment. Raises `Unknown`."""
    found = await appointments(store, "a.appointment_id = $2", None, appointment_id)
    if not found:
        raise Unknown("There is no such appointment.")
    return found[0]


async def in_order(store: Store, appointment_ids: list[UUID]) -> list[AppointmentView]:
    """These appointments, in the order of their ids; unknown ones are left out."""
    unordered = await appointments(store, "a.appointment_id = any($2)", None, appointment_ids)
    found = {one.appointment_id: one for one in unordered}
    return [found[one] for one in appointment_ids if one in found]


async def page(store: Store, query: PageQuery, where: str, *args: object) -> Appointments:
    """A page of the appointments that meet a condition, whose own arguments begin at `$4`."""
    limit = min(query.limit, MOST)
    after = "($2::timestamptz is null or (a.starts_at, a.appointment_id) > ($2, $3::uuid))"
    rows = await appointment_rows(store, f"{after} and {where}", limit + 1, *after_cursor(query.cursor), *args)
    last = rows[limit - 1] if len(rows) > limit else None
    cursor = cursor_of(last["starts_at"], last["appointment_id"]) if last else None
    return Appointments(appointments=appointment_views(rows[:limit]), next_cursor=cursor)


def cursor_of(instant: datetime, id_: UUID) -> str:
    """Where the next page begins, after the row with this time and id; opaque."""
    text = f"{instant.isoformat()} {id_}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def after_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """Time and id of the last row of the page before. Raises `Malformed`."""
    if cursor is None:
        return None, None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        instant, _, appointment_id = text.partition(" ")
        return msgspec.convert(instant, Instant).astimezone(UTC), UUID(appointment_id)
    except (ValueError, OverflowError, msgspec.ValidationError) as error:
        raise Malformed("cursor", "This is not a cursor from an answer of ours.") from error


async def client_of(store: Store, appointment_id: UUID) -> UUID:
    """Whose appointment it is. Raises `Unknown`."""
    row = await store.fetchrow("select client_id from appointment where appointment_id = $1", appointment_id)
    if row is None:
        raise Unknown("There is no such appointment.")
    client_id: UUID = row["client_id"]
    return client_id


async def attendance(store: Store, client_id: UUID) -> dict[str, int]:
    """How many of a client's visits were kept, missed, called off, called off late, and used up a session."""
    row = await store.fetchrow(
        """
        select count(*) filter (where status = 'fulfilled') as fulfilled,
               count(*) filter (where status = 'missed') as missed,
               count(*) filter (where status = 'cancelled') as cancelled,
               count(*) filter (where status = 'cancelled' and late) as cancelled_late,
               count(*) filter (where status in ('missed', 'cancelled') and uses_session) as sessions_used
          from appointment where client_id = $1
        """,
        client_id,
    )
    return dict(row) if row else {}


async def therapists(store: Store, therapist_id: UUID | None = None) -> list[TherapistView]:
    """All therapists by name, or one."""
    rows = await store.fetch(
        "select * from therapist where $1::uuid is null or therapist_id = $1 order by name, therapist_id", therapist_id
    )
    return [therapist_view(row) for row in rows]


async def known_therapist(store: Store, therapist_id: UUID) -> TherapistView:
    """One therapist. Raises `Unknown`."""
    found = await therapists(store, therapist_id)
    if not found:
        raise Unknown("There is no such therapist.")
    return found[0]


def therapist_view(row: Any) -> TherapistView:
    """A therapist's row as answers show it; hours that cannot be read are none, until they are set anew."""
    nothing: list[Span] = []
    hours = tried("therapist", str(row["therapist_id"]), partial(decoded_hours, row["hours"]), nothing)
    shown = {"hours": hours, "buffer_after_minutes": row["buffer_minutes"]}
    return msgspec.convert(dict(row) | shown, TherapistView)


def decoded_hours(column: bytes) -> list[Span]:
    """Weekly hours, whatever times they say."""
    return msgspec.json.decode(column, type=list[Span])


async def rooms(store: Store, room_id: UUID | None = None) -> list[RoomView]:
    """All rooms by name, or one."""
    rows = await store.fetch(
        "select * from room where $1::uuid is null or room_id = $1 order by name, room_id", room_id
    )
    return [msgspec.convert(dict(row), RoomView) for row in rows]


async def answer_visits(service: Service, question: AskVisits) -> list[VisitFacts]:
    """Appointments in words a message needs, in the order asked."""
    found = await in_order(service.store, question.appointment_ids)
    people = {one.therapist_id: one for one in await therapists(service.store)}
    places = {one.room_id: one for one in await rooms(service.store)}
    return list(visit_facts(found, people, places))


def visit_facts(
    found: Iterable[AppointmentView], people: dict[UUID, TherapistView], places: dict[UUID, RoomView]
) -> Iterable[VisitFacts]:
    """Facts of each appointment, with the names of therapist and room; who lost one of them is left out."""
    for one in found:
        if one.therapist_id not in people or one.room_id not in places:
            continue
        therapist = people[one.therapist_id]
        yield VisitFacts(
            appointment_id=one.appointment_id,
            client_id=one.client_id,
            course_id=one.course_id,
            ordinal=one.ordinal,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            status=one.status,
            revision=one.revision,
            therapist_id=one.therapist_id,
            therapist_name=therapist.name,
            therapist_email=therapist.email,
            room_name=places[one.room_id].name,
        )


ANSWERS: dict[type[Question], Callable[[Service, Any], Awaitable[Any]]] = {AskVisits: answer_visits}
