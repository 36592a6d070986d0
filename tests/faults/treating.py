"""What therapists write down: sessions, their corrections, sessions that did not take place after all, exercise."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.clock import day_of
from tests.faults.desk import Desk, Person
from tests.faults.visiting import ZONE

A_DAY = timedelta(days=1)


async def session(desk: Desk, now: datetime, person: Person) -> None:
    """A session of a visit that is over, or one that nobody had agreed on."""
    over = [key for key, starts_at in person.visits.items() if starts_at < now]
    body = _figures(desk, now - timedelta(hours=desk.chance.randint(2, 60)), person)
    if over:
        body |= _figures(desk, person.visits.pop(over[0]), person) | {"appointment_id": over[0]}
    if desk.chance.random() < 0.5:
        body["session_id"] = str(UUID(int=desk.chance.getrandbits(128), version=4))
    if done := await desk.write("session", f"records/clients/{person.client_id}/sessions", body):
        person.sessions[done["session_id"]] = body


async def amend(desk: Desk, _: datetime, person: Person) -> None:
    """Another pain than was written, half the time on another day; one hand has the session meanwhile."""
    if not person.sessions:
        return
    key = desk.chance.choice(list(person.sessions))
    known = person.sessions.pop(key)
    changes: dict[str, Any] = {"pain_after": (known["pain_after"] + desk.chance.randint(1, 5)) % 7}
    if desk.chance.random() < 0.5:
        moved = {name: datetime.fromisoformat(known[name]) - A_DAY for name in ("started_at", "ended_at")}
        changes |= {name: instant.isoformat() for name, instant in moved.items()}
    body = changes | {"reason": "entered_in_error"}
    done = await desk.write("amend", f"records/sessions/{key}/amendments", body)
    person.sessions[key] = known | changes if done else known


async def withdraw(desk: Desk, _: datetime, person: Person) -> None:
    """It did not take place after all."""
    if person.sessions:
        key = desk.chance.choice(list(person.sessions))
        del person.sessions[key]
        await desk.write("withdraw", f"records/sessions/{key}/withdraw", {"reason": "entered_in_error"})


async def exercise(desk: Desk, now: datetime, person: Person) -> None:
    """Exercise at home today."""
    body = {"date": str(day_of(now, ZONE)), "regions": ["neck"], "minutes": desk.chance.randint(5, 30)}
    await desk.write("exercise", f"records/clients/{person.client_id}/exercises", body)


def _figures(desk: Desk, started_at: datetime, person: Person) -> dict[str, Any]:
    return {
        "course_id": person.course_id,
        "therapist_id": desk.chance.choice(desk.therapists),
        "started_at": started_at.isoformat(),
        "ended_at": (started_at + timedelta(hours=1)).isoformat(),
        "pain_before": desk.chance.randint(3, 9),
        "pain_after": desk.chance.randint(0, 6),
        "regions": [{"region": "neck", "minutes": desk.chance.randint(5, 10)}],
    }
