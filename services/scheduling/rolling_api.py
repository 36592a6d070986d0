"""The routes of regular visits that are kept booked."""

from services.scheduling import rolling
from services.scheduling.bodies import Nothing
from services.scheduling.booking import show_booked
from services.scheduling.rolling_views import InsteadBody, RhythmBody, RollingView, StepLeft, SteppedDays
from services.scheduling.views import Appointments
from shared.http.routes import STAFF, Route
from shared.vocabulary import Role

DESK: tuple[Role, ...] = ("owner", "front_desk")

ROLLING = [
    Route(
        "PUT", "/courses/{course_id}/rolling", rolling.agree, DESK, "Keep weekly visits booked",
        takes=RhythmBody, gives=RollingView, answer=rolling.show_agreed,
    ),
    Route("GET", "/courses/{course_id}/rolling", rolling.show, STAFF, "The visits kept booked", gives=RollingView),
    Route(
        "DELETE", "/courses/{course_id}/rolling", rolling.end, DESK, "Book no more visits ahead",
        gives=RollingView, answer=rolling.show_agreed,
    ),
    Route("GET", "/stepped-over", rolling.show_stepped, STAFF, "Weeks to decide about", gives=SteppedDays),
    Route(
        "POST", "/courses/{course_id}/stepped-over/{day}/book", rolling.book_instead, DESK,
        "Book another time for a week stepped over",
        takes=InsteadBody, gives=Appointments, status=201, answer=show_booked,
    ),
    Route(
        "POST", "/courses/{course_id}/stepped-over/{day}/leave", rolling.leave, DESK, "Leave the week without a visit",
        takes=Nothing, gives=StepLeft,
    ),
]  # fmt: skip
