"""The routes of the waiting list."""

from services.scheduling import waitlist
from services.scheduling.bodies import Nothing
from services.scheduling.booking import show_booked
from services.scheduling.views import Appointments
from services.scheduling.waitlist_views import PlaceMade, WaitBody, Waitlist, WaitlistQuery
from shared.http.routes import Route
from shared.vocabulary import Role

DESK: tuple[Role, ...] = ("owner", "front_desk")
WHO_ANSWERS: tuple[Role, ...] = (*DESK, "client")

WAITLIST = [
    Route(
        "POST", "/waitlist", waitlist.join, DESK, "Wait for a time to become free",
        takes=WaitBody, gives=PlaceMade, status=201,
    ),
    Route(
        "GET", "/waitlist", waitlist.show, DESK, "Who waits, and what is offered",
        query=WaitlistQuery, gives=Waitlist,
    ),
    Route(
        "POST", "/waitlist/{waitlist_id}/accept", waitlist.accept_offer, WHO_ANSWERS, "Take the offered time",
        takes=Nothing, gives=Appointments, answer=show_booked,
    ),
    Route(
        "POST", "/waitlist/{waitlist_id}/decline", waitlist.decline, WHO_ANSWERS, "Leave the offered time to the next",
        takes=Nothing, gives=PlaceMade,
    ),
    Route("DELETE", "/waitlist/{waitlist_id}", waitlist.leave, WHO_ANSWERS, "Wait no more", gives=PlaceMade),
]  # fmt: skip
