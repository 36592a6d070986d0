"""A whole course proposed at once: free days from the calendar, days chosen by the cadence, times as wished."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from services.scheduling.availability import Search, earliest_start, horizon, roster
from services.scheduling.bodies import ProposalBody
from services.scheduling.booking import held
from services.scheduling.domain import itinerary
from services.scheduling.domain.choosing import Choice, Wish, choose
from services.scheduling.domain.fitting import known
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY, whole_day
from services.scheduling.domain.visits import Itinerary
from services.scheduling.judging import course_of
from services.scheduling.views import BreakView, Proposal, Proposed, UnplacedView
from shared.clock import day_of
from shared.decider import Unknown
from shared.http.routes import Call
from shared.questions import AskPlan, Candidate, CoursePlan, PlannedSession


class Offer(Struct, frozen=True, kw_only=True):
    """The best free time of every day there is one, for what was wished."""

    choices: dict[date, Choice]

    def candidates(self) -> list[Candidate]:
        """The days to choose from, each with its rank."""
        return [Candidate(date=day, rank=choice.rank) for day, choice in self.choices.items()]

    def visit(self, session: PlannedSession) -> Proposed:
        """A session on the day chosen for it."""
        choice = self.choices[session.date]
        slot = choice.slot
        return Proposed(
            ordinal=session.ordinal,
            phase=session.phase,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            therapist_id=slot.therapist_id,
            room_id=slot.room_id,
            as_asked=choice.rank == 0,
            why=choice.why,
        )


async def propose(call: Call) -> Proposal:
    """Visits for what is left of the course; nothing is booked."""
    body: ProposalBody = call.body
    if call.query.hold:
        raise web.HTTPNotImplemented(reason="Holding proposed times is not served by this version yet.")
    await course_of(call, body.client_id, body.course_id)
    state: Itinerary = await call.service.store.state(itinerary.stream(body.client_id))
    zone = call.service.practice.tz
    within = (first_instant(call, body), horizon(call))
    found = await roster(call.service, Search(within=within, client_taken=held(state)))
    booked = [day_of(one.starts_at, zone) for one in state.open_visits(body.course_id)]
    offer = Offer(choices=dict(choices(found, body, within[0], within[1])))
    return shown(await planned(call, body, offer, booked), offer)


def first_instant(call: Call, body: ProposalBody) -> datetime:
    """Not before the day wished, the notice, nor the past."""
    wished = whole_day(body.starts_on, call.service.practice.tz)[0] if body.starts_on else call.now
    return max(wished, earliest_start(call))


def choices(found: Roster, body: ProposalBody, first: datetime, end: datetime) -> Iterator[tuple[date, Choice]]:
    """The best free time of every day, if there is one."""
    prefer = body.prefer
    wish = Wish(weekdays=prefer.weekdays, from_=prefer.from_, to=prefer.to, therapist_id=prefer.therapist_id)
    wish = replace(wish, equipment=body.equipment)
    if prefer.therapist_id:
        known(found, prefer.therapist_id)
    day, last = day_of(first, found.zone), day_of(end - timedelta(seconds=1), found.zone)
    while day <= last:
        if choice := choose(found, day, wish, body.minutes, first):
            yield day, choice
        day += A_DAY


async def planned(call: Call, body: ProposalBody, offer: Offer, booked: list[date]) -> CoursePlan:
    """The days protocol chooses, in one question for the whole course."""
    plan: CoursePlan | None = await call.service.ask(
        AskPlan(
            course_id=body.course_id,
            client_id=body.client_id,
            sessions=body.sessions,
            candidates=offer.candidates(),
            booked=sorted(booked),
            days_a_week=len(set(body.prefer.weekdays)) or None,
            maintenance_visits=call.service.practice.booking.maintenance_visits,
        )
    )
    if plan is None:
        raise Unknown("There is no such course.")
    return plan


def shown(plan: CoursePlan, offer: Offer) -> Proposal:
    """The plan with times. The break begins the day after the last session before it."""
    return Proposal(
        appointments=[offer.visit(session) for session in plan.sessions],
        breaks=[BreakView(from_=one.started_on + A_DAY, first_day=one.first_day) for one in plan.breaks],
        unplaced=[UnplacedView(ordinal=one.ordinal, why=one.why) for one in plan.unplaced],
    )
