"""What the desk does with clients and visits: registering, booking, moving, calling off, waiting, parting."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.clock import at, day_of, parse_time
from tests.faults.desk import Desk, Person

ZONE = ZoneInfo("America/New_York")
FAR = timedelta(days=21)


async def register(desk: Desk, now: datetime) -> None:
    """A new client with a course, some in the middle of it."""
    chance = desk.chance
    email = f"p{chance.randrange(10**9)}@example.org"
    contact = {"name": f"Person {email}", "email": email, "consents": {"email": True, "sms": False}}
    if (client := await desk.write("client", "records/clients", contact)) is None:
        return
    today = day_of(now, ZONE)
    body: dict[str, Any] = {"client_id": client["client_id"], "protocol": "fibromyalgia", "starts_on": str(today)}
    if before := chance.choice((0, 0, 9, 13)):
        body |= {"sessions_before": before, "last_session_on": str(today - timedelta(days=3))}
    if course := await desk.write("course", "protocol/courses", body):
        desk.people.append(Person(client["client_id"], course["course_id"]))


async def book(desk: Desk, now: datetime, person: Person) -> None:
    """One visit or some, mostly of the course."""
    visits = [_visit(desk, _day(desk, now, person)) for _ in range(desk.chance.choice((1, 1, 2, 3)))]
    body: dict[str, Any] = {"client_id": person.client_id, "appointments": visits}
    if desk.chance.random() < 0.8:
        body["course_id"] = person.course_id
    _booked(person, await desk.write("book", "scheduling/appointments", body))


async def move(desk: Desk, now: datetime, person: Person) -> None:
    """To another time; one hand has the visit meanwhile, so that every move acknowledged is a move."""
    if (key := _coming(desk, now, person)) is None:
        return
    before = person.visits.pop(key)
    wish = _visit(desk, max(day_of(before, ZONE), day_of(now, ZONE) + timedelta(days=1)))
    wished = datetime.fromisoformat(wish["starts_at"])
    body = {"starts_at": wish["starts_at"], "therapist_id": wish["therapist_id"]}
    if wished == before or await desk.write("move", f"scheduling/appointments/{key}/move", body):
        person.visits[key] = wished


async def cancel(desk: Desk, now: datetime, person: Person) -> None:
    """A visit to come is called off."""
    if key := _coming(desk, now, person):
        del person.visits[key]
        await desk.write("cancel", f"scheduling/appointments/{key}/cancel", {"reason": "client_wish"})


async def wait(desk: Desk, _: datetime, person: Person) -> None:
    """Join the waiting list; later take what is offered, or leave. One hand has the place meanwhile."""
    place, person.waiting = person.waiting, None
    if place is None:
        body = {"client_id": person.client_id, "course_id": person.course_id, "minutes": 60}
        joined = await desk.write("join", "scheduling/waitlist", body)
        person.waiting = joined["waitlist_id"] if joined else None
        return
    found = await desk.read(f"scheduling/waitlist?client_id={person.client_id}")
    if found and any(one["status"] == "offered" for one in found["waitlist"]):
        booked = await desk.write("book", f"scheduling/waitlist/{place}/accept", {})
        _booked(person, booked)
        person.waiting = None if booked else place
    elif desk.chance.random() < 0.3:
        await _leave(desk, place)
    else:
        person.waiting = place


async def wait_no_more(desk: Desk) -> None:
    """Nobody is left waiting when the load ends: each place costs all that come after it, in each round one more."""
    for person in desk.people:
        if person.waiting:
            await _leave(desk, person.waiting)


async def _leave(desk: Desk, place: str) -> None:
    await desk.write("leave", f"scheduling/waitlist/{place}", method="DELETE")


async def part(desk: Desk, _: datetime, person: Person) -> None:
    """The client is erased, or the course closed; nobody else is at work on anything of theirs, and nobody will be."""
    if person.hands > 1:
        return
    desk.people.remove(person)
    if desk.chance.random() < 0.5:
        await desk.write("erase", f"records/clients/{person.client_id}", method="DELETE")
    else:
        body = {"reason": "moved_away", "cancel_appointments": desk.chance.random() < 0.7}
        await desk.write("close", f"protocol/courses/{person.course_id}/close", body)


def _booked(person: Person, answer: Any) -> None:
    for one in (answer or {}).get("appointments", ()):
        person.visits[one["appointment_id"]] = datetime.fromisoformat(one["starts_at"])


def _day(desk: Desk, now: datetime, person: Person) -> date:
    """Mostly a day that the cadence allows, three or four after the last one."""
    tomorrow = day_of(now, ZONE) + timedelta(days=1)
    person.wished = max(person.wished + timedelta(days=desk.chance.choice((3, 4))), tomorrow)
    if person.wished > tomorrow + FAR:
        person.wished = tomorrow
    return person.wished


def _visit(desk: Desk, day: date) -> dict[str, Any]:
    begins = parse_time(f"{desk.chance.randint(10, 15)}:{desk.chance.choice(('00', '15', '30', '45'))}")
    therapist = desk.chance.choice(desk.therapists)
    return {"starts_at": at(day, begins, ZONE).isoformat(), "minutes": 60, "therapist_id": therapist}


def _coming(desk: Desk, now: datetime, person: Person) -> str | None:
    coming = [key for key, starts_at in person.visits.items() if starts_at > now]
    return desk.chance.choice(coming) if coming else None
