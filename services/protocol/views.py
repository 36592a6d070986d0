"""A course in the words of the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from services.protocol.domain.definition import Definition
from services.protocol.domain.exercise import days_by_region, target, weeks
from services.protocol.domain.naming import sourced
from services.protocol.domain.note import phase_view
from services.protocol.domain.state import Course, Lapse
from shared.clock import day_of
from shared.events.protocol import DeviationNoted
from shared.service import Service
from shared.vocabulary import DeviationRule, Role

OF_TREATMENT: frozenset[DeviationRule] = frozenset(
    {
        "region_over_10_min", "prone_over_12_min", "full_body_too_early", "intensive_too_early", "pir_too_early",
        "pir_with_contraction", "periosteal_out_of_phase", "exercise_too_early",
    }
)  # fmt: skip
"""Rules about what was done in a session or at home, not about its day: clinical, so not for the front desk."""


class CourseView(Struct, frozen=True, kw_only=True):
    """A course as it stands; `phase` is that of the next session."""

    course_id: UUID
    client_id: UUID
    protocol: str
    title: str
    status: str
    starts_on: str
    event_at: datetime | None
    phase: dict[str, Any]
    sessions_completed: int
    next_ordinal: int
    pause: dict[str, Any] | None = msgspec.field(name="break")
    exercise: dict[str, Any]
    slips: int
    lapses: list[dict[str, Any]]
    lapse_undecided: bool
    not_begun: bool
    deviations: list[dict[str, Any]]
    overrides: list[dict[str, Any]]
    label: str | None


def view(service: Service, definition: Definition, state: Course, now: datetime) -> CourseView:
    """The course as of an instant."""
    opened, today = state.opened, day_of(now, service.practice.tz)
    so_far = day_of(min(now, service.clock.now()), service.practice.tz)
    return CourseView(
        course_id=opened.course_id,
        client_id=opened.client_id,
        protocol=opened.protocol,
        title=definition.title,
        status=state.status(today),
        starts_on=opened.starts_on.isoformat(),
        event_at=opened.event_at,
        phase=phase_view(definition, state),
        sessions_completed=state.completed,
        next_ordinal=state.completed + 1,
        pause=_pause(state),
        exercise={
            "cleared": state.cleared_on is not None,
            "per_week": target(definition, state) if state.cleared_on else 0,
            "weeks": msgspec.to_builtins(weeks(definition, state, so_far)),
            "regions": days_by_region(state),
        },
        slips=state.slips,
        lapses=[_lapse(lapse) for lapse in state.lapses],
        lapse_undecided=state.lapse == "undecided",
        not_begun=state.not_begun(definition, today),
        deviations=[_deviation(event) for event in state.deviations],
        overrides=[_said(event, "rule", "date", "reason", "granted_by") for event in state.overrides],
        label=definition.label,
    )


def seen_by(role: Role, course: CourseView) -> CourseView:
    """The course as somebody in this role may see it: the desk that a treatment went against a rule, and no more."""
    if role != "front_desk":
        return course
    return msgspec.structs.replace(course, deviations=[_for_the_desk(one) for one in course.deviations])


def _for_the_desk(deviation: dict[str, Any]) -> dict[str, Any]:
    if deviation["rule"] not in OF_TREATMENT:
        return deviation
    return {name: value for name, value in deviation.items() if name in {"rule", "on", "session_id"}}


def _pause(state: Course) -> dict[str, Any] | None:
    return _said(state.pause, "started_on", "first_day") if state.pause else None


def _lapse(lapse: Lapse) -> dict[str, Any]:
    return {**_said(lapse, "since", "on", "decision"), "repeated": lapse.restart is not None}


def _deviation(event: DeviationNoted) -> dict[str, Any]:
    fields = ("rule", "on", "session_id", "appointment_id", "figure", "limit", "source", "region")
    return {**_said(event, *fields), "text": f"{sourced(event)}."}


def _said(of: Any, *fields: str) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(of, name)) for name in fields}
