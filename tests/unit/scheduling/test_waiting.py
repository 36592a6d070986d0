"""One client's waiting: places, one offer at a time, an offer answered once and in time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.scheduling.domain.waiting import WaitingForgotten, WaitlistJoined, WaitlistLeft, Wanted
from services.scheduling.domain.waitlist import (
    AcceptOffer,
    DeclineOffer,
    ForgetWaiting,
    JoinWaitlist,
    LapseOffer,
    LeaveForCourse,
    LeaveWaitlist,
    OfferSlot,
    decider,
)
from shared.decider import Unknown
from shared.events.scheduling import OfferAccepted, OfferDeclined, OfferLapsed, SlotOffered
from tests.spec import given

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=2)
CLIENT, COURSE, THERAPIST, ROOM, OFFER = (UUID(int=n) for n in range(1, 6))
PLACE, OTHER = UUID(int=11), UUID(int=12)
WANTED = Wanted(minutes=60)
STARTS = NOW + timedelta(days=1)


def joined(place: UUID = PLACE, course: UUID | None = None) -> WaitlistJoined:
    return WaitlistJoined(client_id=CLIENT, waitlist_id=place, wanted=WANTED, course_id=course)


def join(place: UUID, course: UUID | None = None) -> JoinWaitlist:
    return JoinWaitlist(client_id=CLIENT, waitlist_id=place, wanted=WANTED, course_id=course)


def offered(place: UUID = PLACE, starts_at: datetime = STARTS) -> SlotOffered:
    return SlotOffered(
        client_id=CLIENT,
        waitlist_id=place,
        offer_id=OFFER,
        therapist_id=THERAPIST,
        room_id=ROOM,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        until=UNTIL,
    )


END = {"client_id": CLIENT, "waitlist_id": PLACE, "offer_id": OFFER, "starts_at": STARTS}
LEFT = WaitlistLeft(client_id=CLIENT, waitlist_id=PLACE)


def test_a_client_waits_once_for_each_course_and_once_without():
    given(decider).when(join(PLACE)).then(joined())
    given(decider, joined()).when(join(OTHER)).then_refused("already_waiting")
    given(decider, joined()).when(join(OTHER, COURSE)).then(joined(OTHER, COURSE))


def test_a_time_is_offered_to_a_place_and_a_second_one_is_not_meanwhile():
    given(decider, joined()).when(OfferSlot(offer=offered())).then(offered())
    later = offered(OTHER, STARTS + timedelta(days=1))
    given(decider, joined(), joined(OTHER, COURSE), offered()).when(OfferSlot(offer=later)).then_refused("not_waiting")


def test_no_time_is_offered_twice_nor_to_who_left():
    lapsed = OfferLapsed(**END)
    given(decider, joined(), offered(), lapsed).when(OfferSlot(offer=offered())).then_refused("not_waiting")
    given(decider, joined(), LEFT).when(OfferSlot(offer=offered())).then_refused("not_waiting")


def test_who_accepts_in_time_waits_no_more():
    accept = AcceptOffer(waitlist_id=PLACE, now=UNTIL - timedelta(seconds=1))
    found = given(decider, joined(), offered()).when(accept)
    found.then(OfferAccepted(**END))
    assert (found.state.places, found.state.offer) == ({}, None)


def test_an_answer_that_comes_too_late_is_refused_also_before_the_timer_came_round():
    given(decider, joined(), offered()).when(AcceptOffer(waitlist_id=PLACE, now=UNTIL)).then_refused("offer_lapsed")
    over = [joined(), offered(), OfferLapsed(**END)]
    given(decider, *over).when(AcceptOffer(waitlist_id=PLACE, now=NOW)).then_refused("no_offer")
    given(decider, *over).when(DeclineOffer(waitlist_id=PLACE)).then_refused("no_offer")


def test_an_offer_lapses_when_its_time_has_come_and_only_then():
    given(decider, joined(), offered()).when(LapseOffer(now=UNTIL - timedelta(seconds=1))).then_nothing()
    given(decider, joined(), offered()).when(LapseOffer(now=UNTIL)).then(OfferLapsed(**END))
    given(decider, joined()).when(LapseOffer(now=UNTIL)).then_nothing()


def test_who_declines_goes_on_waiting():
    found = given(decider, joined(), offered()).when(DeclineOffer(waitlist_id=PLACE))
    found.then(OfferDeclined(**END))
    assert found.state.places == {PLACE: None}


def test_who_leaves_gives_up_the_offer_too():
    given(decider, joined(), offered()).when(LeaveWaitlist(waitlist_id=PLACE)).then(OfferDeclined(**END), LEFT)


def test_a_course_that_ends_takes_its_place_and_no_other():
    of_course = WaitlistLeft(client_id=CLIENT, waitlist_id=OTHER)
    given(decider, joined(), joined(OTHER, COURSE)).when(LeaveForCourse(course_id=COURSE)).then(of_course)
    given(decider, joined()).when(LeaveForCourse(course_id=COURSE)).then_nothing()


def test_an_erased_client_leaves_and_never_comes_back():
    forget, gone = ForgetWaiting(client_id=CLIENT), WaitingForgotten(client_id=CLIENT)
    given(decider, joined()).when(forget).then(LEFT, gone)
    given(decider, gone).when(forget).then_nothing()
    with pytest.raises(Unknown):
        given(decider, gone).when(join(PLACE))


@pytest.mark.parametrize("command", [LeaveWaitlist(waitlist_id=OTHER), DeclineOffer(waitlist_id=OTHER)])
def test_a_place_that_is_not_there_is_unknown(command: LeaveWaitlist | DeclineOffer):
    with pytest.raises(Unknown):
        given(decider, joined()).when(command)
