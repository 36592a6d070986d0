"""One alarm per client and per therapist: it rings when the first of their messages needs attention."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.notify.domain import notes, state
from services.notify.domain.delivery import FallDue
from services.notify.domain.events import AlarmSet
from services.notify.domain.notes import BriefingAlarmSet
from shared.messages import Command
from shared.store.timers import Due, SetTimer, StopTimer, Timers


def on_alarm_set(event: Any) -> Iterator[SetTimer | StopTimer]:
    """The client's alarm."""
    if event.at is None:
        yield StopTimer(kind="send", key=event.client_id)
    else:
        yield SetTimer(kind="send", key=event.client_id, due_at=event.at)


def on_briefing_alarm_set(event: Any) -> Iterator[SetTimer | StopTimer]:
    """The therapist's alarm."""
    if event.at is None:
        yield StopTimer(kind="brief", key=event.therapist_id)
    else:
        yield SetTimer(kind="brief", key=event.therapist_id, due_at=event.at)


def send(timer: SetTimer, now: datetime) -> tuple[str, Command]:
    """The client's messages that are due fall due."""
    return state.stream(timer.key), FallDue(now=now)


def brief(timer: SetTimer, now: datetime) -> tuple[str, Command]:
    """The therapist's notes that are due fall due."""
    return notes.stream(timer.key), FallDue(now=now)


TIMERS: Timers = {AlarmSet: on_alarm_set, BriefingAlarmSet: on_briefing_alarm_set}
DUE: Due = {"send": send, "brief": brief}
