"""Screenings, outcomes and exercise, from the request to the chart."""

from typing import Any

from services.records.domain.fiqr import FUNCTION, OVERALL, SYMPTOMS
from tests.harness import It

from .conftest import chart


async def test_a_screening_suggests(it: It, zoe: str) -> None:
    answers = {"pain": "wearing", "rest": "hurts_at_rest", "place": "widespread", "movement": "stiffness"}
    given = {"answers": answers, "tender_points": ["knee_left", "knee_right"], "pain": 6}
    answer = await it.post(f"/clients/{zoe}/screenings", given, key="s1")
    screening_id = answer.body.pop("screening_id")
    assert (answer.status, answer.body) == (201, {"suggests": "fibromyalgia", "tender_point_count": 2})
    again = await it.post(f"/clients/{zoe}/screenings", given, key="s1")
    assert again.body["screening_id"] == screening_id
    assert [s["screening_id"] for s in (await chart(it, zoe))["screenings"]] == [screening_id]
    wrong = await it.post(f"/clients/{zoe}/screenings", given | {"answers": {"pain": "some"}})
    assert (wrong.status, wrong.body["field"]) == (422, "answers.pain")


async def test_outcomes_are_scored_and_kept_newest_first(it: It, zoe: str) -> None:
    fiqr = {"measure": "fiqr", "answers": dict.fromkeys(FUNCTION + OVERALL + SYMPTOMS, 10), "measured_on": "2026-01-05"}
    assert (await it.post(f"/clients/{zoe}/outcomes", fiqr)).body["score"] == 100
    assert (await it.post(f"/clients/{zoe}/outcomes", {"measure": "sleep", "value": 7})).body["score"] == 7
    assert (await it.post(f"/clients/{zoe}/outcomes", {"measure": "tender_points", "value": 18})).status == 201
    shown = [(o["measure"], o["measured_on"]) for o in (await chart(it, zoe))["outcomes"]]
    assert shown == [("tender_points", "2026-03-02"), ("sleep", "2026-03-02"), ("fiqr", "2026-01-05")]


BAD_OUTCOMES: list[tuple[dict[str, Any], str]] = [
    ({"measure": "fiqr"}, "answers"),
    ({"measure": "fiqr", "value": 5}, "answers"),
    ({"measure": "fiqr", "answers": {"pain": 5}}, "answers"),
    ({"measure": "fiqr", "answers": {"pain": 11}}, "answers.pain"),
    ({"measure": "fiqr", "answers": {"mood": 1}}, "answers.mood"),
    ({"measure": "sleep", "value": 11}, "value"),
    ({"measure": "sleep"}, "value"),
    ({"measure": "sleep", "value": 3, "answers": {}}, "answers"),
    ({"measure": "tender_points", "value": 19}, "value"),
    ({"measure": "tender_points", "value": 2.5}, "value"),
    ({"measure": "mood", "value": 2}, "measure"),
    ({"measure": "sleep", "value": 2, "measured_on": "2026-03-03"}, "measured_on"),
]


async def test_refuses_an_outcome_that_cannot_be(it: It, zoe: str) -> None:
    for given, field in BAD_OUTCOMES:
        answer = await it.post(f"/clients/{zoe}/outcomes", given)
        assert (answer.status, answer.body["field"]) == (422, field), given


async def test_a_client_writes_the_diary(it: It, zoe: str) -> None:
    for day, steps in (("2026-03-01", 4000), ("2026-03-02", 5000)):
        given = {"date": day, "regions": ["neck", "hips"], "minutes": 15, "steps": steps}
        answer = await it.post(f"/clients/{zoe}/exercises", given, role="client", client_id=zoe)
        assert answer.status == 201
    shown = (await chart(it, zoe))["exercises"]
    assert [(entry["date"], entry["steps"]) for entry in shown] == [("2026-03-02", 5000), ("2026-03-01", 4000)]


BAD_EXERCISES: list[tuple[dict[str, Any], str]] = [
    ({"date": "2026-03-03"}, "date"),
    ({"regions": ["nose"]}, "regions[0]"),
    ({"minutes": 0}, "minutes"),
    ({"pain": 11}, "pain"),
    ({"steps": -1}, "steps"),
]


async def test_refuses_exercise_that_cannot_be(it: It, zoe: str) -> None:
    for changes, field in BAD_EXERCISES:
        given = {"date": "2026-03-02", "regions": ["neck"], "minutes": 15} | changes
        answer = await it.post(f"/clients/{zoe}/exercises", given)
        assert (answer.status, answer.body["field"]) == (422, field), changes
