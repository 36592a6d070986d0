"""Proposals, also with their times kept for a while, and such times given back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.scheduling import queries
from services.scheduling.booking import persistently
from services.scheduling.domain import itinerary
from services.scheduling.domain.hold import HeldTime, Hold, HoldTimes, ReleaseHold, stream, unknown
from services.scheduling.practice_views import TherapistView
from services.scheduling.proposals import proposal
from services.scheduling.views import Proposal
from shared.http.routes import Call
from shared.store.unit import Tx


async def propose(call: Call) -> Proposal | dict[str, Any]:
    """Visits for what is left of the course; with `hold` nobody else can book their times for so long."""
    length: timedelta | None = call.query.length
    return await persistently(lambda: hold(call, length)) if length else await proposal(call)


async def hold(call: Call, length: timedelta) -> dict[str, Any]:
    """Once: propose, and hold what was proposed. It is remembered whole, for it names nobody."""
    found = await proposal(call)
    if not found.appointments:
        nothing: dict[str, Any] = msgspec.to_builtins(found)
        return nothing
    hold_id, body = call.new_id(), call.body
    command = HoldTimes(
        hold_id=hold_id,
        client_id=body.client_id,
        until=call.now + length,
        times=list(times(found, {one.therapist_id: one for one in await queries.therapists(call.service.store)})),
    )
    answer = msgspec.to_builtins(replace(found, hold_id=hold_id, held_until=command.until))

    async def unit(tx: Tx) -> Any:
        await tx.decide(stream(hold_id), command)
        return answer

    stored: dict[str, Any] = await call.write(unit, streams=[stream(hold_id)])
    return stored


def times(found: Proposal, therapists: dict[UUID, TherapistView]) -> Iterator[HeldTime]:
    """What the proposed visits would take."""
    for one in found.appointments:
        therapist = therapists[one.therapist_id]
        yield HeldTime(
            therapist_id=one.therapist_id,
            room_id=one.room_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            buffer_minutes=therapist.buffer_after_minutes,
            buffer_before_minutes=therapist.buffer_before_minutes,
        )


async def release(call: Call) -> dict[str, Any]:
    """Give the times back; once more changes nothing. A hold of an erased client is unknown."""
    hold_id = call.path_id("hold_id")

    async def unit(tx: Tx) -> dict[str, Any]:
        held: Hold = await tx.state(stream(hold_id))
        if held.client_id and (await tx.state(itinerary.stream(held.client_id))).forgotten:
            raise unknown()
        await tx.decide(stream(hold_id), ReleaseHold(hold_id=hold_id))
        return {"hold_id": hold_id}

    released: dict[str, Any] = await call.write(unit, streams=[stream(hold_id)])
    return released
