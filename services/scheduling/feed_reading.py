"""Serving calendar feeds: who has the key gets the file, or hears that it is the one they have (RFC 9110, 304).

The file has a tag, and no time of its last change: names, the practice's particulars and what is left out after some
weeks change it too, and nobody writes down when.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web
from msgspec import Struct

from services.scheduling.bodies import Body
from services.scheduling.domain.feed import FeedKind
from services.scheduling.feed_file import FeedVisit, Reader, calendar_text
from services.scheduling.feeds import contact_of, hashed
from shared.decider import Unknown
from shared.http.routes import Plain
from shared.service import Service

LONGEST = 200


class Edition(Struct, frozen=True, kw_only=True):
    """The feed as it is now: its visits, and what tells it from others."""

    visits: list[FeedVisit]
    reader: Reader
    etag: str

    @property
    def headers(self) -> dict[str, str]:
        """For a program that keeps the file and asks again."""
        return {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}


class FeedQuery(Body, frozen=True, kw_only=True):
    """The key that opens the feed."""

    key: str


async def serve(kind: FeedKind, service: Service, request: web.Request) -> web.Response:
    """The file, or that it is the one they have. Who has no key learns nothing: every failure is the same 404."""
    owner_id = await owner_let_in(service, kind, request)
    found = await edition(service, kind, owner_id)
    response = unchanged(found) if is_current(request, found) else await fresh(found)
    response.etag = found.etag
    return response


async def owner_let_in(service: Service, kind: FeedKind, request: web.Request) -> UUID:
    """Whose feed it is, if the key is the right one. Raises `Unknown`."""
    key, owner = request.query.get("key", ""), request.match_info[f"{kind}_id"]
    row = await service.store.fetchrow(
        """
        select owner_id, key_hash from feed_key
         where owner_id::text = $1 and kind = $2
               and (kind = 'client' or exists (select from therapist where therapist_id = owner_id and active))
        """,
        owner.lower().replace("\0", ""),
        kind,
    )
    stored = row["key_hash"] if row else ""
    if not hmac.compare_digest(hashed(key[:LONGEST]), stored) or row is None:
        raise Unknown("There is no calendar at this address. Ask the practice for a new one.")
    owner_id: UUID = row["owner_id"]
    return owner_id


async def edition(service: Service, kind: FeedKind, owner_id: UUID) -> Edition:
    """The visits of the owner, and the reader's zone: a client's own, as `records` knows it now."""
    zone = service.practice.tz
    if kind == "client":
        contact = await contact_of(service, owner_id)
        zone = ZoneInfo(contact.timezone) if contact.timezone else zone
    visits = await visits_of(service, kind, owner_id)
    reader = Reader(kind=kind, zone=zone, practice=service.practice)
    return Edition(visits=visits, reader=reader, etag=etag_of(visits, reader))


SHOWN_TO: dict[FeedKind, str] = {
    "client": "appointment",
    "therapist": """
        (select appointment_id, therapist_id, room_id, starts_at, ends_at, status, sequence, changed_at from appointment
          union all
         select appointment_id, therapist_id, room_id, starts_at, ends_at, 'cancelled', sequence, changed_at
           from handed_over)""",
}
"""What a feed is made of: to a therapist who gave a visit to another it is cancelled."""


async def visits_of(service: Service, kind: FeedKind, owner_id: UUID) -> list[FeedVisit]:
    """Visits from some weeks back on; what was cancelled, missed or given to another is told for a while."""
    now, feeds = service.clock.now(), service.practice.feeds
    rows = await service.store.fetch(
        f"""
        select a.appointment_id, a.starts_at, a.ends_at, a.status, a.sequence, a.changed_at,
               therapist.name as therapist_name, room.name as room_name
          from {SHOWN_TO[kind]} a join therapist using (therapist_id) join room using (room_id)
         where a.{kind}_id = $1 and a.ends_at > $2 and a.ends_at < '2201-01-01'
               and (a.status not in ('cancelled', 'missed') or a.changed_at > $3)
         order by a.starts_at, a.appointment_id
        """,
        owner_id,
        now - timedelta(days=feeds.past_days),
        now - timedelta(days=feeds.cancelled_days),
    )
    return [FeedVisit(**row) for row in rows]


def etag_of(visits: Sequence[FeedVisit], reader: Reader) -> str:
    """Another whenever the file would be another."""
    practice = reader.practice
    said = (reader.kind, reader.zone.key, practice.name, practice.phone, practice.address, visits)
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]


def is_current(request: web.Request, found: Edition) -> bool:
    """Whether the program has this very edition, by its tag. Of a time it sends nothing can be said."""
    return any(one.value in ("*", found.etag) for one in request.if_none_match or ())


def unchanged(found: Edition) -> web.Response:
    """The program may go on with what it has."""
    return web.Response(status=304, headers=found.headers)


async def fresh(found: Edition) -> web.Response:
    """The file. It is made beside the loop: hundreds of visits take a tenth of a second."""
    body = await asyncio.to_thread(calendar_text, found.visits, found.reader)
    headers = {**found.headers, "Content-Disposition": 'inline; filename="visits.ics"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


FEEDS = [
    Plain(
        "GET", "/therapists/{therapist_id}/calendar.ics", partial(serve, "therapist"),
        "A therapist's visits as a calendar to subscribe to", "text/calendar", query=FeedQuery,
    ),
    Plain(
        "GET", "/clients/{client_id}/calendar.ics", partial(serve, "client"),
        "A client's visits as a calendar to subscribe to, at their own time", "text/calendar", query=FeedQuery,
    ),
]  # fmt: skip
