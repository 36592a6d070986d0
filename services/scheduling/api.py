"""The routes of scheduling (api.md). Desk and owner do all of it, therapists see calendars and mark who came."""

from services.scheduling import (
    bodies,
    booking,
    calendars,
    changes,
    changing,
    free_times,
    holds,
    leaving,
    moving,
    practice_bodies,
    practice_views,
    righted,
    staff,
    views,
)
from services.scheduling.feed_reading import FEEDS
from services.scheduling.practice_api import FEED_KEYS, WORKDAYS
from services.scheduling.rolling_api import ROLLING
from services.scheduling.waitlist_api import WAITLIST
from shared.http.routes import STAFF, AnyRoute, Route
from shared.vocabulary import Role

DESK: tuple[Role, ...] = ("owner", "front_desk")
EVERYBODY: tuple[Role, ...] = (*STAFF, "client")

SETTING_UP = [
    Route(
        "POST", "/rooms", staff.add_room, DESK, "Add a room",
        takes=practice_bodies.RoomBody, gives=practice_views.RoomMade, status=201,
    ),
    Route("GET", "/rooms", staff.list_rooms, STAFF, "All rooms", gives=practice_views.Rooms),
    Route(
        "PATCH", "/rooms/{room_id}", staff.change_room, DESK, "Change a room",
        takes=practice_bodies.RoomPatch, gives=practice_views.RoomView, answer=staff.show_room,
    ),
    Route(
        "POST", "/rooms/{room_id}/deactivate", leaving.retire_room, DESK, "Use a room no more",
        takes=bodies.Nothing, query=bodies.PreviewQuery, gives=righted.RoomRetired, answer=leaving.show_retired_room,
    ),
    Route(
        "POST", "/therapists", staff.add_therapist, DESK, "Add a therapist",
        takes=practice_bodies.TherapistBody, gives=practice_views.TherapistMade, status=201,
    ),
    Route("GET", "/therapists", staff.list_therapists, STAFF, "All therapists", gives=practice_views.Therapists),
    Route(
        "PATCH", "/therapists/{therapist_id}", staff.change_therapist, DESK, "Change a therapist's particulars",
        takes=practice_bodies.TherapistPatch, gives=practice_views.TherapistView, answer=staff.show_therapist,
    ),
    Route(
        "POST", "/therapists/{therapist_id}/deactivate", leaving.retire_therapist, DESK, "Book a therapist no more",
        takes=bodies.Nothing, query=bodies.PreviewQuery, gives=righted.TherapistRetired,
        answer=leaving.show_retired_therapist,
    ),
    Route(
        "PUT", "/therapists/{therapist_id}/hours", staff.set_hours, DESK, "Set weekly hours",
        takes=practice_bodies.HoursBody, gives=practice_views.AwayMade, answer=staff.show_hours,
    ),
]  # fmt: skip

LOOKING = [
    Route("GET", "/slots", free_times.show_slots, STAFF, "Free times", query=bodies.SlotsQuery, gives=views.Slots),
    Route(
        "GET", "/calendar", calendars.show_calendar, STAFF, "The calendar",
        query=bodies.CalendarQuery, gives=views.Appointments,
    ),
    Route(
        "GET", "/appointments/{appointment_id}", calendars.show_appointment, EVERYBODY, "One appointment",
        gives=views.AppointmentView,
    ),
    Route(
        "GET", "/appointments/{appointment_id}/slots", free_times.show_other_times, STAFF, "Free times to move it to",
        query=bodies.TimesQuery, gives=views.Slots,
    ),
    Route(
        "GET", "/clients/{client_id}/itinerary", calendars.show_itinerary, EVERYBODY, "A client's appointments",
        query=bodies.PageQuery, gives=views.Appointments,
    ),
]  # fmt: skip

AGREEING = [
    Route(
        "POST", "/proposals", holds.propose, DESK, "Propose visits for a course",
        takes=bodies.ProposalBody, query=bodies.HoldQuery, gives=views.Proposal,
    ),
    Route("DELETE", "/holds/{hold_id}", holds.release, DESK, "Give held times back", gives=views.HoldReleasedView),
    Route(
        "POST", "/appointments", booking.book, DESK, "Book visits, all or none",
        takes=bodies.BookBody, gives=views.Appointments, status=201, answer=booking.show_booked,
    ),
    Route(
        "POST", "/appointments/{appointment_id}/move", moving.move, DESK, "Move a visit",
        takes=bodies.MoveBody, query=bodies.PreviewQuery, gives=views.Changed, answer=changing.show_changed,
    ),
    Route(
        "POST", "/appointments/{appointment_id}/cancel", changes.cancel, DESK, "Cancel a visit",
        takes=bodies.CancelBody, query=bodies.PreviewQuery, gives=views.Changed, answer=changing.show_changed,
    ),
    Route(
        "POST", "/appointments/{appointment_id}/arrive", changes.arrive, STAFF, "The client is here",
        takes=bodies.Nothing, gives=views.Changed, answer=changing.show_changed,
    ),
    Route(
        "POST", "/appointments/{appointment_id}/miss", changes.miss, STAFF, "The client did not come",
        takes=bodies.MissBody, query=bodies.PreviewQuery, gives=views.Changed, answer=changing.show_changed,
    ),
    Route(
        "POST", "/appointments/{appointment_id}/undo", changes.undo, STAFF, "Take back arrival or absence",
        takes=bodies.Nothing, gives=views.Changed, answer=changing.show_changed,
    ),
]  # fmt: skip

PUTTING_RIGHT = [
    Route(
        "POST", "/time-off/{time_off_id}/reflow", leaving.reflow_time_off, DESK, "Put visits inside an absence right",
        takes=bodies.Nothing, query=bodies.PreviewQuery, gives=righted.Reflowed, answer=leaving.show_reflowed,
    ),
    Route(
        "POST", "/closures/{closure_id}/reflow", leaving.reflow_closure, DESK, "Put visits inside a closure right",
        takes=bodies.Nothing, query=bodies.PreviewQuery, gives=righted.Reflowed, answer=leaving.show_reflowed,
    ),
    Route(
        "POST", "/courses/{course_id}/reflow", leaving.reflow_course, DESK, "Put all that is to come of a course right",
        takes=bodies.CourseReflowBody, query=bodies.PreviewQuery, gives=righted.Reflowed, answer=leaving.show_reflowed,
    ),
    Route(
        "GET", "/clients/{client_id}/attendance", calendars.show_attendance, EVERYBODY, "How a client kept the visits",
        gives=righted.AttendanceView,
    ),
]  # fmt: skip

ROUTES: list[AnyRoute] = [
    *SETTING_UP,
    *WORKDAYS,
    *LOOKING,
    *AGREEING,
    *PUTTING_RIGHT,
    *FEED_KEYS,
    *FEEDS,
    *WAITLIST,
    *ROLLING,
]
