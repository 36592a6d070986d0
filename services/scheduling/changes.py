"""What becomes of one appointment: cancelled or missed (with or without the later ones), arrived, taken back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from services.scheduling.bodies import CancelBody, MissBody
from services.scheduling.booking import persistently
from services.scheduling.changing import Case, carry_out, case_of, rearranged
from services.scheduling.domain import itinerary
from services.scheduling.domain.attendance import CancelAppointment, MarkArrived, MarkMissed, Undo
from services.scheduling.judging import affected, entries, judge
from services.scheduling.views import Affected
from shared.http.routes import Call
from shared.messages import Event
from shared.store.claims import Taken
from shared.store.work import Unavailable


async def cancel(call: Call) -> dict[str, Any]:
    """Call the visit off; with `reflow` it is replaced."""
    body: CancelBody = call.body
    return await persistently(lambda: lose(call, reflow=body.reflow, reason=body))


async def miss(call: Call) -> dict[str, Any]:
    """The client did not come; with `reflow` the visit is replaced."""
    body: MissBody = call.body
    return await persistently(lambda: lose(call, reflow=body.reflow))


async def lose(call: Call, *, reflow: bool, reason: CancelBody | None = None) -> dict[str, Any]:
    """The visit falls out. One that fell out before is not replaced a second time, nor one that uses up a session."""
    case = await case_of(call, preview=call.query.preview)
    lost = loss(case, reason)
    if uses_session(itinerary.decide(lost, case.state)):
        return await carry_out(case, lost, [])
    if reflow and case.visit.course_id and case.visit.status == "booked":
        before = [one for one in case.rest() if one.starts_at <= max(case.visit.starts_at, call.now)]
        return await carry_out(case, await rearranged(case, before, loss=lost), [])
    return await carry_out(case, lost, await left_behind(case))


def loss(case: Case, reason: CancelBody | None) -> CancelAppointment | MarkMissed:
    """The command that loses the visit, with the practice's setting of what that costs the client."""
    policy = case.call.service.practice.attendance
    of = {"client_id": case.client_id, "appointment_id": case.visit.appointment_id}
    if reason is None:
        return MarkMissed(**of, now=case.call.now, uses_session=policy.no_show_uses_session)
    return CancelAppointment(
        **of,
        reason=reason.reason,
        now=case.call.now,
        late_hours=policy.late_hours,
        late_uses_session=policy.late_cancellation_uses_session,
    )


def uses_session(events: Iterable[Event]) -> bool:
    """Whether the loss counts as a session of the course: then nothing is missing after it."""
    return any(getattr(event, "uses_session", False) for event in events)


async def left_behind(case: Case) -> list[Affected] | None:
    """Which of the others do not fit without the visit; absent when protocol is away: a loss is a fact all the same."""
    if case.visit.course_id is None or case.visit.status != "booked":
        return []
    others = entries(case.rest(), case.call.service.practice.tz)
    before = [*others, *entries([case.visit], case.call.service.practice.tz)]
    try:
        return affected(await judge(case.call, case.visit.course_id, case.client_id, before, others))
    except Unavailable:
        return None


async def arrive(call: Call) -> dict[str, Any]:
    """The client is here."""
    case = await case_of(call)
    zone = call.service.practice.tz
    command = MarkArrived(client_id=case.client_id, appointment_id=case.visit.appointment_id, now=call.now, zone=zone)
    return await carry_out(case, command, [])


async def undo(call: Call) -> dict[str, Any]:
    """Take back an arrival or an absence and what came of it; a visit whose former time is taken by now stays."""
    case, staying = await case_of(call), frozenset[UUID]()
    command = Undo(client_id=case.client_id, appointment_id=case.visit.appointment_id, now=call.now)
    while True:
        try:
            return await carry_out(case, replace(command, keep=staying), [])
        except Taken as refused:
            holders = {claim.holder for claim in refused.taken}
            if case.visit.appointment_id in holders or holders <= staying:
                raise
            staying |= holders
