"""Whatever goes wrong, as a page: what happened, whether anything changed, and what to do."""

from http import HTTPStatus

from aiohttp import web

from services.web.neighbours import Away
from services.web.page import UNREAD, desk_of, render
from services.web.views.words import soonest
from shared.decider import Refused, Unknown
from shared.http.problems import Forbidden, Malformed, TooSlow
from shared.store.work import Unavailable

STATUSES: dict[type[Exception], int] = {
    Forbidden: 403,
    Unknown: 404,
    TooSlow: 408,
    Refused: 409,
    Malformed: 422,
    Away: 503,
    Unavailable: 503,
}
TITLES = {
    400: "This could not be read",
    403: "Not for you",
    404: "Nothing here",
    405: "Not possible here",
    408: "This took too long",
    409: "Not possible",
    413: "Too much at once",
    422: "Something is not right",
    500: "Something went wrong",
    503: "Not available just now",
}
SENTENCES = {
    400: "What was sent could not be read. Nothing was changed. Open the page again and send it from there.",
    403: "Your role in the practice may not see this.",
    404: "There is nothing at this address.",
    405: "This address does not take this.",
    408: "What was sent took too long to come. Nothing was changed. Send it again.",
    413: "What was sent is too large. Nothing was changed. Send less.",
    500: "Something went wrong on our side. Nothing was changed. If it happens again, tell whoever runs Seriatim.",
    503: "This could not be read just now. Nothing was lost or changed.",
}


def status_of(error: Exception) -> int:
    """The status an error is answered with."""
    if isinstance(error, web.HTTPException):
        return error.status
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def sentence_of(error: Exception) -> str:
    """What to tell the person. Our own errors bring their sentence; the text of any other is never shown."""
    if isinstance(error, Away) and error.service in UNREAD:
        return f"{UNREAD[error.service]} Nothing was lost or changed."
    if isinstance(error, Forbidden | Unknown | Refused | Malformed) and str(error):
        return str(error)
    return SENTENCES.get(status_of(error), "Please go back and try again.")


def error_page(request: web.Request, error: Exception) -> web.Response:
    """Show the error; where trying again may help, with a button for it."""
    status, zone = status_of(error), desk_of(request).service.practice.tz
    passing = status in {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
    response = render(
        desk_of(request),
        "error.html",
        status=status,
        title=TITLES.get(status, "Not possible"),
        sentence=sentence_of(error),
        earliest=soonest(error.items[0].earliest, zone) if isinstance(error, Refused) else "",
        again=request.path_qs if passing and request.method == "GET" else "",
    )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    return response
