"""What becomes of one appointment: cancelled or missed (with or without the later ones), arrived, taken back."""

from typing import Any

from services.scheduling.bodies import CancelBody, MissBody
from services.scheduling.booking import persistently
from services.scheduling.changing import Case, carry_out, case_of
from services.scheduling.domain.attendance import CancelAppointment, MarkArrived, MarkMissed, Undo
from services.scheduling.judging import affected, entries, judge
from services.scheduling.reflow import put_right
from services.scheduling.views import Affected
from shared.http.routes import Call
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
    """The visit falls out. One that fell out before is not replaced a second time."""
    case = await case_of(call, preview=call.query.preview)
    of = {"client_id": case.client_id, "appointment_id": case.visit.appointment_id}
    lost = CancelAppointment(**of, reason=reason.reason) if reason else MarkMissed(**of)
    if reflow and case.visit.course_id and case.visit.status == "booked":
        before = [one for one in case.rest() if one.starts_at <= max(case.visit.starts_at, call.now)]
        return await carry_out(case, await put_right(case, before, lost=lost), [])
    return await carry_out(case, lost, await left_behind(case))


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
    command = MarkArrived(client_id=case.client_id, appointment_id=case.visit.appointment_id)
    return await carry_out(case, command, [])


async def undo(call: Call) -> dict[str, Any]:
    """Take back an arrival or an absence."""
    case = await case_of(call)
    return await carry_out(case, Undo(client_id=case.client_id, appointment_id=case.visit.appointment_id), [])
