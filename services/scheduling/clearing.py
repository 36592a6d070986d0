"""Visits that cannot stay, of one client or of many: each client's are put right in one decision, all in one unit."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from services.scheduling.availability import roster
from services.scheduling.changing import booked, moved
from services.scheduling.domain import itinerary
from services.scheduling.domain.placing import Placement, Rearrange
from services.scheduling.domain.reflowing import occupied
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.reflow import Reflow, put_right, still_to_come
from services.scheduling.righted import ClientRighted
from services.scheduling.views import Affected, OptionView
from shared.decider import Refused
from shared.events.scheduling import AppointmentCancelled
from shared.http.routes import Call
from shared.messages import Command, Event
from shared.store.reader import Damaged
from shared.store.unit import Tx

Adjust = Callable[[Roster], Roster]
"""A change to the roster that is not stored yet: a therapist who leaves, a room that closes."""


class Decision(Struct, frozen=True, kw_only=True):
    """What one client's itinerary is told, and the visits nothing was found for, each with why."""

    client_id: UUID
    state: Itinerary
    command: Rearrange
    unplaced: list[Affected] = []

    @property
    def stream(self) -> str:
        """The itinerary's stream."""
        return itinerary.stream(self.client_id)

    def view(self, events: Sequence[Event]) -> ClientRighted:
        """What becomes of the client's visits."""
        return ClientRighted(
            client_id=self.client_id,
            moved=moved(events),
            booked=booked(events),
            cancelled=[one.appointment_id for one in events if isinstance(one, AppointmentCancelled)],
            unplaced=self.unplaced,
        )


class Clearing:
    """Putting clients right one after another: what one has taken or left, the next finds taken or free."""

    def __init__(self, call: Call, adjust: Adjust = lambda roster: roster) -> None:
        self.call = call
        self.adjust = adjust
        self.placed: dict[UUID, Placement] = {}

    async def decisions(self, hit: Mapping[UUID, Collection[UUID]]) -> list[Decision]:
        """One for each client who has visits that are hit, in the order given; who cannot be read is left as it is."""
        found = []
        for client_id, ids in hit.items():
            with suppress(Damaged):
                found.append(await self.decision(client_id, ids))
        return found

    async def decision(self, client_id: UUID, hit: Collection[UUID]) -> Decision:
        """A new place for each of the client's visits that are hit; those after them as far as need be."""
        state: Itinerary = await self.call.service.store.state(itinerary.stream(client_id))
        moves: list[Placement] = []
        unplaced: list[Affected] = []
        for reflow in parts(self.call, client_id, state, hit):
            try:
                moves += await self.put_right(reflow)
            except Refused as refused:
                unplaced += [without_place(one, refused) for one in reflow.later if one.appointment_id in hit]
        command = Rearrange(client_id=client_id, now=self.call.now, version=state.version, moves=tuple(moves))
        return Decision(client_id=client_id, state=state, command=command, unplaced=unplaced)

    async def put_right(self, reflow: Reflow) -> list[Placement]:
        """One course's visits, or one visit outside a course, on the calendar as the decisions so far leave it."""
        mine = [one.time for key, one in self.placed.items() if key in reflow.state.appointments]
        found = await roster(self.call.service, reflow.search(list(self.placed), mine))
        moves, _ = await put_right(reflow, occupied(self.adjust(found), self.placed.values()))
        self.placed |= {one.appointment_id: one for one in moves}
        return moves


def parts(call: Call, client_id: UUID, state: Itinerary, hit: Collection[UUID]) -> Iterator[Reflow]:
    """What is put right together: a course's visits from the first that is hit, a visit outside a course by itself."""
    concerned = [one for key, one in state.appointments.items() if key in hit and still_to_come(one, call.now)]
    of: dict[str, Any] = {"call": call, "client_id": client_id, "state": state}
    for course_id in dict.fromkeys(one.course_id for one in concerned if one.course_id):
        first = min(one.starts_at for one in concerned if one.course_id == course_id)
        later = [one for one in state.open_visits(course_id) if one.starts_at >= first and still_to_come(one, call.now)]
        yield Reflow(**of, course_id=course_id, later=later, leaving=frozenset(hit))
    for one in concerned:
        if one.course_id is None:
            yield Reflow(**of, course_id=None, later=[one], leaving=frozenset(hit))


def without_place(visit: Appointment, refused: Refused) -> Affected:
    """A visit nothing was found for: it stays where it is until the desk changes it."""
    why = refused.items[0]
    return Affected(
        appointment_id=visit.appointment_id,
        starts_at=visit.starts_at,
        rule=why.rule,
        detail=why.detail,
        earliest=why.earliest,
        alternatives=[msgspec.convert(one, OptionView) for one in why.alternatives or ()],
    )


async def carry_out(
    call: Call, decisions: Sequence[Decision], ids: dict[str, Any], also: Mapping[str, Command] = {}
) -> dict[str, Any]:
    """Store all the decisions and other commands, all or none, or only show them; `ids` go into the answer."""
    if call.query.preview:
        shown = [one.view(itinerary.decide(one.command, one.state)) for one in decisions]
        return answer(ids, shown, preview=True)

    async def unit(tx: Tx) -> dict[str, Any]:
        await tx.decide_each(also)
        return answer(ids, [one.view(await tx.decide(one.stream, one.command)) for one in decisions], preview=False)

    stored: dict[str, Any] = await call.write(unit, streams=[*also, *(one.stream for one in decisions)])
    return stored


def answer(ids: dict[str, Any], clients: list[ClientRighted], *, preview: bool) -> dict[str, Any]:
    """Ids and times of what changed."""
    found: dict[str, Any] = msgspec.to_builtins({**ids, "clients": clients, "preview": preview})
    return found
