"""A whole course proposed at once: protocol says which choices of days are best, the calendar decides among them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from services.scheduling.availability import Search, earliest_start, horizon, roster
from services.scheduling.bodies import ProposalBody, each_once
from services.scheduling.booking import held
from services.scheduling.domain import itinerary
from services.scheduling.domain.choosing import Wish
from services.scheduling.domain.fitting import known
from services.scheduling.domain.offering import Offer, option
from services.scheduling.domain.openings import openings
from services.scheduling.domain.proposing import Pick, pick
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY, Interval, whole_day
from services.scheduling.domain.visits import Itinerary
from services.scheduling.judging import course_of, entries
from services.scheduling.views import BreakView, OptionView, Proposal, Proposed, RhythmView, UnplacedView
from shared.clock import day_of, parse_time
from shared.decider import Unknown
from shared.http.routes import Call
from shared.questions.protocol import AskWays, CourseWays, NoWay, SessionWays

WEEKS_EACH, WEEKS_MORE, WEEKS_OF_COURSE = 0.5, 6, 30
"""How far ahead is looked at first, in weeks: so many for each visit, and for breaks; for a whole course."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked for, with what is known of the client."""

    call: Call
    body: ProposalBody
    wish: Wish
    taken: list[Interval]
    booked: list[date]


async def proposal(call: Call) -> Proposal:
    """Visits for what is left of the course; nothing is booked."""
    body: ProposalBody = call.body
    await course_of(call, body.client_id, body.course_id)
    state: Itinerary = await call.service.store.state(itinerary.stream(body.client_id))
    visits = state.open_visits(body.course_id)
    booked = sorted(one.day for one in entries(visits, call.service.practice.tz))
    asked = Asked(call=call, body=body, wish=wished(body), taken=held(state), booked=booked)
    first, end = first_instant(call, body), horizon(call)
    near = min(first + reach(body.sessions), end)
    found = await looked(asked, (first, near))
    return found or await looked(asked, (first, end), last=True) or Proposal(appointments=[], breaks=[], unplaced=[])


def wished(body: ProposalBody) -> Wish:
    """What the client would like."""
    of = body.prefer
    return Wish(
        weekdays=each_once(of.weekdays),
        from_=of.from_,
        to=of.to,
        therapist_id=of.therapist_id,
        equipment=each_once(body.equipment),
    )


def first_instant(call: Call, body: ProposalBody) -> datetime:
    """Not before the day wished, the notice, nor the past."""
    first = whole_day(body.starts_on, call.service.practice.tz)[0] if body.starts_on else call.now
    return max(first, earliest_start(call))


def reach(sessions: int | str) -> timedelta:
    """How far ahead visits are looked for at first; if they do not all lie well inside, the whole horizon is."""
    series = 15
    if sessions == "course":
        return timedelta(weeks=WEEKS_OF_COURSE)
    number = series if isinstance(sessions, str) else sessions
    return timedelta(weeks=WEEKS_EACH * number + WEEKS_MORE)


async def looked(asked: Asked, within: Interval, *, last: bool = False) -> Proposal | None:
    """The best of what lies inside; nothing when more might be found further ahead."""
    found = await roster(asked.call.service, Search(within=within, client_taken=asked.taken))
    if asked.wish.therapist_id:
        known(found, asked.wish.therapist_id)
    offer = Offer(
        roster=found,
        wish=asked.wish,
        minutes=asked.body.minutes,
        openings=openings(found, asked.wish, asked.body.minutes, within),
    )
    ways = await ways_of(asked, offer)
    if not last and not settled(ways, day_of(within[1], found.zone)):
        return None
    return shown(ways, offer)


def settled(ways: CourseWays, end: date) -> bool:
    """Whether looking further ahead would change nothing: all are placed, and the last one's week is over by then."""
    return not ways.unplaced and (not ways.sessions or ways.sessions[-1].days[0].date + 7 * A_DAY < end)


async def ways_of(asked: Asked, offer: Offer) -> CourseWays:
    """Which choices of days are best, in one question for the whole course."""
    ways: CourseWays | None = await asked.call.service.ask(
        AskWays(
            course_id=asked.body.course_id,
            client_id=asked.body.client_id,
            sessions=asked.body.sessions,
            days=sorted(offer.openings),
            booked=asked.booked,
            days_a_week=len(set(asked.wish.weekdays)) or None,
            maintenance_visits=asked.call.service.practice.booking.maintenance_visits,
        )
    )
    if ways is None:
        raise Unknown("There is no such course.")
    return ways


def shown(ways: CourseWays, offer: Offer) -> Proposal:
    """The best choice with times and rooms, and what is to be said besides."""
    wished = parse_time(offer.wish.from_ or "00:00")
    picked = pick(ways.sessions, offer.openings, wished.hour * 60 + wished.minute)
    usual = picked.rhythm.minute if picked.rhythm else 0
    return Proposal(
        appointments=list(visits(ways.sessions, picked.visits, offer)),
        breaks=list(breaks(ways, picked.visits, offer.roster)),
        unplaced=[unplaced(one, offer, usual) for one in ways.unplaced],
        rhythm=RhythmView.of(picked.rhythm) if picked.rhythm else None,
    )


def visits(sessions: Sequence[SessionWays], picked: Sequence[Pick], offer: Offer) -> Iterator[Proposed]:
    """Each session with its time, therapist and room."""
    for session, one, room_id in zip(sessions, picked, offer.rooms(picked), strict=True):
        why = offer.why(one)
        yield Proposed(
            ordinal=session.ordinal,
            phase=session.phase,
            starts_at=one.starts_at,
            ends_at=one.starts_at + offer.length,
            therapist_id=offer.therapists[one.therapist],
            room_id=room_id,
            as_asked=why is None,
            why=why,
            regular=one.regular,
        )


def breaks(ways: CourseWays, picked: Sequence[Pick], found: Roster) -> Iterator[BreakView]:
    """The break under way, unless all visits lie after it, and those that follow a visit of the plan."""
    first = min((day_of(one.starts_at, found.zone) for one in picked), default=None)
    if ways.pause and (first is None or first < ways.pause.first_day + 7 * A_DAY):
        yield BreakView(from_=ways.pause.started_on + A_DAY, first_day=ways.pause.first_day)
    for session, one in zip(ways.sessions, picked, strict=True):
        if session.rest:
            day = day_of(one.starts_at, found.zone)
            yield BreakView(from_=day + A_DAY, first_day=day + session.rest * A_DAY)


def unplaced(one: NoWay, offer: Offer, minute: int) -> UnplacedView:
    """A session without a day, and the free times nearest to where it should be."""
    options = [OptionView(**option(offer, verdict, minute)) for verdict in one.near]
    return UnplacedView(ordinal=one.ordinal, why=one.why, earliest=one.due, options=options)
