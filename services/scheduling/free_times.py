"""Free times as the desk asks for them: of a therapist or of all, and those a visit could be moved to."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from services.scheduling.availability import Search, earliest_start, horizon, roster
from services.scheduling.bodies import SlotsQuery, TimesQuery, interval
from services.scheduling.changing import case_of
from services.scheduling.domain.fitting import known
from services.scheduling.domain.roster import Slot, Worker
from services.scheduling.domain.slots import Interval
from services.scheduling.views import Slots
from shared.decider import Refused
from shared.http.problems import Malformed
from shared.http.routes import Call

OF_ALL = timedelta(days=100)
"""Free times of all therapists are looked for no further: others wait while they are."""


async def show_slots(call: Call) -> Slots:
    """Free times of one therapist or all, in order."""
    query: SlotsQuery = call.query
    return await free_times(call, query.minutes, query.needs)


async def show_other_times(call: Call) -> Slots:
    """Where a visit could be instead: its own time counts as free, the client's other visits do not."""
    case = await case_of(call)
    leaving = [case.visit.appointment_id]
    return await free_times(call, case.minutes, case.visit.equipment, leaving, case.elsewhere(leaving))


def legible(worker: Worker) -> Worker:
    """The therapist; refuses to say that one has no free times whose hours cannot be read."""
    if why := worker.unreadable:
        raise Refused(why)
    return worker


async def free_times(
    call: Call, minutes: int, needs: Collection[str], leaving: Collection[UUID] = (), taken: Collection[Interval] = ()
) -> Slots:
    """Free times of the therapist asked for, or of all, with the visits that leave their time and without the taken."""
    query: TimesQuery = call.query
    asked = interval(query.from_, query.to, call.service.practice.tz)
    within = max(asked[0], earliest_start(call)), min(asked[1], horizon(call))
    if within[0] >= within[1]:
        return Slots(slots=[])
    if not query.therapist_id and within[1] - within[0] > OF_ALL:
        says = f"That is more than {OF_ALL.days} days of everybody's free times. Ask for fewer, or for one therapist."
        raise Malformed("to", says)
    found = await roster(call.service, Search(within=within, leaving=leaving, client_taken=taken))
    mine = [legible(known(found, query.therapist_id))] if query.therapist_id else found.workers.values()
    free: list[Slot] = [slot for one in mine for slot in found.slots(one, within, minutes, needs)]
    return Slots(slots=sorted(free, key=lambda slot: (slot.starts_at, slot.therapist_id)))
