"""Moving an appointment, alone or with the later ones put right around it."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from msgspec.structs import replace

from services.scheduling.availability import Search, earliest_start, roster
from services.scheduling.bodies import MoveBody, whole_minute
from services.scheduling.booking import AROUND, persistently
from services.scheduling.changing import Case, carry_out, case_of, rearranged
from services.scheduling.domain.attendance import still_booked
from services.scheduling.domain.fitting import Want, fit, offering
from services.scheduling.domain.placing import Placement, Rearrange, past
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY
from services.scheduling.domain.visits import Appointment
from services.scheduling.judging import Entry, Judgement, affected, entries, judge, refusal
from services.scheduling.views import Affected
from shared.clock import day_of
from shared.decider import Refused
from shared.http.routes import Call
from shared.store.claims import Taken


async def move(call: Call) -> dict[str, Any]:
    """Another time, also with another therapist; with `reflow` the later visits are put right around it."""
    whole_minute("starts_at", call.body.starts_at)
    return await persistently(lambda: move_once(call, call.body))


async def move_once(call: Call, body: MoveBody) -> dict[str, Any]:
    """Once: read, ask, decide."""
    case = await case_of(call, preview=call.query.preview)
    still_booked(case.state, case.visit.appointment_id)
    if body.reflow and case.visit.course_id:
        return await move_with_later(case, body)
    found, target = await aimed(case, body, [])
    judgement = await judge_move(case, target, case.rest())
    return await move_alone(case, found, found_against(target, judgement), affected(judgement))


async def move_alone(case: Case, found: Roster, target: Placement, harmed: list[Affected]) -> dict[str, Any]:
    """Only this visit; a refusal gets free times near the wished one."""
    now, version = case.call.now, case.state.version
    command = Rearrange(client_id=case.client_id, now=now, version=version, moves=(target,))
    try:
        return await carry_out(case, command, harmed)
    except Taken:
        raise
    except Refused as refused:
        items = offering(refused.items, [target], found, earliest_start(case.call))
        raise Refused(*(replace(item, index=None) for item in items)) from refused


async def move_with_later(case: Case, body: MoveBody) -> dict[str, Any]:
    """The visit and those after it; if it cannot be where it should, the itinerary says why."""
    found, target = await aimed(case, body, case.rest())
    staying, target = await settled(case, target)
    if target.against or target.taken or past(target, case.call.now):
        return await move_alone(case, found, target, [])
    return await carry_out(case, await rearranged(case, staying, target=target), [])


async def aimed(case: Case, body: MoveBody, following: Sequence[Appointment]) -> tuple[Roster, Placement]:
    """The visit at its wished time, on the roster without it and those that will follow; its room stays if it can."""
    starts_at = body.starts_at.astimezone(UTC)
    leaving = [case.visit.appointment_id, *(one.appointment_id for one in following)]
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
        equipment=case.visit.equipment,
    )
    return found, fit(found, want)


async def settled(case: Case, target: Placement) -> tuple[list[Appointment], Placement]:
    """Which visits stay when the later ones follow: all before the new time, unless it is too near to one it passes."""
    passed = [one for one in case.rest() if one.starts_at < target.starts_at]
    judged = found_against(target, await judge_move(case, target, passed))
    before = [one for one in passed if one.starts_at < case.visit.starts_at]
    if not judged.against or len(before) == len(passed):
        return passed, judged
    return before, found_against(target, await judge_move(case, target, before))


def found_against(target: Placement, judgement: Judgement) -> Placement:
    """The visit with what the cadence says against its new time."""
    verdict = judgement.against.get(target.appointment_id)
    return replace(target, against=target.against or refusal(verdict)) if verdict else target


async def judge_move(case: Case, target: Placement, among: Sequence[Appointment]) -> Judgement:
    """The cadence on the visit's new day, among some of the course's others."""
    if case.visit.course_id is None or target.against:
        return Judgement()
    zone = case.call.service.practice.tz
    goal = Entry(
        day=day_of(target.starts_at, zone), new=True, starts_at=target.starts_at, appointment_id=target.appointment_id
    )
    others = entries(among, zone)
    before = [*others, *entries([case.visit], zone)]
    return await judge(case.call, case.visit.course_id, case.client_id, before, [*others, goal])
