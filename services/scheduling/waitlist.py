"""The waiting list over HTTP: joining, looking, taking what is offered or not, leaving. `offers.py` makes offers."""

from typing import Any
from uuid import UUID

import msgspec

from services.scheduling.bodies import AppointmentWanted, BookBody
from services.scheduling.booking import attempt, persistently
from services.scheduling.domain import hold
from services.scheduling.domain.hold import ReleaseHold
from services.scheduling.domain.waiting import Waiting, Wanted, stream
from services.scheduling.domain.waitlist import (
    AcceptOffer,
    DeclineOffer,
    JoinWaitlist,
    LeaveWaitlist,
    accept,
    running,
)
from services.scheduling.judging import course_of
from services.scheduling.queries import MOST, after_cursor, cursor_of, known_therapist
from services.scheduling.readable import readable
from services.scheduling.waitlist_views import OfferView, PlaceView, PreferView, WaitBody, Waitlist, WaitlistQuery
from shared.decider import Unknown
from shared.events.scheduling import SlotOffered
from shared.http.routes import Call
from shared.messages import Command


async def join(call: Call) -> dict[str, Any]:
    """A place at the end of the list. Raises `Unknown` for client, course or therapist."""
    body: WaitBody = call.body
    await course_of(call, body.client_id, body.course_id)
    if body.prefer.therapist_id:
        await known_therapist(call.service.store, body.prefer.therapist_id)
    place = JoinWaitlist(
        client_id=body.client_id, waitlist_id=call.new_id(), wanted=body.wanted, course_id=body.course_id
    )
    return await call.put({stream(body.client_id): place}, {"waitlist_id": place.waitlist_id})


async def show(call: Call) -> Waitlist:
    """Who waits, in the order in which they are served."""
    query: WaitlistQuery = call.query
    limit = min(query.limit, MOST)
    rows = await call.service.store.fetch(
        """
        select * from waiting
         where ($2::timestamptz is null or (joined_at, waitlist_id) > ($2, $3::uuid))
               and ($4::uuid is null or client_id = $4) order by joined_at, waitlist_id limit $1
        """,
        limit + 1,
        *after_cursor(query.cursor),
        query.client_id,
    )
    cursor = cursor_of(rows[limit - 1]["joined_at"], rows[limit - 1]["waitlist_id"]) if len(rows) > limit else None
    return Waitlist(waitlist=readable("waiting", "waitlist_id", rows[:limit], view), next_cursor=cursor)


async def accept_offer(call: Call) -> dict[str, Any]:
    """The offered time is booked, in the moment in which it is held no more."""
    return await persistently(lambda: accept_once(call))


async def accept_once(call: Call) -> dict[str, Any]:
    """Once: what booking does, with the offer's end in the same unit. An offer that is over says so."""
    waitlist_id, client_id = await place_of(call)
    state: Waiting = await call.service.store.state(stream(client_id))
    command = AcceptOffer(waitlist_id=waitlist_id, now=call.now)
    offer = running(waitlist_id, state)
    accept(command, state)
    body = as_booking(offer)
    course = await course_of(call, client_id, offer.course_id)
    return await attempt(call, body, course, {stream(client_id): command})


def as_booking(offer: SlotOffered) -> BookBody:
    """The offer as a booking of one visit."""
    visit = AppointmentWanted(
        starts_at=offer.starts_at,
        minutes=int((offer.ends_at - offer.starts_at).total_seconds()) // 60,
        therapist_id=offer.therapist_id,
        room_id=offer.room_id,
        equipment=offer.equipment,
    )
    return BookBody(client_id=offer.client_id, course_id=offer.course_id, appointments=[visit], hold_id=offer.offer_id)


async def decline(call: Call) -> dict[str, Any]:
    """The next may have it; the client goes on waiting for another."""
    waitlist_id, client_id = await place_of(call)
    offer = running(waitlist_id, await call.service.store.state(stream(client_id)))
    return await call.put(ended(offer, DeclineOffer(waitlist_id=waitlist_id)), {"waitlist_id": waitlist_id})


async def leave(call: Call) -> dict[str, Any]:
    """The place is given up, and what was offered with it."""
    waitlist_id, client_id = await place_of(call)
    state: Waiting = await call.service.store.state(stream(client_id))
    command = LeaveWaitlist(waitlist_id=waitlist_id)
    mine = state.offer if state.offer and state.offer.waitlist_id == waitlist_id else None
    commands = ended(mine, command) if mine else {stream(client_id): command}
    return await call.put(commands, {"waitlist_id": waitlist_id})


def ended(offer: SlotOffered, command: Command) -> dict[str, Command]:
    """The command, and the offered time given back."""
    return {hold.stream(offer.offer_id): ReleaseHold(hold_id=offer.offer_id), stream(offer.client_id): command}


async def place_of(call: Call) -> tuple[UUID, UUID]:
    """The place in the address and whose it is; a client has only their own. Raises `Unknown`."""
    waitlist_id = call.path_id("waitlist_id")
    row = await call.service.store.fetchrow("select client_id from waiting where waitlist_id = $1", waitlist_id)
    if row is None or (call.who.role == "client" and call.who.client_id != row["client_id"]):
        raise Unknown("There is no such place on the waiting list.")
    return waitlist_id, row["client_id"]


def view(row: Any) -> PlaceView:
    """A row as answers show it."""
    wanted = msgspec.json.decode(row["wanted"], type=Wanted)
    return PlaceView(
        waitlist_id=row["waitlist_id"],
        client_id=row["client_id"],
        course_id=row["course_id"],
        minutes=wanted.minutes,
        prefer=PreferView(
            weekdays=list(wanted.weekdays), from_=wanted.from_, to=wanted.to, therapist_id=wanted.therapist_id
        ),
        equipment=wanted.equipment,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        joined_at=row["joined_at"],
        status="offered" if row["offer"] else "waiting",
        offer=msgspec.json.decode(row["offer"], type=OfferView) if row["offer"] else None,
    )
