"""The routes by which the practice says when it works: single days, absences, closures, holidays. Feeds' keys too."""

from services.scheduling import absences, feeds, practice_bodies, practice_views
from services.scheduling.bodies import Nothing
from shared.http.routes import STAFF, Route
from shared.vocabulary import Role

DESK: tuple[Role, ...] = ("owner", "front_desk")

WORKDAYS = [
    Route(
        "PUT", "/therapists/{therapist_id}/days/{day}", absences.set_day, DESK, "Give a day other hours, or none",
        takes=practice_bodies.DayBody, gives=practice_views.AwayMade, answer=absences.show_day,
    ),
    Route(
        "DELETE", "/therapists/{therapist_id}/days/{day}", absences.clear_day, DESK,
        "Back to the weekly hours on a day", gives=practice_views.AwayMade, answer=absences.show_day,
    ),
    Route(
        "GET", "/therapists/{therapist_id}/days", absences.list_workdays, STAFF, "Days with other hours, and absences",
        query=practice_bodies.DaysQuery, gives=practice_views.WorkdaysView,
    ),
    Route(
        "POST", "/therapists/{therapist_id}/time-off", absences.take_time_off, DESK, "Note an absence",
        takes=practice_bodies.AwayBody, gives=practice_views.AwayMade, status=201, answer=absences.show_time_off,
    ),
    Route(
        "POST", "/time-off/{time_off_id}/withdraw", absences.withdraw_time_off, DESK, "Take an absence back",
        takes=Nothing, gives=practice_views.AwayMade, answer=absences.show_time_off,
    ),
    Route(
        "POST", "/closures", absences.close_practice, DESK, "Close the practice for a time",
        takes=practice_bodies.AwayBody, gives=practice_views.AwayMade, status=201, answer=absences.show_closure,
    ),
    Route(
        "POST", "/closures/{closure_id}/withdraw", absences.withdraw_closure, DESK, "Take a closure back",
        takes=Nothing, gives=practice_views.AwayMade, answer=absences.show_closure,
    ),
    Route(
        "GET", "/closures", absences.list_closures, STAFF, "Closures",
        query=practice_bodies.DaysQuery, gives=practice_views.Closures,
    ),
    Route(
        "GET", "/holidays", absences.list_holidays, STAFF, "Public holidays, and whether the practice is open",
        query=practice_bodies.DaysQuery, gives=practice_views.HolidaysView,
    ),
    Route(
        "PUT", "/holidays/{day}", absences.decide_holiday, DESK, "Open or close on a public holiday",
        takes=practice_bodies.HolidayBody, gives=practice_views.AwayMade, answer=absences.show_holiday,
    ),
]  # fmt: skip

FEED_KEYS = [
    Route(
        "POST", "/therapists/{therapist_id}/calendar-key", feeds.make_therapists_key, DESK,
        "A new key to a therapist's calendar feed, shown once; the one before opens it no more",
        takes=Nothing, gives=feeds.KeyMade, status=201, answer=feeds.show_key,
    ),
    Route(
        "DELETE", "/therapists/{therapist_id}/calendar-key", feeds.revoke_therapists_key, DESK,
        "Let nobody read a therapist's calendar feed", gives=feeds.KeyRevoked,
    ),
    Route(
        "POST", "/clients/{client_id}/calendar-key", feeds.make_clients_key, (*DESK, "client"),
        "A new key to a client's calendar feed, shown once; the one before opens it no more",
        takes=Nothing, gives=feeds.KeyMade, status=201, answer=feeds.show_key,
    ),
    Route(
        "DELETE", "/clients/{client_id}/calendar-key", feeds.revoke_clients_key, (*DESK, "client"),
        "Let nobody read a client's calendar feed", gives=feeds.KeyRevoked,
    ),
]  # fmt: skip
