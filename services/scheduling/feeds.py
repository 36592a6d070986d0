"""Keys of calendar feeds: who has one may read the visits of one therapist or one client (`feed_reading.py`).

The key is made here and shown once; only its SHA-256 is stored. It is no part of any log, metric, error or event.
"""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from aiohttp import web
from msgspec import Struct

from services.scheduling import queries
from services.scheduling.domain import feed
from services.scheduling.domain.feed import FeedKind, MakeFeedKey, RevokeFeedKey
from shared.decider import Unknown
from shared.http.routes import Call
from shared.questions.records import AskContact, Contact
from shared.service import Service

MADE = web.RequestKey("calendar_key", str)
"""Under which name a new key waits in the request for its answer: it is in no other place."""


class KeyMade(Struct, kw_only=True):
    """The new key, and the path of the feed under the front door. Both are absent when the request is repeated."""

    owner_id: UUID
    key: str | None = None
    path: str | None = None


class KeyRevoked(Struct, kw_only=True):
    """Whose feed nobody can read now."""

    owner_id: UUID


class Owner(Struct, frozen=True, kw_only=True):
    """Whose feed it is."""

    kind: FeedKind
    owner_id: UUID


def hashed(key: str) -> str:
    """What is stored of a key. It has 256 bits of chance, so one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def therapist_of(call: Call) -> Owner:
    """The therapist in the address. Raises `Unknown`."""
    owner_id = call.path_id("therapist_id")
    if not await queries.therapists(call.service.store, owner_id):
        raise Unknown("There is no such therapist.")
    return Owner(kind="therapist", owner_id=owner_id)


async def client_of(call: Call) -> Owner:
    """The client in the address. Raises `Unknown`."""
    owner_id = call.path_id("client_id")
    await contact_of(call.service, owner_id)
    return Owner(kind="client", owner_id=owner_id)


async def contact_of(service: Service, client_id: UUID) -> Contact:
    """How `records` knows the client. Raises `Unknown`, also for one who was erased."""
    contact: Contact | None = await service.ask(AskContact(client_id=client_id))
    if contact is None:
        raise Unknown("There is no such client.")
    return contact


async def make_key(call: Call, owner: Owner) -> dict[str, Any]:
    """A new key for the feed; the one before opens it no more."""
    key = secrets.token_urlsafe(32)
    call.request[MADE] = key
    command = MakeFeedKey(owner_id=owner.owner_id, kind=owner.kind, key_hash=hashed(key))
    ids = {"owner_id": owner.owner_id, "kind": owner.kind, "key_hash": command.key_hash}
    return await call.put({feed.stream(owner.owner_id): command}, ids)


async def show_key(call: Call, ids: dict[str, Any]) -> KeyMade:
    """The key, to who made it, once: a repeat of the request finds none."""
    owner_id, key = UUID(str(ids["owner_id"])), call.request.get(MADE)
    if key is None or hashed(key) != ids["key_hash"]:
        return KeyMade(owner_id=owner_id)
    path = f"/api/scheduling/{ids['kind']}s/{owner_id}/calendar.ics?key={key}"
    return KeyMade(owner_id=owner_id, key=key, path=path)


async def revoke_key(call: Call, owner_id: UUID) -> dict[str, Any]:
    """Nobody can read the feed any more."""
    return await call.put({feed.stream(owner_id): RevokeFeedKey(owner_id=owner_id)}, {"owner_id": owner_id})


async def has_key(call: Call, owner_id: UUID) -> bool:
    """Whether anybody can read the feed now."""
    return bool(await call.service.store.fetch("select from feed_key where owner_id = $1", owner_id))


async def make_therapists_key(call: Call) -> dict[str, Any]:
    """A key to a therapist's feed."""
    return await make_key(call, await therapist_of(call))


async def make_clients_key(call: Call) -> dict[str, Any]:
    """A key to a client's feed."""
    return await make_key(call, await client_of(call))


async def revoke_therapists_key(call: Call) -> dict[str, Any]:
    """No key to a therapist's feed."""
    return await revoke_key(call, (await therapist_of(call)).owner_id)


async def revoke_clients_key(call: Call) -> dict[str, Any]:
    """No key to a client's feed. Only where there is none is it asked whether there is such a client."""
    owner_id = call.path_id("client_id")
    if not await has_key(call, owner_id):
        await client_of(call)
    return await revoke_key(call, owner_id)
