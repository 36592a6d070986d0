"""The label of a single case stands wherever a page names a course that follows it, with the real services behind."""

from services.web.app import PAGES
from tests.harness import practice
from tests.integration.web.test_booking_pages import WISH, Front, hidden
from tests.integration.web.test_with_the_real_services import HOURS, at_the_pages, made

LABEL = "Single case, uncontrolled; only with the treating physician."
NAME_IT = {
    "/day", "/clients/{client_id}", "/courses/{course_id}", "/courses/{course_id}/note", "/courses/{course_id}/history",
    "/cadence", "/courses/{course_id}/book", "/visits/{appointment_id}", "/visits/{appointment_id}/move",
}  # fmt: skip
"""Pages that say what a course is called."""
NAME_NONE = {"/clients", "/waiting", "/away"}
"""Pages that name clients and visits only."""
ON_PAPER = {"/courses/{course_id}/note.pdf"}
"""The sheet has a test of its own (unit/web/test_paper.py)."""


def test_of_every_page_it_is_known_whether_it_names_a_course():
    assert {page.path for page in PAGES if page.method == "GET"} == NAME_IT | NAME_NONE | ON_PAPER


async def test_the_label_stands_on_every_page_that_names_the_course():
    async with practice("records", "protocol", "scheduling", "web", now="2026-03-02T13:00:00Z") as group:
        front = await als_course(Front(group, await at_the_pages(group), "", "", []))
        course = f"/courses/{front.course}"
        wish = WISH | {"sessions": "", "number": "2"}
        proposal = await front.send(f"{course}/book", wish)
        assert (proposal.status, LABEL in proposal.text) == (200, True)
        await front.send(f"{course}/booked", hidden(proposal))
        _, second = await front.itinerary()
        visit = f"/visits/{second['appointment_id']}"
        ids = {"client_id": front.client, "course_id": front.course, "appointment_id": second["appointment_id"]}
        for page in sorted(NAME_IT - {"/day"}):
            shown = await front.browser.get(page.format(**ids))
            assert (page, shown.status, LABEL in shown.text) == (page, 200, True)
        asked = {"therapist": front.therapists[0], "time": "2026-03-10T14:00Z"}
        for path, fields in (
            (f"{visit}/move", asked),
            (visit, {"what": "miss"}),
            (f"{course}/book", WISH | {"minutes": ""}),
        ):
            shown = await front.send(path, fields)
            assert (path, LABEL in shown.text) == (path, True)


async def test_the_label_stands_on_the_day_when_the_client_stays_away():
    async with practice("records", "protocol", "scheduling", "web", now="2026-03-02T13:00:00Z") as group:
        front = await als_course(Front(group, await at_the_pages(group, role="front_desk"), "", "", []))
        assert LABEL not in (await front.browser.get("/day")).text
        session = {
            "course_id": front.course, "therapist_id": front.therapists[0], "started_at": "2026-03-02T11:00:00Z",
            "ended_at": "2026-03-02T12:00:00Z", "pain_before": 6, "pain_after": 4, "regions": [],
        }  # fmt: skip
        await made(group["records"], f"/clients/{front.client}/sessions", session)
        await group["web"].settled()
        await group["web"].move_clock("2026-04-02T13:00:00Z")
        day = await front.browser.get("/day")
        assert f'<a href="/courses/{front.course}">Zoë Lopez</a>' in day.text
        assert "Has not come since Mon 2 Mar: ALS support" in day.text
        assert LABEL in day.text


async def als_course(front: Front) -> Front:
    """A client whose course is one case's, a therapist and a room."""
    front.client = (await made(front.group["records"], "/clients", {"name": "Zoë Lopez"}))["client_id"]
    opening = {"client_id": front.client, "protocol": "als_support", "starts_on": "2026-03-02"}
    front.course = (await made(front.group["protocol"], "/courses", opening))["course_id"]
    await made(front.group["scheduling"], "/rooms", {"name": "Front room"})
    staff = {"name": "Ada Byron", "hours": HOURS}
    front.therapists = [(await made(front.group["scheduling"], "/therapists", staff))["therapist_id"]]
    return front
