"""The note over HTTP and over the bus, and the other questions protocol answers."""

from datetime import date
from functools import partial
from uuid import UUID, uuid4

from shared.events import protocol as told
from shared.questions.protocol import AskCourse, AskNote, AskVerdicts, AskWays
from tests.harness import answered
from tests.integration.protocol.conftest import House

FIELDS = {
    "ordinal", "phase", "prepared_at", "minutes", "positions", "sequence", "focus", "allowed", "not_yet", "cautions",
    "exercise", "last_session", "label", "protocol", "prone", "tender_points", "adapted", "changed", "tell",
    "body_maps", "arrows", "digest",
}  # fmt: skip


async def test_the_note_is_there_from_the_opening_on(house: House):
    found = await house.note()
    assert set(found) >= FIELDS
    assert (found["ordinal"], found["minutes"], found["prepared_at"]) == (1, 60, "2026-01-05T14:00:00Z")
    assert found["allowed"] == {
        "pir": False, "periosteal": False, "intensive": False, "full_body": False, "exercise": False,
    }  # fmt: skip
    waits = {"what": "pir", "from": "session 11, after 2 sessions without contraction", "source": "A; policy"}
    assert waits in found["not_yet"]
    assert sum(step["minutes"] for step in found["sequence"]) == 60
    assert set(found["sequence"][0]) >= {"step", "technique", "minutes", "detail", "source"}
    assert set(found["focus"][0]) == {"region", "side", "minutes", "why", "source"}
    assert set(found["cautions"][0]) >= {"text", "source"}


async def test_a_session_makes_a_new_note(house: House):
    await house.sessions(1)
    found = await house.note()
    assert (found["ordinal"], found["last_session"]["pain_after"]) == (2, 4)
    prepared = await house.events(told.NotePrepared)
    assert [one.ordinal for one in prepared] == [1, 2]
    assert prepared[-1].digest == found["digest"]


async def test_what_a_screening_found_is_in_the_note_before_the_first_session(house: House):
    path, answers = f"/clients/{house.client_id}/screenings", {"answers": {}, "pain": 6}
    await house.records.post(path, answers | {"tender_points": ["knee_left", "knee_right"]}, role="therapist")
    opened = await house.open_course(protocol="als_support")
    await house.it.settled()
    assert (await house.note())["tender_points"]["left"] == ["knee_left", "knee_right"]
    asked = (await house.it.get(f"/courses/{opened.body['course_id']}/note")).body
    assert asked["tender_points"]["found_on"] == "2026-01-05"


async def test_questions_about_a_course_are_answered(house: House):
    ask, course_id, client_id = partial(answered, house.it), UUID(house.course_id), UUID(house.client_id)
    facts = await ask(AskCourse(course_id=course_id))
    assert (facts.client_id, facts.protocol, facts.status, facts.total) == (client_id, "fibromyalgia", "series", 30)
    days = [date(2026, 1, 5), date(2026, 1, 6)]
    verdicts = await ask(AskVerdicts(course_id=course_id, client_id=client_id, itineraries=[days, days[1:]]))
    assert [[one.rule for one in each] for each in verdicts] == [[None, "min_gap"], [None]]
    ways = await ask(AskWays(course_id=course_id, client_id=client_id, sessions=1, days=days[:1]))
    assert [(one.days[0].date, one.ordinal) for one in ways.sessions] == [(days[0], 1)]
    assert (await ask(AskNote(course_id=course_id)))["ordinal"] == 1


async def test_questions_about_nobodys_course_have_no_answer(house: House):
    ask, course_id, client_id = partial(answered, house.it), UUID(house.course_id), uuid4()
    assert await ask(AskCourse(course_id=uuid4())) is None
    assert await ask(AskNote(course_id=uuid4())) is None
    assert await ask(AskVerdicts(course_id=course_id, client_id=client_id, itineraries=[[]])) is None
    assert await ask(AskWays(course_id=course_id, client_id=client_id, sessions=1, days=[])) is None


async def test_a_closed_course_has_no_next_note_to_ask_for(house: House):
    await house.post("close", {"reason": "other"})
    assert await answered(house.it, AskNote(course_id=UUID(house.course_id))) is None
