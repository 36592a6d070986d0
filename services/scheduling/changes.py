"""What becomes of one appointment: moved, cancelled, missed (with or without the later ones), arrived, taken back."""

from datetime import UTC
from typing import Any

from msgspec.structs import replace

from services.scheduling.availability import Search, earliest_start, roster
from services.scheduling.bodies import CancelBody, MissBody, MoveBody
from services.scheduling.booking import AROUND, persistently
from services.scheduling.changing import Case, carry_out, case_of
from services.scheduling.domain.attendance import CancelAppointment, MarkArrived, MarkMissed, Undo, still_booked
from services.scheduling.domain.fitting import Want, fit, offering
from services.scheduling.domain.placing import Placement, Rearrange, past
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY
from services.scheduling.judging import Entry, Judgement, affected, entries, judge, refusal
from services.scheduling.reflow import put_right
from services.scheduling.views import Affected
from shared.clock import day_of
from shared.decider import Refused
from shared.http.routes import Call
from shared.store.claims import Taken
from shared.store.work import Unavailable


async def move(call: Call) -> dict[str, Any]:
    """Another time, also with another therapist; with `reflow` the later visits are put right around it."""
    return await persistently(lambda: move_once(call, call.body))


async def move_once(call: Call, body: MoveBody) -> dict[str, Any]:
    """Once: read, ask, decide."""
    case = await case_of(call, preview=call.query.preview)
    still_booked(case.state, case.visit.appointment_id)
    found, target = await aimed(case, body)
    judgement = await judge_move(case, target, alone=body.reflow)
    if verdict := judgement.against.get(target.appointment_id):
        target = replace(target, against=target.against or refusal(verdict))
    stands = target.against or target.taken or past(target, call.now)
    if body.reflow and case.visit.course_id and not stands:
        return await carry_out(case, await put_right(case, lost=None, target=target), [])
    command = Rearrange(client_id=case.client_id, now=call.now, version=case.state.version, moves=(target,))
    try:
        return await carry_out(case, command, affected(judgement))
    except Taken:
        raise
    except Refused as refused:
        items = offering(refused.items, [target], found, earliest_start(call))
        raise Refused(*(replace(item, index=None) for item in items)) from refused


async def aimed(case: Case, body: MoveBody) -> tuple[Roster, Placement]:
    """The visit at its wished time, on the roster without it; its room stays if it can."""
    starts_at, leaving = body.starts_at.astimezone(UTC), [case.visit.appointment_id]
    within = (starts_at - A_DAY, starts_at + AROUND)
    search = Search(within=within, leaving=leaving, client_taken=case.elsewhere(leaving))
    found = await roster(case.call.service, search)
    want = Want(
        appointment_id=case.visit.appointment_id,
        course_id=case.visit.course_id,
        therapist_id=body.therapist_id or case.visit.therapist_id,
        room_id=body.room_id,
        usual_room=case.visit.room_id,
        starts_at=starts_at,
        minutes=case.minutes,
    )
    return found, fit(found, want)


async def judge_move(case: Case, target: Placement, *, alone: bool) -> Judgement:
    """The cadence on the visit's new day: among all the others, or `alone` with those before it (they will follow)."""
    if case.visit.course_id is None or target.against:
        return Judgement()
    zone = case.call.service.practice.tz
    goal = Entry(
        day=day_of(target.starts_at, zone), new=True, starts_at=target.starts_at, appointment_id=target.appointment_id
    )
    rest = [one for one in case.rest() if not alone or one.starts_at < min(case.visit.starts_at, target.starts_at)]
    others = entries(rest, zone)
    before = [*others, *entries([case.visit], zone)]
    return await judge(case.call, case.visit.course_id, case.client_id, before, [*others, goal])


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
        return await carry_out(case, await put_right(case, lost=lost, target=None), [])
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
