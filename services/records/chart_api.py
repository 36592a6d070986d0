"""HTTP handlers about the chart but its sessions: screenings, outcomes, exercise."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from services.records.bodies import check_day, once
from services.records.charts import ChartView
from services.records.domain import chart, client, diary, fiqr
from services.records.domain.events import OutcomeAnswered, ScreeningAnswered
from services.records.domain.screening import Suggestion, suggest
from services.records.queries import outcome, screening, whole_chart
from shared.clock import day_of
from shared.events.records import (
    ExerciseLogged,
    OutcomeMeasured,
    ScreeningRecorded,
)
from shared.http.problems import Malformed
from shared.http.routes import Call
from shared.messages import Command
from shared.store.unit import Tx

HIGHEST = {"tender_points": 18}
"""The top of a measure's scale, where it is not 10."""


class ExerciseId(Struct, frozen=True, kw_only=True):
    """Which entry of the diary."""

    exercise_id: UUID


class ScreeningAnswer(Struct, frozen=True, kw_only=True):
    """What the screening suggests; a diagnosis is a physician's."""

    screening_id: UUID
    suggests: Suggestion
    tender_point_count: int


class OutcomeAnswer(Struct, frozen=True, kw_only=True):
    """The score: 0–100 for the FIQR, else as given."""

    outcome_id: UUID
    score: float


async def screen(call: Call) -> Any:
    """Record a screening."""
    client_id, screening_id, body = call.path_id("client_id"), call.new_id(), call.body
    points = once(body.tender_points)
    recorded = ScreeningRecorded(
        client_id=client_id,
        screening_id=screening_id,
        suggests=suggest(body.answers, len(points)),
        tender_point_count=len(points),
        tender_points=points,
        pain=body.pain,
    )
    answered = ScreeningAnswered(
        client_id=client_id, screening_id=screening_id, answers=body.answers, tender_points=points
    )
    command = chart.RecordScreening(screening=recorded, answered=answered)
    return await _chart_written(call, client_id, command, {"screening_id": screening_id})


async def screening_answer(call: Call, ids: dict[str, Any]) -> ScreeningAnswer:
    """What it suggests."""
    found = await screening(call.service.store, call.path_id("client_id"), UUID(str(ids["screening_id"])))
    return msgspec.convert(msgspec.structs.asdict(found), ScreeningAnswer)


async def measure(call: Call) -> Any:
    """Record an outcome."""
    client_id, outcome_id, body = call.path_id("client_id"), call.new_id(), call.body
    today = day_of(call.now, call.service.practice.tz)
    check_day("measured_on", body.measured_on or today, today)
    measured = OutcomeMeasured(
        client_id=client_id,
        outcome_id=outcome_id,
        measure=body.measure,
        score=_score(body),
        measured_on=body.measured_on or today,
    )
    answered = body.answers and OutcomeAnswered(client_id=client_id, outcome_id=outcome_id, answers=body.answers)
    command = chart.RecordOutcome(outcome=measured, answered=answered)
    return await _chart_written(call, client_id, command, {"outcome_id": outcome_id})


def _score(body: Any) -> float:
    needed, other = ("answers", "value") if body.measure == "fiqr" else ("value", "answers")
    if getattr(body, needed) is None:
        raise Malformed(needed, f"The measure {body.measure} needs this field.")
    if getattr(body, other) is not None:
        raise Malformed(other, f"The measure {body.measure} does not take this field.")
    return _fiqr(body.answers) if body.measure == "fiqr" else _value(body)


def _fiqr(answers: fiqr.FiqrAnswers) -> float:
    try:
        return fiqr.score(answers)
    except fiqr.Unscorable as error:
        raise Malformed("answers", str(error)) from error


def _value(body: Any) -> float:
    highest = HIGHEST.get(body.measure, 10)
    if body.value > highest:
        raise Malformed("value", f"The measure {body.measure} goes from 0 to {highest}.")
    if body.measure == "tender_points" and not body.value.is_integer():
        raise Malformed("value", "Tender points are counted.")
    return float(body.value)


async def outcome_answer(call: Call, ids: dict[str, Any]) -> OutcomeAnswer:
    """The score."""
    found = await outcome(call.service.store, call.path_id("client_id"), UUID(str(ids["outcome_id"])))
    return OutcomeAnswer(outcome_id=found.outcome_id, score=found.score)


async def log_exercise(call: Call) -> Any:
    """Write into the diary."""
    client_id, exercise_id, body = call.path_id("client_id"), call.new_id(), call.body
    check_day("date", body.date, day_of(call.now, call.service.practice.tz))
    given = msgspec.structs.asdict(body) | {"regions": once(body.regions)}
    logged = ExerciseLogged(client_id=client_id, exercise_id=exercise_id, **given)

    async def unit(tx: Tx) -> dict[str, Any]:
        client.present(await tx.state(client.stream(client_id)))
        await tx.decide(diary.stream(client_id), diary.LogExercise(exercise=logged))
        return {"exercise_id": exercise_id}

    return await call.write(unit, streams=[client.stream(client_id), diary.stream(client_id)])


async def show_chart(call: Call) -> ChartView:
    """Everything clinical about one client."""
    return await whole_chart(call.service.store, call.path_id("client_id"))


async def _chart_written(call: Call, client_id: UUID, command: Command, ids: dict[str, Any]) -> Any:
    async def unit(tx: Tx) -> dict[str, Any]:
        await put_to_chart(tx, client_id, command)
        return ids

    return await call.write(unit, streams=streams(client_id))


async def put_to_chart(tx: Tx, client_id: UUID, command: Command) -> None:
    """Let the chart decide, if there is such a client."""
    client.present(await tx.state(client.stream(client_id)))
    await tx.decide(chart.stream(client_id), command)


def streams(client_id: UUID) -> list[str]:
    """What a command to the chart needs loaded."""
    return [client.stream(client_id), chart.stream(client_id)]
